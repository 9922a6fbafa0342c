package request

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"clarion/channels"
)

func TestRequestIsSentAsItStands(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		got := make(chan *http.Request, 1)
		body := make(chan string, 1)
		s := serve(t, secure, func(t *testing.T, c net.Conn, r *bufio.Reader) {
			req, err := http.ReadRequest(r)
			if err != nil {
				t.Error(err)
				return
			}
			b, _ := io.ReadAll(req.Body)
			got <- req
			body <- string(b)
			say(c, "HTTP/1.1 201 Created\r\nX-Answer: yes\r\nContent-Length: 10\r\n\r\n{\"id\":\"7\"}")
		})
		var begun atomic.Int32
		r := post(s.url(secure), &begun)
		r.Header["webhook-id"] = []string{"k1"} // as nobody would write it, but some do
		a, err := c.Do(t.Context(), r)
		if err != nil || a.Status != http.StatusCreated || string(a.Body) != `{"id":"7"}` || a.Header.Get("X-Answer") != "yes" {
			t.Errorf("got %+v, %v", a, err)
		}
		req := <-got
		if req.Method != r.Method || req.RequestURI != "/posts?key="+token || <-body != string(r.Body) {
			t.Errorf("it came as %s %s", req.Method, req.RequestURI)
		}
		for name, want := range map[string]string{
			"User-Agent": "test", "Authorization": "Bearer " + token, "Idempotency-Key": "k1", "Webhook-Id": "k1", "Connection": "close",
		} {
			if v := req.Header.Values(name); len(v) != 1 || v[0] != want {
				t.Errorf("%s came as %q", name, v)
			}
		}
		if begun.Load() != 1 {
			t.Errorf("%d calls of Begin", begun.Load())
		}
	})
}

// A destination in good health is told apart by its status alone; none is an
// error, and none makes a second request.
func TestEveryStatusIsAnAnswer(t *testing.T) {
	t.Parallel()
	for status := 200; status < 600; status++ {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			to := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.Header().Set("Location", "/elsewhere")
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(status)
			}))
			defer to.Close()
			var begun atomic.Int32
			a, err := New("test").Do(t.Context(), post(to.URL, &begun))
			if err != nil || a.Status != status || a.OK() != (status < 300) {
				t.Errorf("got %d, %v", a.Status, err)
			}
			if requests.Load() != 1 || begun.Load() != 1 {
				t.Errorf("%d requests and %d calls of Begin", requests.Load(), begun.Load())
			}
		})
	}
}

// A redirect is an answer, wherever it points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"/elsewhere", "http://127.0.0.1:1/", "https://[::1]/", "file:///etc/passwd", "%zz" + token, "", "//"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			s := serve(t, nil, answers(fmt.Sprintf("HTTP/1.1 %d Gone\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", status, location)))
			var begun atomic.Int32
			r := post(s.url(nil), &begun)
			for _, begin := range []func() error{r.Begin, nil} {
				r.Begin = begin
				if a, err := New("test").Do(t.Context(), r); err != nil || a.Status != status {
					t.Errorf("%d to %q: got %d, %v", status, location, a.Status, err)
				}
			}
			if n := s.connections.Load(); n != 2 {
				t.Errorf("%d to %q: %d requests for two", status, location, n)
			}
		}
	}
}

func TestInterimAnswersAreNoAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, answers("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	var begun atomic.Int32
	a, err := New("test").Do(t.Context(), post(s.url(nil), &begun))
	if err != nil || a.Status != http.StatusOK || string(a.Body) != "{}" || begun.Load() != 1 {
		t.Errorf("got %+v, %v and %d calls of Begin", a, err, begun.Load())
	}
}

func TestAnswerUpToItsLimit(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, MaxAnswer - 1, MaxAnswer} {
		s := serve(t, nil, answers(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", n, strings.Repeat("x", n))))
		var begun atomic.Int32
		if a, err := New("test").Do(t.Context(), post(s.url(nil), &begun)); err != nil || len(a.Body) != n {
			t.Errorf("%d bytes: got %d, %v", n, len(a.Body), err)
		}
	}
}

// A request with a key that net/http would replay finds a connection that died:
// it has one of its own, and the dead one is not asked.
func TestConnectionsThatDied(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		var requests atomic.Int32
		s := serve(t, secure, func(t *testing.T, c net.Conn, r *bufio.Reader) {
			take(t, r)
			requests.Add(1)
			say(c, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}")
		})
		var begun atomic.Int32
		for range 3 {
			if _, err := c.Do(t.Context(), post(s.url(secure), &begun)); err != nil {
				t.Error(err)
			}
		}
		if requests.Load() != 3 || s.connections.Load() != 3 || begun.Load() != 3 {
			t.Errorf("%d requests on %d connections and %d calls of Begin for three",
				requests.Load(), s.connections.Load(), begun.Load())
		}
	})
}

// What only reads keeps its connection, and is asked again on a new one when
// the old one died unanswered.
func TestReadOnAConnectionThatDied(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	s := serve(t, nil, func(t *testing.T, c net.Conn, r *bufio.Reader) {
		take(t, r)
		requests.Add(1)
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		if s := requests.Load(); s == 1 {
			_, _ = http.ReadRequest(r) // and goes without a word
		}
	})
	c := New("test")
	for range 2 {
		if a, err := c.Do(t.Context(), Request{Method: http.MethodGet, URL: s.url(nil)}); err != nil || string(a.Body) != "{}" {
			t.Errorf("got %+v, %v", a, err)
		}
	}
	if requests.Load() != 2 || s.connections.Load() != 2 {
		t.Errorf("%d requests on %d connections", requests.Load(), s.connections.Load())
	}
}

