package web

import (
	"net/http"
)

// NewMux puts the addresses for operations beside the public face. /healthz
// answers while the process lives; /readyz answers 503 while ready gives an
// error, without its text, which is for the log. It redirects nothing.
func NewMux(public http.Handler, ready func() error, metrics http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			health(w, r, nil)
		case "/readyz":
			health(w, r, ready)
		case "/metrics":
			if allow(w, r, http.MethodGet, http.MethodHead) {
				metrics.ServeHTTP(w, r)
			}
		default:
			public.ServeHTTP(w, r)
		}
	})
}

// health answers for a check; one that is nil always passes.
func health(w http.ResponseWriter, r *http.Request, check func() error) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !allow(w, r, http.MethodGet, http.MethodHead) {
		return
	}
	if check != nil && check() != nil {
		writeText(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	writeText(w, http.StatusOK, "ok\n")
}
