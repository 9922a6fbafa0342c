package channeltest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// elsewhere is where Redirect points; a client that follows is counted twice.
const elsewhere = "/elsewhere"

// Script is how an HTTP destination behaves.
type Script struct {
	// Accept answers a request that publishes, while the destination is
	// healthy.
	Accept Answer
	// Respond gives the body of that answer where it depends on the request.
	Respond func(r Request) string
	// Answers replaces what the destination answers under a fault, such as the
	// network's own words for a refused token.
	Answers map[Fault]Answer
	// Publishes tells which requests publish and are counted; nil means all.
	Publishes func(r *http.Request) bool
	// Other answers the requests that do not publish, such as an upload. It is
	// under no fault.
	Other http.Handler
}

// Answer is an answer over HTTP.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
}

// Request is what a destination was asked.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// HTTPDestination is a Destination and Staller on the loopback interface.
type HTTPDestination struct {
	script  Script
	server  *httptest.Server
	stalled chan struct{}

	mu    sync.Mutex
	fault Fault
	gone  bool
	count int
	seen  []Request
}

// NewHTTPDestination starts a destination that ends with the test.
func NewHTTPDestination(tb testing.TB, script Script) *HTTPDestination {
	tb.Helper()
	d := &HTTPDestination{script: script, stalled: make(chan struct{}, 1), fault: Healthy}
	d.server = httptest.NewServer(d)
	tb.Cleanup(func() {
		d.server.CloseClientConnections() // lets the stalled go
		d.server.Close()
	})
	return d
}

// URL is the destination's address, without a slash at the end.
func (d *HTTPDestination) URL() string { return d.server.URL }

// Requests counts the requests that publish.
func (d *HTTPDestination) Requests() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// Seen lists the requests that publish and were read whole, in their order.
func (d *HTTPDestination) Seen() []Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Request(nil), d.seen...)
}

// Stalled gives a value for each request that is left to wait.
func (d *HTTPDestination) Stalled() <-chan struct{} { return d.stalled }

// Fail plays every fault. An unreachable destination stays so.
func (d *HTTPDestination) Fail(f Fault) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone {
		return f == Unreachable
	}
	d.fault = f
	if f == Unreachable {
		d.gone = true
		_ = d.server.Listener.Close() // a second close has no effect
		d.server.CloseClientConnections()
	}
	return true
}

// ServeHTTP counts, and plays the fault.
func (d *HTTPDestination) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != elsewhere && d.script.Publishes != nil && !d.script.Publishes(r) {
		d.other(w, r)
		return
	}
	fault := d.arrive()
	if fault == CutBefore {
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || fault == CutAfter {
		panic(http.ErrAbortHandler)
	}
	asked := Request{Method: r.Method, Path: r.URL.RequestURI(), Header: maps.Clone(r.Header), Body: bytes.Clone(body)}
	d.record(asked)
	switch fault {
	case Stall:
		d.wait(r)
	case StallAnswer:
		w.WriteHeader(d.script.Accept.Status)
		_ = http.NewResponseController(w).Flush() // the client may be gone
		d.wait(r)
	default:
		d.answer(fault, asked).write(w)
	}
}

func (d *HTTPDestination) other(w http.ResponseWriter, r *http.Request) {
	if d.script.Other == nil {
		http.NotFound(w, r)
		return
	}
	d.script.Other.ServeHTTP(w, r)
}

func (d *HTTPDestination) arrive() Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	return d.fault
}

func (d *HTTPDestination) record(r Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, r)
}

// wait leaves the client waiting until it goes.
func (d *HTTPDestination) wait(r *http.Request) {
	d.stalled <- struct{}{}
	<-r.Context().Done()
}

func (d *HTTPDestination) answer(f Fault, to Request) Answer {
	if a, ok := d.script.Answers[f]; ok {
		return a
	}
	switch f {
	case Garble:
		return Answer{Status: d.script.Accept.Status, Body: "\x00<html>it works!"}
	case Break:
		return Answer{Status: http.StatusInternalServerError, Body: "oops"}
	case Refuse:
		return Answer{Status: http.StatusUnprocessableEntity, Body: "no"}
	case Deny:
		return Answer{Status: http.StatusUnauthorized, Body: "who are you?"}
	case Limit:
		return Answer{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "120"}}
	case Redirect:
		return Answer{Status: http.StatusSeeOther, Header: map[string]string{"Location": d.URL() + elsewhere}}
	default:
		return d.script.accept(to)
	}
}

func (s Script) accept(r Request) Answer {
	a := s.Accept
	if s.Respond != nil {
		a.Body = s.Respond(r)
	}
	return a
}

func (a Answer) write(w http.ResponseWriter) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body) // the client may be gone
}
