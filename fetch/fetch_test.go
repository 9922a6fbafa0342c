package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// server counts what reaches it.
type server struct {
	*httptest.Server
	hits atomic.Int64
}

func serve(t *testing.T, answer http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func refused(t *testing.T, err error, says string) {
	t.Helper()
	if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Says, says) || e.Try == "" {
		t.Errorf("got %v, want a refusal that says %q and what to do", err, says)
	}
}

func TestAllowedAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "Clarion test" || r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("headers %v", r.Header)
		}
		w.Header().Set("Content-Type", "Application/RSS+XML; charset=utf-8")
		_, _ = io.WriteString(w, "<rss/>")
	})
	c := New(Settings{Agent: "Clarion test", Allow: []string{s.URL + "/some/path"}})
	got, err := c.Get(t.Context(), s.URL+"/feed?x=1")
	if err != nil || string(got.Body) != "<rss/>" || got.MediaType != "application/rss+xml" || got.Address != s.URL+"/feed?x=1" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAllowanceIsOfSchemeHostAndPort(t *testing.T) {
	t.Parallel()
	s, other := serve(t, says("inside")), serve(t, says("inside"))
	port := s.Listener.Addr().(*net.TCPAddr).Port
	for _, allow := range []string{
		"https://127.0.0.1:" + fmt.Sprint(port), "http://127.0.0.1", "http://localhost:" + fmt.Sprint(port), other.URL, "127.0.0.1", "", "%",
	} {
		_, err := New(Settings{Allow: []string{allow}}).Get(t.Context(), s.URL)
		refused(t, err, "port other than 80 and 443")
	}
	if n := s.hits.Load(); n != 0 {
		t.Errorf("%d requests reached the server", n)
	}
}

// names resolves every name to one address after another.
func names(t *testing.T, addresses ...[4]byte) *net.Resolver {
	t.Helper()
	var asked atomic.Int64
	return resolver(t, func(q dnsmessage.Question) []dnsmessage.Resource {
		if q.Type != dnsmessage.TypeA {
			return nil
		}
		next := addresses[int(asked.Add(1)-1)%len(addresses)]
		return []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
			Body:   &dnsmessage.AResource{A: next},
		}}
	})
}

// resolver asks a name server of the test's own.
func resolver(t *testing.T, answers func(q dnsmessage.Question) []dnsmessage.Resource) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	go func() {
		for buf := make([]byte, 1500); ; {
			n, from, err := socket.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil || len(q.Questions) == 0 {
				continue
			}
			a := dnsmessage.Message{Header: dnsmessage.Header{ID: q.ID, Response: true}, Questions: q.Questions, Answers: answers(q.Questions[0])}
			if packed, err := a.Pack(); err == nil {
				_, _ = socket.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

// hostile lists addresses that lead inside, in every form that somebody tried.
func hostile(port int) []string {
	var all []string
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.1.", "0.0.0.0", "0",
		"localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::1%25lo]", "[fe80::1%25lo]", "169.254.169.254", "[fd00:ec2::254]", "100.100.100.200",
		"192.0.0.192", "10.0.0.1", "192.168.1.1", "172.16.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "rebind.test", "metadata.test",
	} {
		for _, form := range []string{"http://%s/", "https://%s/", "http://%s:80/latest/meta-data/", "http://%s:" + fmt.Sprint(port) + "/"} {
			all = append(all, fmt.Sprintf(form, host))
		}
	}
	return append(all,
		"http://user@127.0.0.1/", "http://example.org@127.0.0.1/", "http://127.0.0.1#@example.org/", `http://example.org\@127.0.0.1/`,
		"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "//127.0.0.1/", "http:127.0.0.1", "http://", "http:///path", "", " ",
		"javascript:alert(1)", "data:text/plain,x", "unix:///run/x.sock", "http://127.0.0.1:99999/", "http://[::1/", "http://127.0.0.1:22/",
		"http://127.0.0.1\r\nHost: x/", "http://%31%32%37.0.0.1/", "http://"+strings.Repeat("a", MaxAddress),
	)
}

func TestNothingInsideIsReached(t *testing.T) {
	t.Parallel()
	s := serve(t, says("inside"))
	port := s.Listener.Addr().(*net.TCPAddr).Port
	c := New(Settings{Resolver: names(t, [4]byte{127, 0, 0, 1}, [4]byte{169, 254, 169, 254})})
	c.outside.Transport.(*http.Transport).DialContext = toward(port, c)
	payloads := hostile(port)
	if len(payloads) < 100 {
		t.Fatalf("only %d payloads", len(payloads))
	}
	for _, address := range payloads {
		_, err := c.Get(t.Context(), address)
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%q: %v is no refusal for people", address, err)
		}
	}
	if n := s.hits.Load(); n != 0 {
		t.Errorf("%d of %d payloads reached the inside", n, len(payloads))
	}
}

// toward dials as the client does, with its guard, and the server's port for
// any other: whatever the guard lets through to this machine is a hit.
func toward(port int, c *Client) func(context.Context, string, string) (net.Conn, error) {
	dial := c.outside.Transport.(*http.Transport).DialContext
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dial(ctx, network, net.JoinHostPort(host, fmt.Sprint(port)))
	}
}

