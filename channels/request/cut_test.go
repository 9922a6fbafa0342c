package request

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"clarion/channels"
)

// reset makes the close of a connection a reset, in the clear or beneath TLS.
func reset(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// answers gives a visit that takes the request whole and answers.
func answers(text string) visit {
	return func(t *testing.T, c net.Conn, r *bufio.Reader) {
		take(t, r)
		say(c, text)
	}
}

// lateFaults lists what may go wrong once a request has reached its
// destination.
func lateFaults() map[string]visit {
	echo := "HTTP/1.1 200 " + token
	return map[string]visit{
		"cut after the first byte": func(_ *testing.T, _ net.Conn, r *bufio.Reader) { _, _ = r.ReadByte() },
		"cut after the request line": func(_ *testing.T, _ net.Conn, r *bufio.Reader) {
			_, _ = r.ReadString('\n')
		},
		"reset after the header": func(_ *testing.T, c net.Conn, r *bufio.Reader) {
			_, _ = http.ReadRequest(r)
			reset(c)
		},
		"cut after the request": answers(""),
		"reset after the request": func(t *testing.T, c net.Conn, r *bufio.Reader) {
			take(t, r)
			reset(c)
		},
		"cut within the status line":    answers("HTTP/1.1 20"),
		"cut after the status line":     answers("HTTP/1.1 200 OK\r\n"),
		"cut within the header":         answers("HTTP/1.1 200 OK\r\nContent-Le"),
		"cut before the body":           answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
		"cut within the body":           answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"),
		"cut within a chunk":            answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
		"cut between chunks":            answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
		"cut before the last line":      answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n"),
		"a chunk of no length":          answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"),
		"only an interim answer":        answers("HTTP/1.1 102 Processing\r\n\r\n"),
		"garbage":                       answers("\x00\x01\x02 " + token + "\r\n\r\n"),
		"garbage of one endless line":   answers(strings.Repeat(token, MaxHeader)),
		"another protocol":              answers("SSH-2.0-OpenSSH_9.6 " + token + "\r\n"),
		"a status of letters":           answers("HTTP/1.1 " + token + " OK\r\n\r\n"),
		"a header without a colon":      answers(echo + "\r\n" + token + "\r\n\r\n"),
		"a header that is no name":      answers(echo + "\r\n\"" + token + "\\\" x\": 1\r\n\r\n"),
		"two lengths":                   answers(echo + "\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
		"a length below zero":           answers(echo + "\r\nContent-Length: -1\r\n\r\n"),
		"a length that is none":         answers(echo + "\r\nContent-Length: " + token + "\r\n\r\n"),
		"an unknown transfer encoding":  answers(echo + "\r\nTransfer-Encoding: " + token + "\r\n\r\n"),
		"a header over the limit":       answers("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", MaxHeader) + "\r\n\r\n"),
		"an endless row of interims":    answers(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", MaxHeader/16)),
		"a body over the limit":         answers(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", MaxAnswer+1, strings.Repeat("x", MaxAnswer+1))),
		"a chunked body over the limit": answers(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", MaxAnswer+1, strings.Repeat("x", MaxAnswer+1))),
		"a body packed into no gzip":    answers("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
	}
}

// What goes wrong once a request may have been read leaves a doubt, and the
// request is not made again.
func TestChangeIsOneRequestInEveryFault(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		for name, fault := range lateFaults() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := serve(t, secure, fault)
				var begun atomic.Int32
				_, err := c.Do(t.Context(), post(s.url(secure), &begun))
				wantClass(t, err, channels.Unknown)
				if n := s.connections.Load(); n != 1 || begun.Load() != 1 {
					t.Errorf("%d requests and %d calls of Begin", n, begun.Load())
				}
			})
		}
	})
}

// What only reads changed nothing, whatever became of it.
func TestReadIsTemporaryInEveryFault(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		for name, fault := range lateFaults() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := serve(t, secure, fault)
				var none atomic.Int32
				r := post(s.url(secure), &none)
				r.Begin = nil
				_, err := c.Do(t.Context(), r)
				wantClass(t, err, channels.Temporary)
				if n := s.connections.Load(); n != 1 {
					t.Errorf("%d requests", n)
				}
			})
		}
	})
}

// A connection that is cut before anything was read may have taken the request
// or not; over TLS it never stood.
func TestCutBeforeTheRequestIsRead(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		s := serve(t, secure, func(_ *testing.T, c net.Conn, _ *bufio.Reader) { reset(c) })
		var begun atomic.Int32
		_, err := c.Do(t.Context(), post(s.url(secure), &begun))
		class := channels.AsError(err).Class
		if class != channels.Temporary && (class != channels.Unknown || secure != nil) {
			t.Errorf("got %v", err)
		}
		if s.connections.Load() != 1 || begun.Load() > 1 || secure != nil && begun.Load() != 0 {
			t.Errorf("%d connections and %d calls of Begin", s.connections.Load(), begun.Load())
		}
	})
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	for _, url := range []string{"http://" + l.Addr().String() + "/?" + token, "http://nowhere.invalid/?" + token} {
		var begun atomic.Int32
		_, err := New("test").Do(t.Context(), post(url, &begun))
		wantClass(t, err, channels.Temporary)
		if begun.Load() != 0 {
			t.Error("Begin was asked without a connection")
		}
	}
}

// failing writes nothing.
type failing struct{ net.Conn }

func (failing) Write([]byte) (int, error) { return 0, net.ErrClosed }

// A write that took no byte leaves no doubt.
func TestNothingWrittenIsTemporary(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, func(_ *testing.T, _ net.Conn, r *bufio.Reader) { _, _ = io.Copy(io.Discard, r) })
	c := New("test")
	dial := c.change.DialContext
	c.change.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return failing{conn}, err
	}
	var begun atomic.Int32
	_, err := c.Do(t.Context(), post(s.url(nil), &begun))
	wantClass(t, err, channels.Temporary)
	if begun.Load() != 1 {
		t.Errorf("%d calls of Begin", begun.Load())
	}
}

// A server that speaks before it is asked has not been asked.
func TestAnswerBeforeTheRequest(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		spoken := make(chan struct{})
		s := serve(t, secure, func(_ *testing.T, c net.Conn, r *bufio.Reader) {
			say(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			close(spoken)
			_, _ = io.Copy(io.Discard, r)
		})
		var begun atomic.Int32
		r := post(s.url(secure), &begun)
		refused := &channels.Error{Class: channels.NotBegun, Reason: "frozen"}
		r.Begin = func() error {
			begun.Add(1)
			<-spoken
			return refused
		}
		a, err := c.Do(t.Context(), r)
		if err == nil || a.Status != 0 {
			t.Errorf("got an answer of %d to a request that was not made", a.Status)
		}
		if begun.Load() == 1 && !errors.Is(err, refused) || begun.Load() == 0 && channels.AsError(err).Class != channels.Temporary {
			t.Errorf("got %v after %d calls of Begin", err, begun.Load())
		}
	})
}
