package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"clarion/api"
	"clarion/client"
)

// breaking breaks the connection of the first calls and remembers all of them.
type breaking struct {
	mu    sync.Mutex
	left  int
	calls []string // method, path, key and body
}

func (b *breaking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	b.calls = append(b.calls, r.Method+" "+r.URL.Path+" "+r.Header.Get("Idempotency-Key")+" "+string(body))
	breaks := b.left > 0
	b.left--
	b.mu.Unlock()
	if breaks {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, `{"done":true,"rows":1,"added":1,"problems":[]}`)
}

func (b *breaking) seen() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

func TestPostsAreRepeatedUnderTheirKey(t *testing.T) {
	t.Parallel()
	b := &breaking{left: 1}
	c := local(t, b.ServeHTTP)
	if err := c.Hold(t.Context(), "m1", "why"); err != nil {
		t.Fatal(err)
	}
	calls := b.seen()
	if len(calls) != 2 || calls[0] != calls[1] || len(strings.Fields(calls[0])[2]) < 26 {
		t.Errorf("the server saw %q", calls)
	}
	if err := c.Hold(t.Context(), "m1", "why"); err != nil || b.seen()[2] == calls[0] {
		t.Errorf("another call came with the same key, or %v", err)
	}
}

func TestPutsAndSignInsAreNotRepeated(t *testing.T) {
	t.Parallel()
	b := &breaking{left: 2}
	c := local(t, b.ServeHTTP)
	if err := c.SetRoles(t.Context(), "ada", api.Roles{Roles: []string{}}); err == nil {
		t.Error("a PUT went through")
	}
	if _, err := c.SignIn(t.Context(), api.SignIn{}); err == nil {
		t.Error("a sign-in went through")
	}
	if calls := b.seen(); len(calls) != 2 {
		t.Errorf("the server saw %q", calls)
	}
}

// A file is sent whole again; what can't be read twice is not sent twice.
func TestListsAreRepeated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte("email\na@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = list.Close() }()
	b := &breaking{left: 1}
	if _, err := local(t, b.ServeHTTP).Import(t.Context(), "press", list, false); err != nil {
		t.Fatal(err)
	}
	if calls := b.seen(); len(calls) != 2 || calls[0] != calls[1] || !strings.Contains(calls[0], "a@example.org") {
		t.Errorf("the server saw %q", calls)
	}
	b = &breaking{left: 1}
	if _, err := local(t, b.ServeHTTP).Import(t.Context(), "press", struct{ io.Reader }{strings.NewReader("email\n")}, false); err == nil || len(b.seen()) != 1 {
		t.Errorf("a stream was repeated: %q, %v", b.seen(), err)
	}
}

// While the first is under way its repetition waits.
func TestRepetitionsWait(t *testing.T) {
	t.Parallel()
	n := 0
	var mu sync.Mutex
	c := local(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch n++; n {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusConflict)
		default:
			_, _ = io.WriteString(w, `{"done":true}`)
		}
	})
	if err := c.Hold(t.Context(), "m1", "why"); err != nil || n != 3 {
		t.Errorf("%d calls, %v", n, err)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://News.Example.org": "https://news.example.org", "https://news.example.org:8443/": "https://news.example.org:8443",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080", "http://[::1]:8080": "http://[::1]:8080",
		"news.example.org": "", "ftp://news.example.org": "", "https://": "", "https://u:p@news.example.org": "",
		"https://news.example.org/api": "", "https://news.example.org?x": "", "https://news.example.org#x": "", "": "",
	} {
		got, err := client.Address(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v", text, got, err)
		}
	}
}

func TestPlainHTTPIsForThisMachine(t *testing.T) {
	t.Parallel()
	for address, plain := range map[string]bool{
		"https://news.example.org": false, "http://localhost:8080": false, "http://127.0.0.2": false, "http://[::1]:80": false,
		"http://news.example.org": true, "http://10.0.0.1": true, "http://localhost.example.org": true, "http://0.0.0.0": true,
	} {
		_, err := client.Remote(address)
		if plain != errors.Is(err, client.ErrPlain) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := client.Insecure("http://192.0.2.1:1").People(canceled(t)); err == nil {
		t.Error("nobody answered and it went through")
	}
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