func TestAWordOfRebinding(t *testing.T) {
	t.Parallel()
	s := serve(t, says("inside"))
	port := s.Listener.Addr().(*net.TCPAddr).Port
	c := New(Settings{Resolver: names(t, [4]byte{127, 0, 0, 1})})
	c.outside.Transport.(*http.Transport).DialContext = toward(port, c)
	_, err := c.Get(t.Context(), "http://rebind.test/")
	refused(t, err, "leads inside")
	if strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("%q tells what stands inside", err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	inside := serve(t, says("inside"))
	front := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/inside": inside.URL, "/name": "http://localhost/", "/file": "file:///etc/passwd", "/loop": "/loop",
			"/metadata": "http://169.254.169.254/latest", "/relative": "end", "/user": "http://a:b@example.org/", "/bad": "http://[::1/",
		}[r.URL.Path]
		if r.URL.Path == "/end" {
			_, _ = io.WriteString(w, "the end")
			return
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	})
	c := New(Settings{Allow: []string{front.URL}})
	for path, want := range map[string]string{
		"/inside": "port other than", "/name": "leads inside", "/file": "no address", "/loop": "more than 5 times",
		"/metadata": "leads inside", "/user": "name or password", "/bad": "could not be reached",
	} {
		_, err := c.Get(t.Context(), front.URL+path)
		refused(t, err, want)
	}
	if n := inside.hits.Load(); n != 0 {
		t.Errorf("a redirect reached the inside %d times", n)
	}
	got, err := c.Get(t.Context(), front.URL+"/relative")
	if err != nil || string(got.Body) != "the end" || got.Address != front.URL+"/end" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAsManyRedirectsAsAllowed(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		left := len(strings.Trim(r.URL.Path, "/"))
		if left == 0 {
			_, _ = io.WriteString(w, "the end")
			return
		}
		http.Redirect(w, r, "/"+strings.Repeat("x", left-1), http.StatusMovedPermanently)
	})
	c := New(Settings{Allow: []string{s.URL}})
	for n := MaxRedirects - 1; n <= MaxRedirects+1; n++ {
		_, err := c.Get(t.Context(), s.URL+"/"+strings.Repeat("x", n))
		if (err == nil) != (n <= MaxRedirects) {
			t.Errorf("%d redirects: %v", n, err)
		}
	}
}

func TestNoWayDownFromHTTPS(t *testing.T) {
	t.Parallel()
	from, err := url.Parse("https://example.org/feed")
	if err != nil {
		t.Fatal(err)
	}
	c := New(Settings{})
	_, err = c.next(from, "http://example.org/feed")
	refused(t, err, "from https to http")
	if _, err := c.next(from, "/feed/"); err != nil {
		t.Error(err)
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := MaxBody + len(strings.Trim(r.URL.Path, "/")) - 1
		_, _ = io.Copy(w, io.LimitReader(endless{}, int64(n)))
	})
	c := New(Settings{Allow: []string{s.URL}})
	for extra := range 3 { // one below, at and above
		got, err := c.Get(t.Context(), s.URL+"/"+strings.Repeat("x", extra))
		if extra < 2 && (err != nil || len(got.Body) != MaxBody+extra-1) {
			t.Errorf("%d over: %d bytes, %v", extra-1, len(got.Body), err)
		}
		if extra == 2 {
			refused(t, err, "over the limit")
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestCompressedBombIsBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb(t))
	})
	_, err := New(Settings{Allow: []string{s.URL}}).Get(t.Context(), s.URL)
	refused(t, err, "over the limit")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/empty-redirect":
			w.WriteHeader(http.StatusFound)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		case "/long-header":
			w.Header().Set("X", strings.Repeat("x", 2*MaxHeader))
		}
	})
	c := New(Settings{Allow: []string{s.URL}})
	for path, want := range map[string]string{
		"/gone": "answers 410 Gone", "/empty-redirect": "answers 302", "/cut": "broke off", "/long-header": "could not be reached",
	} {
		_, err := c.Get(t.Context(), s.URL+path)
		refused(t, err, want)
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "drip")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := New(Settings{Allow: []string{s.URL}}).Get(ctx, s.URL)
	refused(t, err, "no whole answer came")
}
