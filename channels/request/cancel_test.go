package request

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"clarion/channels"
)

// stop is a phase of a request in which its context ends.
type stop struct {
	class channels.Class
	begun int32
	large bool // the body is more than any buffer between the two ends takes
	// visit says reached once the request is in its phase, and then waits for
	// the client to go.
	visit func(t *testing.T, reached func(), c net.Conn, r *bufio.Reader)
}

func stops() map[string]stop {
	wait := func(r io.Reader) { _, _ = io.Copy(io.Discard, r) }
	asked := func(answer string) func(t *testing.T, reached func(), c net.Conn, r *bufio.Reader) {
		return func(t *testing.T, reached func(), c net.Conn, r *bufio.Reader) {
			take(t, r)
			say(c, answer)
			reached()
			wait(r)
		}
	}
	return map[string]stop{
		"while the request is written": {class: channels.Unknown, begun: 1, large: true,
			visit: func(_ *testing.T, reached func(), _ net.Conn, r *bufio.Reader) {
				_, _ = r.ReadByte()
				reached()
				wait(r)
			}},
		"before the answer":          {class: channels.Unknown, begun: 1, visit: asked("")},
		"within the status line":     {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 2")},
		"within the header":          {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 200 OK\r\nX: ")},
		"after an interim answer":    {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 103 Early Hints\r\n\r\n")},
		"before the body":            {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")},
		"within the body":            {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"")},
		"within a chunk":             {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"")},
		"after a change of protocol": {class: channels.Unknown, begun: 1, visit: asked("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")},
	}
}

func TestCancelAtEachPhase(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		for name, stop := range stops() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s := serve(t, secure, func(t *testing.T, c net.Conn, r *bufio.Reader) { stop.visit(t, cancel, c, r) })
				var begun atomic.Int32
				r := post(s.url(secure), &begun)
				if stop.large {
					r.Body = bytes.Repeat([]byte("x"), 32<<20)
				}
				_, err := c.Do(ctx, r)
				wantClass(t, err, stop.class)
				if begun.Load() != stop.begun || s.connections.Load() != 1 {
					t.Errorf("%d calls of Begin on %d connections", begun.Load(), s.connections.Load())
				}
			})
		}
	})
}

// Until the connection stands nothing is written, so nothing is in doubt.
func TestCancelBeforeTheConnectionStands(t *testing.T) {
	t.Parallel()
	secure, trusting := certified(t)
	gone, cancelGone := context.WithCancel(t.Context())
	cancelGone()
	dialling := New("test")
	ctx, cancel := context.WithCancel(t.Context())
	dialling.change.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	shaking, cancelShake := context.WithCancel(t.Context())
	silent := serve(t, nil, func(_ *testing.T, _ net.Conn, r *bufio.Reader) {
		_, _ = r.ReadByte() // of the client's hello
		cancelShake()
		_, _ = io.Copy(io.Discard, r)
	})
	for name, try := range map[string]struct {
		ctx    context.Context
		client *Client
	}{
		"before anything":       {gone, trusting},
		"while it dials":        {ctx, dialling},
		"within the handshake ": {shaking, trusting},
	} {
		var begun atomic.Int32
		_, err := try.client.Do(try.ctx, post(silent.url(secure), &begun))
		wantClass(t, err, channels.Temporary)
		if begun.Load() != 0 {
			t.Errorf("%s: Begin was asked", name)
		}
	}
}

// When the context ends at the very first byte, an error that says that
// nothing was written is true: the server sees nothing.
func TestCancelAtTheFirstByte(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, secure *tls.Config, c *Client) {
		for range 50 {
			came := make(chan int64, 1)
			s := serve(t, secure, func(_ *testing.T, _ net.Conn, r *bufio.Reader) {
				n, _ := io.Copy(io.Discard, r)
				came <- n
			})
			ctx, cancel := context.WithCancel(t.Context())
			var begun atomic.Int32
			r := post(s.url(secure), &begun)
			r.Begin = func() error {
				begun.Add(1)
				cancel()
				return nil
			}
			_, err := c.Do(ctx, r)
			asked := begun.Load()
			n := <-came
			if class := channels.AsError(err).Class; class != channels.Unknown && (class != channels.Temporary || n != 0) {
				t.Errorf("%d bytes came of %v", n, err)
			}
			if begun.Load() != asked {
				t.Error("Begin was asked after the end")
			}
		}
	})
}

// A destination that gives its answer a byte at a time is waited for as long
// as the context allows, and no longer.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	s := serve(t, nil, func(t *testing.T, c net.Conn, r *bufio.Reader) {
		take(t, r)
		for i := range len(answer) {
			say(c, answer[i:i+1])
		}
	})
	var begun atomic.Int32
	if a, err := New("test").Do(t.Context(), post(s.url(nil), &begun)); err != nil || a.Status != http.StatusOK {
		t.Errorf("got %+v, %v", a, err)
	}
	endless := serve(t, nil, func(t *testing.T, c net.Conn, r *bufio.Reader) {
		take(t, r)
		say(c, "HTTP/1.1 200 OK\r\nX: ")
		for {
			if _, err := io.WriteString(c, " "); err != nil {
				return
			}
		}
	})
	_, err := New("test").Do(t.Context(), post(endless.url(nil), &begun))
	wantClass(t, err, channels.Unknown)
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	_, err = New("test").Do(ctx, post(endless.url(nil), &begun))
	wantClass(t, err, channels.Temporary)
}