func TestErrorOfBeginComesBackAsItIs(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		for _, want := range []error{&channels.Error{Class: channels.NotBegun, Reason: "frozen"}, errors.New("no class")} {
			s := serve(t, secure, func(t *testing.T, _ net.Conn, r *bufio.Reader) {
				if n, _ := io.Copy(io.Discard, r); n != 0 {
					t.Errorf("%d bytes of a request were written", n)
				}
			})
			var begun atomic.Int32
			r := post(s.url(secure), &begun)
			r.Begin = func() error {
				begun.Add(1)
				return want
			}
			if _, err := c.Do(t.Context(), r); err != want { //nolint:errorlint // as it is, not wrapped
				t.Errorf("got %v, want %v", err, want)
			}
			if begun.Load() != 1 {
				t.Errorf("%d calls of Begin", begun.Load())
			}
		}
	})
}

// Begin is asked after the handshake: the server has completed it by then, and
// has seen nothing of the request.
func TestBeginIsAskedAfterTheHandshake(t *testing.T) {
	t.Parallel()
	secure, c := certified(t)
	shaken := make(chan error, 1)
	s := serve(t, secure, func(t *testing.T, c net.Conn, r *bufio.Reader) {
		shaken <- c.(*tls.Conn).Handshake()
		take(t, r)
		say(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	var begun atomic.Int32
	r := post(s.url(secure), &begun)
	r.Begin = func() error {
		begun.Add(1)
		return <-shaken
	}
	if a, err := c.Do(t.Context(), r); err != nil || a.Status != http.StatusNoContent || begun.Load() != 1 {
		t.Errorf("got %+v, %v after %d calls of Begin", a, err, begun.Load())
	}
}

func TestCertificateThatNobodyTrusts(t *testing.T) {
	t.Parallel()
	secure, trusting := certified(t)
	hand := func(_ *testing.T, c net.Conn, r *bufio.Reader) { _, _ = io.Copy(io.Discard, r) }
	elsewhere := serve(t, secure, hand)
	_, port, _ := net.SplitHostPort(elsewhere.address)
	for name, try := range map[string]struct {
		client *Client
		url    string
	}{
		"signed by nobody known": {New("test"), elsewhere.url(secure)},
		"of another name":        {trusting, "https://localhost:" + port + "/?" + token},
	} {
		var begun atomic.Int32
		r := post(try.url, &begun)
		_, err := try.client.Do(t.Context(), r)
		wantClass(t, err, channels.Unavailable)
		r.Begin = nil
		_, err = try.client.Do(t.Context(), r)
		wantClass(t, err, channels.Unavailable)
		if begun.Load() != 0 {
			t.Errorf("%s: Begin was asked", name)
		}
	}
}

// An encrypted request never leaves in the clear, nor the other way round.
func TestTheWrongScheme(t *testing.T) {
	t.Parallel()
	secure, trusting := certified(t)
	clear := serve(t, nil, func(_ *testing.T, c net.Conn, r *bufio.Reader) {
		_, _ = r.ReadByte()
		say(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	var begun atomic.Int32
	_, err := trusting.Do(t.Context(), post("https://"+clear.address+"/?"+token, &begun))
	wantClass(t, err, channels.Temporary)
	if begun.Load() != 0 {
		t.Error("Begin was asked without a handshake")
	}
	closed := serve(t, secure, func(_ *testing.T, c net.Conn, _ *bufio.Reader) { _ = c.(*tls.Conn).Handshake() })
	_, err = trusting.Do(t.Context(), post("http://"+closed.address+"/?"+token, &begun))
	wantClass(t, err, channels.Unknown)
}

func TestRequestsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r *Request){
		"no address":          func(r *Request) { r.URL = "" },
		"no host":             func(r *Request) { r.URL = "https:///posts?" + token },
		"a broken address":    func(r *Request) { r.URL = "https://h.example/\x00?" + token },
		"a broken escape":     func(r *Request) { r.URL = "https://h.example/%z" + token },
		"another scheme":      func(r *Request) { r.URL = "ftp://h.example/?" + token },
		"a broken method":     func(r *Request) { r.Method = "PO ST" },
		"a broken header":     func(r *Request) { r.Header = http.Header{"X": {token + "\r\nY: 1"}} },
		"a header of no name": func(r *Request) { r.Header = http.Header{token + "\n": {"1"}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var begun atomic.Int32
			r := post("https://h.example/", &begun)
			change(&r)
			_, err := New("test").Do(t.Context(), r)
			if class := channels.AsError(err).Class; class != channels.Permanent && class != channels.Temporary {
				t.Errorf("got %v", err)
			}
			quietly(t, err)
			if begun.Load() != 0 {
				t.Error("Begin was asked")
			}
		})
	}
}

func TestNoErrorQuotesAnything(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`parse "https://h/?k=v": invalid URL escape "%zz"`: "parse …: invalid URL escape …",
		`malformed HTTP response "a\"b" end`:               "malformed HTTP response … end",
		`cut "short`:                                       "cut …",
		"two\r\nlines\x00":                                 "two lines",
		strings.Repeat("x", 301):                           strings.Repeat("x", 300) + "…",
	} {
		if got := (quiet{errors.New(text)}).Error(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if cause := errors.New("cause"); !errors.Is(quiet{cause}, cause) {
		t.Error("the cause is lost")
	}
}
