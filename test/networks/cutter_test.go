//go:build servers

package networks_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// phase is where a request that publishes is cut.
type phase int

// The phases. What is shut is shut for every connection for a while.
const (
	whole      phase = iota // it is carried to its end
	shut                    // before it connects: the port is shut
	connected               // after it connected, before anything is read
	midRequest              // half of the request arrived
	abandoned               // the request arrived, and both ends are cut at once
	unanswered              // the request was carried out, and its answer is lost
	midAnswer               // half of the answer came
	phases
)

func (p phase) String() string {
	return [...]string{"whole", "before connect", "after connect", "mid-request", "after the request", "before the answer", "mid-answer"}[p]
}

// shutFor is how long the port is shut.
const shutFor = 250 * time.Millisecond

// cutter carries connections to a server, and cuts those that publish.
type cutter struct {
	*testing.T
	to        string
	publishes func(*http.Request) bool
	address   string
	plan      int // how many requests that publish are cut, one phase after the other

	mu       sync.Mutex
	listener net.Listener
	closed   bool
	accepted int
	requests int // that publish
	cuts     [phases]int
	carrying sync.WaitGroup
}

func newCutter(t *testing.T, to string, plan int, publishes func(*http.Request) bool) *cutter {
	t.Helper()
	c := &cutter{T: t, to: to, plan: plan, publishes: publishes, address: "127.0.0.1:0"}
	if err := c.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// open listens, on the same port each time.
func (c *cutter) open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", c.address)
	if err != nil {
		return err
	}
	c.listener, c.address = listener, listener.Addr().String()
	c.carrying.Go(func() { c.accept(listener) })
	return nil
}

// shut refuses connections for a while.
func (c *cutter) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listener == nil {
		return
	}
	_ = c.listener.Close()
	c.listener = nil
	time.AfterFunc(shutFor, func() {
		if err := c.open(); err != nil {
			c.Errorf("open the port again: %v", err)
		}
	})
}

func (c *cutter) close() {
	c.mu.Lock()
	c.closed = true
	if c.listener != nil {
		_ = c.listener.Close()
		c.listener = nil
	}
	c.mu.Unlock()
	c.carrying.Wait()
}

func (c *cutter) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		if c.cutsConnection() {
			reset(conn)
			continue
		}
		c.carrying.Go(func() { c.carry(conn) })
	}
}

// cutsConnection cuts some connections before it is known what they are for:
// looks as well.
func (c *cutter) cutsConnection() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accepted++
	cut := c.requests < c.plan && c.accepted%9 == 0
	if cut {
		c.cuts[connected]++
	}
	return cut
}

// next is where the next request that publishes is cut.
func (c *cutter) next() phase {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	p := whole
	if c.requests <= c.plan {
		p = []phase{unanswered, midRequest, midAnswer, abandoned, unanswered, shut, whole}[c.requests%7]
	}
	c.cuts[p]++
	return p
}

// reset ends a connection as a cable that is pulled does, and not in order.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// carry takes requests over one connection until an end goes or is cut.
func (c *cutter) carry(client net.Conn) {
	defer reset(client)
	server, err := net.Dial("tcp", c.to)
	if err != nil {
		c.Errorf("the server: %v", err)
		return
	}
	defer reset(server)
	var out, back bytes.Buffer
	asks, answers := bufio.NewReader(io.TeeReader(client, &out)), bufio.NewReader(io.TeeReader(server, &back))
	for {
		out.Reset()
		back.Reset()
		req, err := http.ReadRequest(asks)
		if err == nil {
			_, err = io.Copy(io.Discard, req.Body)
		}
		if err != nil {
			return
		}
		at := whole
		if c.publishes(req) {
			at = c.next()
		}
		if err := c.exchange(client, server, at, &out, &back, func() error { return read(answers, req) }); err != nil {
			return
		}
	}
}

func read(r *bufio.Reader, req *http.Request) error {
	res, err := http.ReadResponse(r, req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

var errCut = errors.New("cut")

// exchange carries one request and its answer, up to a phase.
func (c *cutter) exchange(client, server net.Conn, at phase, out, back *bytes.Buffer, answer func() error) error {
	request := out.Bytes()
	if at == midRequest {
		_, _ = server.Write(request[:len(request)-20]) // its head and most of its body
		return errCut
	}
	if at == shut {
		c.shut()
	}
	if _, err := server.Write(request); err != nil || at == abandoned {
		return errors.Join(err, errCut)
	}
	if err := answer(); err != nil || at == unanswered {
		return errors.Join(err, errCut)
	}
	if at == midAnswer {
		_, _ = client.Write(back.Bytes()[:back.Len()/2])
		return errCut
	}
	_, err := client.Write(back.Bytes())
	return err
}

// told says how often each phase was cut.
func (c *cutter) told() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for p, n := range c.cuts {
		all = append(all, fmt.Sprintf("%s %d", phase(p), n))
	}
	return strings.Join(all, ", ")
}
