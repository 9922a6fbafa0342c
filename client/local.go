package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// Local makes a client of a handler in the same process. It speaks HTTP over
// memory, so that streams, trailers and cut connections are what they are on a
// socket. Close ends it.
func Local(handler http.Handler) (*Client, func() error) {
	l := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: handler} //nolint:gosec // its only client is this process
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	transport := &http.Transport{DialContext: l.dial, DisableCompression: true}
	stop := func() error {
		transport.CloseIdleConnections()
		err := server.Close()
		if served := <-served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
	return New(transport), stop
}

// memory is a listener whose connections never leave the process.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case m.conns <- there:
		return here, nil
	case <-m.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return address{} }

// address is where memory listens.
type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }
