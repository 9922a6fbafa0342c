package request

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"clarion/channels"
)

// through makes a client go through a proxy.
func through(t *testing.T, c *Client, proxy *raw) *Client {
	t.Helper()
	address, err := url.Parse("http://user:" + token + "@" + proxy.address)
	if err != nil {
		t.Fatal(err)
	}
	c.change.Proxy, c.read.Proxy = http.ProxyURL(address), http.ProxyURL(address)
	return c
}

// tunnel is a proxy that joins its client to a server.
func tunnel(to *raw) visit {
	return func(t *testing.T, c net.Conn, r *bufio.Reader) {
		if req := take(t, r); req.Method != http.MethodConnect {
			t.Errorf("the proxy was asked %s %s", req.Method, req.RequestURI)
		}
		far, err := net.Dial("tcp", to.address)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = far.Close() }()
		say(c, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(far, r)
			_ = far.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(c, far)
	}
}

// Neither what is said to the proxy nor the handshake behind it is the request.
func TestBeginIsAskedBehindTheProxy(t *testing.T) {
	t.Parallel()
	secure, trusting := certified(t)
	shaken := make(chan error, 1)
	to := serve(t, secure, func(t *testing.T, c net.Conn, r *bufio.Reader) {
		shaken <- c.(*tls.Conn).Handshake()
		take(t, r)
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
	})
	proxy := serve(t, nil, tunnel(to))
	var begun atomic.Int32
	r := post("https://example.com/?"+token, &begun) // a name of the test's certificate
	r.Begin = func() error {
		begun.Add(1)
		return <-shaken
	}
	a, err := through(t, trusting, proxy).Do(t.Context(), r)
	if err != nil || string(a.Body) != "{}" || begun.Load() != 1 || to.connections.Load() != 1 {
		t.Errorf("got %+v, %v; %d calls of Begin, %d connections", a, err, begun.Load(), to.connections.Load())
	}
}

func TestFaultsOfTheProxy(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		visit visit
		class channels.Class
	}{
		"refuses":            {answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), channels.Temporary},
		"wants a password":   {answers("HTTP/1.1 407 Proxy Authentication Required\r\nX: " + token + "\r\n\r\n"), channels.Temporary},
		"cannot reach it":    {answers("HTTP/1.1 502 Bad Gateway\r\n\r\n" + token), channels.Temporary},
		"speaks garbage":     {answers("\x00" + token + "\r\n\r\n"), channels.Temporary},
		"is cut":             {answers(""), channels.Temporary},
		"is cut behind it":   {answers("HTTP/1.1 200 OK\r\n\r\n"), channels.Temporary},
		"ends the handshake": {answers("HTTP/1.1 200 OK\r\n\r\n\x15\x03\x03\x00\x02\x02\x28"), channels.Temporary},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := serve(t, nil, fault.visit)
			var begun atomic.Int32
			_, err := through(t, New("test"), proxy).Do(t.Context(), post("https://example.com/?"+token, &begun))
			wantClass(t, err, fault.class)
			if begun.Load() != 0 || proxy.connections.Load() != 1 {
				t.Errorf("%d calls of Begin on %d connections", begun.Load(), proxy.connections.Load())
			}
		})
	}
}

// Without TLS the proxy is given the request itself.
func TestPlainRequestThroughAProxy(t *testing.T) {
	t.Parallel()
	proxy := serve(t, nil, answers("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
	var begun atomic.Int32
	a, err := through(t, New("test"), proxy).Do(t.Context(), post("http://example.com/?"+token, &begun))
	if err != nil || begun.Load() != 1 {
		t.Fatalf("got %v after %d calls of Begin", err, begun.Load())
	}
	if e := a.Fault("", never); e.Class != channels.Unavailable {
		t.Errorf("got %v", e)
	}
	cut := serve(t, nil, answers(""))
	_, err = through(t, New("test"), cut).Do(t.Context(), post("http://example.com/?"+token, &begun))
	wantClass(t, err, channels.Unknown)
}

// The environment is read once in a process, so this test is one of its own.
func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const child = "CLARION_TEST_BEHIND_PROXY"
	if os.Getenv(child) != "" {
		var begun atomic.Int32
		a, err := New("test").Do(t.Context(), post("http://destination.example/posts?"+token, &begun))
		if err != nil || string(a.Body) != "{}" || begun.Load() != 1 {
			t.Errorf("got %+v, %v", a, err)
		}
		return
	}
	asked := make(chan string, 1)
	proxy := serve(t, nil, func(t *testing.T, c net.Conn, r *bufio.Reader) {
		asked <- take(t, r).RequestURI
		say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
	})
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestProxyOfTheEnvironment$")
	self.Env = append(os.Environ(), child+"=1", "HTTP_PROXY=http://"+proxy.address, "NO_PROXY=", "no_proxy=")
	if out, err := self.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := <-asked; got != "http://destination.example/posts?"+token {
		t.Errorf("the proxy was asked for %q", got)
	}
}
