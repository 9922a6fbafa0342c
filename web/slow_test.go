package web

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes in memory, so that time can
// be a test's own.
type pipes struct {
	calls chan net.Conn
	over  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.over:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.over); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial() *visitor {
	here, there := net.Pipe()
	p.calls <- there
	return &visitor{Conn: here}
}

// visitor is one end of a connection, and what it is still sending.
type visitor struct {
	net.Conn
	dripping sync.WaitGroup
}

// drip sends a text byte by byte, each after a pause, until nobody takes it.
func (v *visitor) drip(text string, pause time.Duration) {
	v.dripping.Go(func() {
		for _, b := range []byte(text) {
			if _, err := v.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(pause) // of the test's own time
		}
	})
}

// slowly runs a test against a server whose answers have a size, in a time of
// its own.
func slowly(t *testing.T, size int, run func(t *testing.T, c *visitor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := &pipes{make(chan net.Conn), make(chan struct{})}
		server := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				http.Error(w, "the body did not come", http.StatusRequestTimeout)
				return
			}
			_, _ = w.Write(make([]byte, size)) // a reader may go away
		}))
		done := make(chan error, 1)
		go func() { done <- server.Serve(p) }()
		c := p.dial()
		run(t, c)
		_ = c.Close() // it may be closed already
		c.dripping.Wait()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// ends waits for the server to end a connection, and says when it did.
func ends(t *testing.T, c *visitor, begun time.Time) time.Duration {
	t.Helper()
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Error(err)
	}
	return time.Since(begun)
}

func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	slowly(t, 1, func(t *testing.T, c *visitor) {
		begun := time.Now()
		c.drip("GET / HTTP/1.1\r\nX: "+strings.Repeat("a", 1000), time.Second)
		if took := ends(t, c, begun); took != readHeaderTimeout {
			t.Errorf("it ends after %s", took)
		}
	})
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	slowly(t, 1, func(t *testing.T, c *visitor) {
		begun := time.Now()
		c.drip("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("a", 1000), 100*time.Millisecond)
		if took := ends(t, c, begun); took < readTimeout || took > readTimeout+time.Second {
			t.Errorf("it ends after %s", took)
		}
	})
}

func TestSilentConnection(t *testing.T) {
	t.Parallel()
	slowly(t, 1, func(t *testing.T, c *visitor) {
		if took := ends(t, c, time.Now()); took != readHeaderTimeout {
			t.Errorf("it ends after %s", took)
		}
	})
}

func TestIdleConnection(t *testing.T) {
	t.Parallel()
	slowly(t, 1, func(t *testing.T, c *visitor) {
		c.drip("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0)
		r := bufio.NewReader(c)
		res, err := http.ReadResponse(r, nil)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", res, err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // it was read
		if took := ends(t, c, time.Now()); took != idleTimeout {
			t.Errorf("it ends after %s", took)
		}
	})
}

// A reader that takes nothing holds an answer for so long and no longer.
func TestReaderThatDoesNotRead(t *testing.T) {
	t.Parallel()
	slowly(t, 1<<20, func(t *testing.T, c *visitor) {
		c.drip("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0)
		time.Sleep(writeTimeout + time.Second) // of the test's own time
		if n, err := io.Copy(io.Discard, c); err != nil || n >= 1<<20 {
			t.Errorf("%d bytes were left, %v", n, err)
		}
	})
}

// Who stops halfway is answered, or let go, at once.
func TestHalfClosedConnections(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	}))
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()
	for sent, want := range map[string][]string{
		"":                                   nil,
		"GET /":                              {"400"},
		"GET / HTTP/1.1\r\nHost: x\r\n":      {"400"},
		"GET / HTTP/1.1\r\n\r\n":             {"400"}, // no host
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n":  {"200"},
		"GET / HTTP/1.1\r\nHost : x\r\n\r\n": {"400"},
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf":                      {"408"},
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf":        {"408"},
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n":                       {"501"},
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf": {"400"},
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nhalf":                     {"400"},
		// The length counts for nothing beside chunks (RFC 9112 6.1), so what follows is a request of its own.
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n": {"200", "200"},
	} {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, sent); err != nil {
			t.Errorf("%q: %v", sent, err)
		}
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Errorf("%q: %v", sent, err)
		}
		if err := c.SetReadDeadline(time.Now().Add(readHeaderTimeout / 2)); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c)
		var got []string
		for _, line := range strings.Split(string(answer), "HTTP/1.1 ")[1:] {
			got = append(got, line[:3])
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", sent, answer, err, want)
		}
		_ = c.Close()
	}
}
