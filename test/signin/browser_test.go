//go:build servers

package signin

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// browser keeps cookies and follows redirects, and fills in the provider's
// forms.
type browser struct {
	*testing.T
	client *http.Client
	seen   []string // every address that it was sent to
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{T: t}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		b.seen = append(b.seen, r.URL.String())
		return nil
	}}
	return b
}

// page is where a browser has come to.
type page struct {
	at     *url.URL
	status int
	body   string
}

func (b *browser) do(method, address string, form url.Values) page {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	b.seen = append(b.seen, address)
	resp, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return page{resp.Request.URL, resp.StatusCode, string(body)}
}

func (b *browser) get(address string) page { b.Helper(); return b.do(http.MethodGet, address, nil) }

// signIn goes through the provider's pages, as far as it shows any, and gives
// where that ends and how many there were.
func (b *browser) signIn(address, login string) (page, int) {
	b.Helper()
	at := b.get(address)
	for forms := range 4 {
		action := form.FindStringSubmatch(at.body)
		if !strings.Contains(at.at.Path, "/interaction/") || action == nil {
			return at, forms
		}
		fields := url.Values{"prompt": {"consent"}}
		if strings.Contains(at.body, `name="login"`) {
			fields = url.Values{"prompt": {"login"}, "login": {login}, "password": {"x"}}
		}
		to, err := at.at.Parse(html.UnescapeString(action[1]))
		if err != nil {
			b.Fatal(err)
		}
		at = b.do(http.MethodPost, to.String(), fields)
	}
	b.Fatalf("the provider asks without end: %s", at.body)
	return at, 0
}

var form = regexp.MustCompile(`<form[^>]* action="([^"]+)"`)

// shows checks where a browser has come to and what stands there.
func (b *browser) shows(got page, path string, status int, words ...string) {
	b.Helper()
	if got.at.Path != path || got.status != status {
		b.Fatalf("it is at %s with %d, want %s with %d: %s", got.at, got.status, path, status, got.body)
	}
	for _, w := range words {
		if !strings.Contains(got.body, w) {
			b.Errorf("%s does not say %q: %s", path, w, got.body)
		}
	}
}
