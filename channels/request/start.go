package request

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// start asks at the first byte of one request whether it may leave.
//
// A connection is made whole before the first byte counts: neither a TLS
// handshake nor what is said to a proxy on the way is the request.
type start struct {
	ask func() error

	mu    sync.Mutex
	ready bool // the connection stands; what is written now is the request
	asked bool
	left  bool  // something may have been written
	over  bool  // nobody waits for the request any more
	err   error // why nothing may leave
}

// transport gives a transport for the one request.
func (s *start) transport(base *http.Transport) *http.Transport {
	t := base.Clone()
	t.DisableKeepAlives = true
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return guarded{c, s}, nil
	}
	return t
}

// trace tells the start when the connection stands.
func (s *start) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ready = true
	}})
}

// guarded is a connection that writes nothing of a request before its start
// allows it.
type guarded struct {
	net.Conn
	start *start
}

func (g guarded) Write(b []byte) (int, error) {
	first, err := g.start.begin()
	if err != nil {
		return 0, err
	}
	n, err := g.Conn.Write(b)
	if first && n == 0 && err != nil {
		g.start.stayed()
	}
	return n, err
}

// begin allows a write, and says whether it is the request's first.
func (s *start) begin() (first bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return false, net.ErrClosed
	case !s.ready:
		return false, nil
	case s.asked:
		return false, s.err
	}
	s.asked, s.err = true, s.ask()
	s.left = s.err == nil
	return true, s.err
}

// stayed takes back that something left: the first write wrote nothing.
func (s *start) stayed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.over = false, true
}

// end lets nothing more leave. It says whether something may have left, and
// gives Begin's error.
func (s *start) end() (left bool, refused error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	return s.left, s.err
}
