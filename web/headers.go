package web

import (
	"net/http"
	"strings"
)

// Policies of content (https://www.w3.org/TR/CSP3/). Nothing here runs a
// script, and no page is shown within another.
const (
	policyPage   = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	policySignIn = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" // a second factor's picture stands in its page
	policyFile   = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

// What feed readers and mail programs show from elsewhere may be embedded.
const (
	crossOrigin = "Cross-Origin-Resource-Policy"
	anySite     = "cross-origin"
)

// unneeded turns off what a page could ask a browser for.
const unneeded = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=(), xr-spatial-tracking=()"

// secure keeps an answer to itself: it runs nothing, stands in no frame, is
// taken for nothing else, tells no other site where a reader was, and no cache
// keeps it. What may be kept or embedded says so afterwards.
func secure(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", unneeded)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set(crossOrigin, "same-origin")
	h.Set("Cache-Control", "no-store")
}

// stayOnHTTPS tells browsers for a year to come by https alone, if that is how
// they come.
func stayOnHTTPS(h http.Header, baseURL string) {
	if strings.HasPrefix(baseURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Shield stands before everything that is reached over TCP. Every answer has
// the headers of security, whoever makes it, and no page of another site makes
// a browser change anything here. Unsubscribing is left out of the latter: the
// address itself says who may, and a web mailer's page may send it (RFC 8058).
func Shield(baseURL string, next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.AddInsecureBypassPattern("/unsubscribe/")
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeText(w, http.StatusForbidden, "This came from a page of another site, so nothing was done.\n")
	}))
	guarded := origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header(), policyPage)
		stayOnHTTPS(w.Header(), baseURL)
		guarded.ServeHTTP(w, r)
	})
}
