package request

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"clarion/channels"
)

// token stands in every request's query, header and body.
const token = "s3cret-t0ken"

// visit is what a raw server does with one connection, after which it is
// closed.
type visit func(t *testing.T, c net.Conn, r *bufio.Reader)

// raw is a server that counts connections and does as a visit says.
type raw struct {
	address     string
	connections atomic.Int32
}

// serve starts a raw server, over TLS if a configuration is given. It ends with
// the test, all of its visits done.
func serve(t *testing.T, secure *tls.Config, v visit) *raw {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &raw{address: l.Addr().String()}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			open.Go(func() { attend(t, c, secure, v) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		open.Wait()
	})
	return s
}

func attend(t *testing.T, c net.Conn, secure *tls.Config, v visit) {
	if secure != nil {
		c = tls.Server(c, secure)
	}
	defer func() { _ = c.Close() }()
	v(t, c, bufio.NewReader(c))
}

// url is the server's address, with a secret in its query.
func (s *raw) url(secure *tls.Config) string {
	scheme := "http"
	if secure != nil {
		scheme = "https"
	}
	return scheme + "://" + s.address + "/posts?key=" + token
}

// certified gives a server's TLS configuration, and the client that trusts it.
func certified(t *testing.T) (*tls.Config, *Client) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, New("test", Roots(pool))
}

// overBoth runs a test in the clear and over TLS.
func overBoth(t *testing.T, test func(t *testing.T, secure *tls.Config, c *Client)) {
	t.Helper()
	secure, trusting := certified(t)
	t.Run("plain", func(t *testing.T) { t.Parallel(); test(t, nil, New("test")) })
	t.Run("tls", func(t *testing.T) { t.Parallel(); test(t, secure, trusting) })
}

// post is a request that changes something; it counts how often Begin is asked.
func post(url string, begun *atomic.Int32) Request {
	return Request{
		Method: http.MethodPost, URL: url,
		Header: http.Header{"Authorization": {"Bearer " + token}, "Idempotency-Key": {"k1"}},
		Body:   []byte(`{"text":"hello"}`),
		Begin: func() error {
			begun.Add(1)
			return nil
		},
	}
}

// take reads a request whole.
func take(t *testing.T, r *bufio.Reader) *http.Request {
	req, err := http.ReadRequest(r)
	if err != nil {
		t.Errorf("no request came: %v", err)
		return &http.Request{}
	}
	if _, err := io.ReadAll(req.Body); err != nil {
		t.Errorf("the request did not come whole: %v", err)
	}
	return req
}

// say answers as it stands; the client may be gone.
func say(c net.Conn, text string) { _, _ = io.WriteString(c, text) }

// wantClass says whether an error is classed, has a reason, and shows nothing
// that it must not.
func wantClass(t *testing.T, err error, want channels.Class) {
	t.Helper()
	e, ok := errors.AsType[*channels.Error](err)
	if !ok || e.Class != want || e.Reason == "" {
		t.Errorf("got %v, want class %s with a reason", err, want)
	}
	quietly(t, err)
}

func quietly(t *testing.T, err error) {
	t.Helper()
	const most = 600 // bytes: the reason and the error beneath
	if text := err.Error(); strings.Contains(text, token) || len(text) > most || strings.ContainsAny(text, "\r\n\x00") {
		t.Errorf("the error shows too much: %q", text)
	}
}
