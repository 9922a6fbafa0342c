package client_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"clarion/api"
	"clarion/client"
)

// local serves a handler in this process for the length of a test.
func local(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	c, stop := client.Local(handler)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestWithTellsWhoAsks(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 2)
	c := local(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Method + " " + r.URL.EscapedPath() + " " + r.Header.Get("Authorization")
		_, _ = io.WriteString(w, `{"done":true}`)
	})
	if err := c.With("key").Hold(t.Context(), "m/1 ?", "why"); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != "POST /api/v1/messages/m%2F1%20%3F/hold Bearer key" {
		t.Errorf("the server saw %q", got)
	}
	if _, err := c.People(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got != "GET /api/v1/people " {
		t.Errorf("the server saw %q", got)
	}
	if err := c.With("key\r\nX: y").Hold(t.Context(), "m1", "why"); err == nil {
		t.Error("a key with a line break was sent")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body    string
		refusal bool
		says    string
	}{
		"problem": {`{"title":"Conflict","status":409,"detail":"no","try":"wait","problems":[{"file":"a.md","line":3,"says":"bad"}]}`, true, "no; wait\n  a.md:3: bad"},
		"text":    {"bad gateway", false, "409 Conflict"},
		"empty":   {"{}", false, "409 Conflict"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := local(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusConflict)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := client.People(t.Context())
			_, refused := errors.AsType[*api.Error](err)
			if err == nil || refused != c.refusal || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want a refusal (%v) that says %q", err, c.refusal, c.says)
			}
		})
	}
}

func TestCutAnswersAreErrors(t *testing.T) {
	t.Parallel()
	const entry = `{"writer":"w","seq":1,"at":"2026-01-02T03:04:05.006Z","kind":"k","body":{},"hash":"h"}` + "\n"
	c := local(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, entry)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	n := 0
	err := c.Export(t.Context(), api.LedgerRange{}, func(api.Entry) error { n++; return nil })
	if err == nil || n != 1 {
		t.Errorf("a cut export gave %d entries and %v", n, err)
	}
	if _, err := c.Backup(t.Context(), io.Discard); err == nil {
		t.Error("a cut backup passed")
	}
	if _, err := local(t, func(http.ResponseWriter, *http.Request) {}).People(t.Context()); err == nil {
		t.Error("an empty answer passed")
	}
}

func TestBackupComparesTheDigest(t *testing.T) {
	t.Parallel()
	serve := func(digest string) *client.Client {
		return local(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", api.DigestTrailer)
			_, _ = io.WriteString(w, "backup")
			w.Header().Set(api.DigestTrailer, digest)
		})
	}
	const sum = "54d00d867758cef816bc4685f58e327b949712b07ebd17c3485f3ffc9e9f5133" // printf backup | sha256sum
	bytes, err := hex.DecodeString(sum)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	b, err := serve("sha-256=:"+base64.StdEncoding.EncodeToString(bytes)+":").Backup(t.Context(), &got)
	if err != nil || b.SHA256 != sum || b.Bytes != 6 || got.String() != "backup" {
		t.Errorf("a good backup gave %+v, %q, %v", b, got.String(), err)
	}
	if b, err := serve("").Backup(t.Context(), io.Discard); err == nil {
		t.Errorf("a backup without a digest passed as %+v", b)
	}
	if _, err := serve("sha-256=:"+base64.StdEncoding.EncodeToString(make([]byte, 32))+":").Backup(t.Context(), io.Discard); err == nil {
		t.Error("a backup with another digest passed")
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	_, err := client.Socket(path).People(t.Context())
	if !client.Unreachable(err) {
		t.Errorf("no socket: %v", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = client.Socket(path).People(t.Context())
	if !client.Unreachable(err) {
		t.Errorf("a dead daemon's socket: %v", err)
	}
	if client.Unreachable(context.Canceled) || client.Unreachable(&api.Error{}) || client.Unreachable(nil) {
		t.Error("other errors pass as nobody listening")
	}
}

func TestSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"people":[{"name":"ada","full_name":"Ada","kind":"human","disabled":false,"roles":[]}]}`)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	people, err := client.Socket(path).People(t.Context())
	if err != nil || len(people.People) != 1 || people.People[0].Name != "ada" {
		t.Errorf("got %+v, %v", people, err)
	}
}

func TestLocalStops(t *testing.T) {
	t.Parallel()
	c, stop := client.Local(http.NotFoundHandler())
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.People(t.Context()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after the stop: %v", err)
	}
}

// Whoever signs in or chooses a password has no key that counts, and an old one
// would be refused.
func TestSigningInComesWithoutAKey(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 1)
	c := local(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization")
		_, _ = io.WriteString(w, `{"name":"ada","key":"new","expires":"2027-05-01T09:00:00Z","wants_code":false}`)
	}).With("old")
	in, err := c.SignIn(t.Context(), api.SignIn{Name: "ada", Password: "secret"})
	if got := <-seen; err != nil || in.Key != "new" || got != "POST /api/v1/session " {
		t.Errorf("got %+v, %v; the server saw %q", in, err, got)
	}
	if err := c.Choose(t.Context(), api.Choice{Code: "abc", Password: "secret"}); err != nil {
		t.Error(err)
	}
	if got := <-seen; got != "POST /api/v1/session/choose " {
		t.Errorf("the server saw %q", got)
	}
	if err := c.SignOut(t.Context()); err != nil {
		t.Error(err)
	}
	if got := <-seen; got != "DELETE /api/v1/session Bearer old" {
		t.Errorf("the server saw %q", got)
	}
}
