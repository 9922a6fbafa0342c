package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// shielded asks what stands behind a shield.
func shielded(t *testing.T, baseURL, method, path string, header map[string]string) (w *httptest.ResponseRecorder, reached bool) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.Host = "news.example.org"
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w = httptest.NewRecorder()
	Shield(baseURL, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached = true
		w.WriteHeader(http.StatusNoContent)
	})).ServeHTTP(w, r)
	return w, reached
}

// Whoever answers, the headers are there.
func TestShieldSetsHeaders(t *testing.T) {
	t.Parallel()
	for _, header := range []map[string]string{nil, {"Sec-Fetch-Site": "cross-site"}} {
		w, _ := shielded(t, "https://news.example.org", http.MethodPost, "/any", header)
		for name, want := range map[string]string{
			"Content-Security-Policy": policyPage, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Permissions-Policy": unneeded,
			"Cross-Origin-Opener-Policy": "same-origin", crossOrigin: "same-origin", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%d: %s is %q, want %q", w.Code, name, got, want)
			}
		}
	}
	w, _ := shielded(t, "http://127.0.0.1:8080", http.MethodGet, "/", nil)
	if got := w.Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("without https there is %q", got)
	}
}

// No page of another site changes anything, whatever the address.
func TestShieldRefusesOtherSites(t *testing.T) {
	t.Parallel()
	const base = "https://news.example.org"
	hostile := []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "nonsense"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
		{"Sec-Fetch-Site": "cross-site", "Origin": base}, {"Origin": "https://news.example.org.evil.example"}, {"Origin": "https://news.example.org:8443"},
	}
	for _, header := range hostile {
		for _, path := range []string{"/", "/signin", "/account/password", "/api/v1/messages", "/news/x", "/unsubscribe", "/any"} {
			for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
				w, reached := shielded(t, base, method, path, header)
				if reached || w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "another site") {
					t.Errorf("%s %s with %v: %d, reached: %t", method, path, header, w.Code, reached)
				}
			}
			if _, reached := shielded(t, base, http.MethodGet, path, header); !reached {
				t.Errorf("GET %s with %v is refused", path, header)
			}
		}
		if _, reached := shielded(t, base, http.MethodPost, "/unsubscribe/token", header); !reached {
			t.Errorf("unsubscribing with %v is refused", header)
		}
	}
	for _, header := range []map[string]string{nil, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": base}} {
		if _, reached := shielded(t, base, http.MethodPost, "/signin", header); !reached {
			t.Errorf("a form of this site with %v is refused", header)
		}
	}
}
