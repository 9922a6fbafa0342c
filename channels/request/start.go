package request

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"

	"clarion/channels"
)

// start asks at the first byte of one request whether it may leave.
type start struct {
	ask func() error

	mu    sync.Mutex
	asked bool
	err   error
}

// transport gives a transport for the one request. A TLS connection is made
// whole before the first byte of the request counts; through a proxy the
// proxy's own request counts.
func (s *start) transport(base *http.Transport) *http.Transport {
	t := base.Clone()
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return s.guard(c, err)
	}
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := secure(ctx, t, dial, network, address)
		return s.guard(c, err)
	}
	return t
}

func secure(ctx context.Context, t *http.Transport, dial func(context.Context, string, string) (net.Conn, error), network, address string) (net.Conn, error) {
	raw, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TLSClientConfig != nil {
		config = t.TLSClientConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	ctx, cancel := context.WithTimeout(ctx, t.TLSHandshakeTimeout)
	defer cancel()
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close() // the handshake's error says more
		return nil, err
	}
	return conn, nil
}

func (s *start) guard(c net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	return guarded{c, s}, nil
}

// guarded is a connection that writes nothing before its start allows it.
type guarded struct {
	net.Conn
	start *start
}

func (g guarded) Write(b []byte) (int, error) {
	if err := g.start.begin(); err != nil {
		return 0, err
	}
	return g.Conn.Write(b)
}

func (s *start) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		s.asked, s.err = true, s.ask()
	}
	return s.err
}

func (s *start) refused() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// class says what a failure means now.
func (s *start) class() channels.Class {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked {
		return channels.Unknown
	}
	return channels.Temporary
}
