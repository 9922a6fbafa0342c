package daemon

import (
	"bytes"
	"io"
	stdlog "log"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"golang.org/x/net/html"

	"clarion/message"
)

// crawled is a whole answer.
type crawled struct {
	status int
	header http.Header
	body   string
}

func (b *bundle) crawl(method, path, cookie string) crawled {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, "http://"+b.listen+path, nil)
	b.no(err)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	b.no(err)
	body, err := io.ReadAll(resp.Body)
	b.no(err)
	b.no(resp.Body.Close())
	return crawled{resp.StatusCode, resp.Header, string(body)}
}

// TestEveryAnswerIsShielded asks for every address that the program serves over
// TCP, and for everything that its pages lead to, by every method, signed in
// and not: each answer has the headers of security, and no page holds a script.
func TestEveryAnswerIsShielded(t *testing.T) {
	b := setup(t, usual)
	id := b.approve("web")
	b.becomes(id, message.Released)
	in := b.ask(http.MethodPost, "/signin", "", url.Values{"name": {"ann"}, "password": {password}})
	if len(in.cookies) != 1 {
		t.Fatalf("signing in answers %d", in.status)
	}
	signedIn := in.cookies[0].Name + "=" + in.cookies[0].Value
	pages := 0
	for _, cookie := range []string{"", signedIn} {
		seen := map[string]bool{}
		waiting := []string{
			"/", "/corrections", "/news/nothing", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/none.atom", "/media/none", "/assets/public.css",
			"/unsubscribe/bad", "/unsubscribe/", "/signin", "/signin/forgot", "/signin/choose", "/signin/choose?code=x", "/signin/none", "/signout", "/account",
			"/account/factor", "/account/factor/drop", "/account/password", "/account/none", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/messages",
			"/console/", "/auth/callback", "/.git/config", "/debug/pprof/", "/robots.txt", "/%00", "/a/../signin", "//signin", "/<script>alert(1)</script>",
		}
		for len(waiting) > 0 {
			path := waiting[0]
			waiting = waiting[1:]
			if seen[path] {
				continue
			}
			seen[path] = true
			got := b.crawl(http.MethodGet, path, cookie)
			b.shielded("GET "+path, got)
			if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
				pages++
				waiting = append(waiting, b.harmless(path, got.body)...)
			}
			for _, method := range []string{"HEAD", "OPTIONS", "TRACE", "BREW", "PUT", "DELETE", "PATCH"} {
				other := b.crawl(method, path, cookie)
				b.shielded(method+" "+path, other)
				if method == "TRACE" && other.status == http.StatusOK {
					t.Errorf("TRACE %s is answered", path)
				}
			}
		}
		if !seen["/signin"] || len(seen) < 40 {
			t.Errorf("only %d addresses were found", len(seen))
		}
	}
	if pages < 30 {
		t.Errorf("only %d pages were found", pages)
	}
	refused := b.ask(http.MethodPost, "/unsubscribe/bad", "", nil)
	if refused.status != http.StatusNotFound {
		t.Errorf("a bad unsubscribe link answers %d", refused.status)
	}
}

// TestServerLog: what net/http says is a line of the log like any other.
func TestServerLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := stdlog.New(serverLog{zerolog.New(&out).Level(zerolog.InfoLevel), "public pages"}, "", 0)
	log.Print("http: TLS handshake error from 192.0.2.1:1: EOF")
	if out.Len() > 0 {
		t.Errorf("noise is logged: %s", &out)
	}
	log.Print("http: panic serving 192.0.2.1:1: x\n\tat y\n{\"event\":\"forged\"}")
	if strings.Count(out.String(), "\n") != 1 || !strings.Contains(out.String(), `"event":"http","server":"public pages"`) {
		t.Errorf("it is logged as %s", &out)
	}
}

// shielded checks the headers of an answer.
func (b *bundle) shielded(what string, got crawled) {
	b.Helper()
	policy := got.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "base-uri 'none'") ||
		strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
		b.Errorf("%s: %d with the policy %q", what, got.status, policy)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
	} {
		if got.header.Get(name) != want {
			b.Errorf("%s: %d with %s %q, want %q", what, got.status, name, got.header.Get(name), want)
		}
	}
	if !strings.Contains(got.header.Get("Permissions-Policy"), "camera=()") || got.header.Get("Cross-Origin-Resource-Policy") == "" || got.header.Get("Access-Control-Allow-Origin") != "" {
		b.Errorf("%s: %d with %v", what, got.status, got.header)
	}
	if kept := got.header.Get("Cache-Control"); kept != "no-store" && (got.status != http.StatusOK || kept != "public, max-age=60" || strings.Contains(what, "sign") || strings.Contains(what, "account")) {
		b.Errorf("%s: %d may be kept: %q", what, got.status, kept)
	}
	if got.body != "" && got.header.Get("Content-Type") == "" {
		b.Errorf("%s: %d says of no type what it is", what, got.status)
	}
}

// harmless checks that a page runs nothing, and gives the addresses here to
// which it leads.
func (b *bundle) harmless(path, page string) (leads []string) {
	b.Helper()
	root, err := html.Parse(strings.NewReader(page))
	b.no(err)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "object", "embed", "base", "style", "frame", "applet":
			b.Errorf("%s holds <%s>", path, n.Data)
		}
		if n.Data == "input" {
			b.passwordField(path, n)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "http-equiv" {
				b.Errorf("%s holds %s=%q", path, a.Key, a.Val)
			}
			if a.Key != "href" && a.Key != "src" && a.Key != "action" {
				continue
			}
			to, err := url.Parse(a.Val)
			if err != nil || to.Scheme != "" && to.Scheme != "http" && to.Scheme != "https" && to.Scheme != "mailto" && to.Scheme != "tel" && (n.Data != "img" || !strings.HasPrefix(a.Val, "data:image/png;")) {
				b.Errorf("%s leads to %q: %v", path, a.Val, err)
				continue
			}
			if to.Host == "" || to.Host == "news.example.org" {
				leads = append(leads, to.EscapedPath())
			}
		}
	}
	return leads
}

// passwordField checks that a password is not shown as it is typed, and that a
// password manager may fill it in.
func (b *bundle) passwordField(path string, input *html.Node) {
	b.Helper()
	attr := map[string]string{}
	for _, a := range input.Attr {
		attr[a.Key] = a.Val
	}
	if strings.Contains(attr["name"], "password") && (attr["type"] != "password" || !strings.HasSuffix(attr["autocomplete"], "-password")) {
		b.Errorf("%s shows a password as %v", path, attr)
	}
}
