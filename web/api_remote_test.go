package web_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"clarion/api"
	"clarion/web"
)

// far is a request from another machine.
type far struct {
	method, path, body string
	peer               string // address and port of the connection
	tls                bool
	header             map[string]string
}

// from sends a request as it is and gives the answer with its problem details.
func (d *desk) from(f far) (*httptest.ResponseRecorder, api.Error) {
	d.Helper()
	r := httptest.NewRequest(f.method, f.path, strings.NewReader(f.body))
	r.RemoteAddr = f.peer
	if f.tls {
		r.TLS = &tls.ConnectionState{}
	}
	if f.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range f.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	d.api.Remote([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}).ServeHTTP(w, r)
	var e api.Error
	if w.Code >= http.StatusBadRequest {
		d.no(json.Unmarshal(w.Body.Bytes(), &e))
	}
	return w, e
}

func TestRemoteKeysGoOverTLSAlone(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for name, c := range map[string]struct {
		peer   string
		tls    bool
		header map[string]string
		status int
	}{
		"tls":                       {"198.51.100.7:4000", true, nil, 200},
		"plain":                     {"198.51.100.7:4000", false, nil, 403},
		"plain, and says otherwise": {"198.51.100.7:4000", false, map[string]string{"X-Forwarded-Proto": "https"}, 403},
		"this machine":              {"127.0.0.1:4000", false, nil, 200},
		"this machine by IPv6":      {"[::1]:4000", false, nil, 200},
		"mapped":                    {"[::ffff:127.0.0.1]:4000", false, nil, 200},
		"a proxy with TLS":          {"10.0.0.9:4000", false, map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}, 200},
		"a proxy without":           {"10.0.0.9:4000", false, map[string]string{"X-Forwarded-Proto": "http", "X-Forwarded-For": "198.51.100.7"}, 403},
		"a proxy that adds":         {"10.0.0.9:4000", false, map[string]string{"X-Forwarded-Proto": "https, http", "X-Forwarded-For": "198.51.100.7"}, 403},
		"a proxy that is silent":    {"10.0.0.9:4000", false, nil, 403},
		"a proxy for this machine":  {"10.0.0.9:4000", false, map[string]string{"X-Forwarded-Proto": "http", "X-Forwarded-For": "127.0.0.1"}, 200},
		"no address":                {"@", false, nil, 403},
	} {
		header := map[string]string{"Authorization": "Bearer " + d.adaKey}
		for k, v := range c.header {
			header[k] = v
		}
		w, e := d.from(far{method: "GET", path: "/api/v1/session", peer: c.peer, tls: c.tls, header: header})
		if w.Code != c.status || c.status == 403 && !strings.Contains(e.Detail, "plain http") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" && c.status == 200 {
			t.Errorf("%s may be cached", name)
		}
	}
}

func TestRemoteStrangersMayOnlySignIn(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	w, _ := d.from(far{method: "GET", path: "/api/v1/openapi.json", peer: "127.0.0.1:1"})
	var document struct{ Paths map[string]map[string]any }
	d.no(json.Unmarshal(w.Body.Bytes(), &document))
	fill := strings.NewReplacer("{id}", "1", "{name}", "x", "{channel}", "web", "{hold}", "freeze")
	open := map[string]bool{"post /session": true, "post /session/choose": true, "post /session/browser": true, "post /session/browser/collect": true}
	for path, methods := range document.Paths {
		for method := range methods {
			for _, header := range []map[string]string{nil, {"Cookie": "clarion_session=" + d.adaKey}, {"Authorization": "Basic YWRhOg=="}, {"Authorization": "Bearer nobody"}} {
				w, e := d.from(far{method: strings.ToUpper(method), path: fill.Replace(path), peer: "127.0.0.1:1", header: header})
				short := method + " " + strings.TrimPrefix(path, api.Base)
				refused := w.Code == http.StatusUnauthorized && e.Detail != "" && strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer")
				if refused == (open[short] && header["Authorization"] == "") {
					t.Errorf("%s with %v answers %d %s", short, header, w.Code, w.Body)
				}
			}
		}
	}
	if state, err := d.ada.Frozen(t.Context()); err != nil || state.Frozen {
		t.Errorf("a stranger froze: %+v, %v", state, err)
	}
}

func TestRemoteSitesAreRefused(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for _, header := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}} {
		w, e := d.from(far{method: "POST", path: "/api/v1/session", body: `{"name":"ada","password":"x"}`, peer: "127.0.0.1:1", header: header})
		if w.Code != http.StatusForbidden || !strings.Contains(e.Detail, "another site") {
			t.Errorf("%v: %d %s", header, w.Code, w.Body)
		}
	}
}

// Failures count by the client's address, whoever they are about.
func TestRemoteSignInsAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	try := func(name, client string) string {
		_, e := d.from(far{
			method: "POST", path: "/api/v1/session", body: `{"name":"` + name + `","password":"x"}`, peer: "10.0.0.9:1",
			header: map[string]string{"X-Forwarded-For": client, "X-Forwarded-Proto": "https"},
		})
		return e.Detail
	}
	for i := range 20 {
		if says := try(fmt.Sprint("n", i), "198.51.100.7"); !strings.Contains(says, "is wrong") {
			t.Fatalf("try %d: %s", i, says)
		}
	}
	if says := try("another", "198.51.100.7"); !strings.Contains(says, "too many") {
		t.Errorf("after twenty: %s", says)
	}
	if says := try("another", "198.51.100.8"); !strings.Contains(says, "is wrong") {
		t.Errorf("from elsewhere: %s", says)
	}
}

// Each token and each person has a limit of their own, and the socket has none.
func TestRemoteLimits(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	made, err := d.ada.MakeToken(t.Context(), api.TokenRequest{Name: "cms", Scope: "read", Days: 1})
	d.no(err)
	d.serve(web.APISettings{PerMinute: 1, Burst: 3})
	ask := func(key string) (int, http.Header) {
		w, _ := d.from(far{method: "GET", path: "/api/v1/session", peer: "127.0.0.1:1", header: map[string]string{"Authorization": "Bearer " + key}})
		return w.Code, w.Header()
	}
	for _, key := range []string{d.adaKey, made.Secret, d.benKey} {
		for left := 2; left >= 0; left-- {
			if code, h := ask(key); code != http.StatusOK || h.Get("RateLimit") != fmt.Sprintf(`"caller";r=%d;t=0`, left) || h.Get("RateLimit-Policy") != `"caller";q=1;w=60` {
				t.Errorf("%d left: %d %v", left, code, h)
			}
		}
		code, h := ask(key)
		if wait, err := strconv.Atoi(h.Get("Retry-After")); code != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 60 {
			t.Errorf("above: %d %v", code, h)
		}
	}
	for i := range 4 { // whoever has no key counts by address
		if code, _ := ask("nobody's"); (code == http.StatusUnauthorized) != (i < 3) || code != http.StatusUnauthorized && code != http.StatusTooManyRequests {
			t.Errorf("try %d: %d", i, code)
		}
	}
	for range 10 {
		if _, err := d.ada.Self(t.Context()); err != nil {
			t.Error("over the socket: ", err)
		}
	}
}
