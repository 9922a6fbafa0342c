// Package request makes one HTTP request to a destination and says what became
// of it.
//
// Failure rules. A request that changes something is made once or not at all:
// it has a connection of its own, so that nothing beneath can repeat it and no
// connection that died idle leaves a doubt. One that only reads may be repeated
// on a new connection when an old one had died. No redirect is followed. Begin
// is asked at the request's first byte, once the connection stands; its error
// comes back as it is, and nothing was written. What failed before the first
// byte is Temporary, or Unavailable if the destination's certificate can't be
// trusted. What failed after it is Unknown, or Temporary if the request changes
// nothing. An answer of any status is no error here: what a status means is the
// adapter's to say, and Answer.Fault says it for a destination that is not
// idempotent. No error tells an address's query, a header, or what a
// destination wrote.
package request

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"clarion/channels"
)

// Bounds of an answer, in bytes.
const (
	MaxAnswer = 1 << 20  // of the body that is read
	MaxHeader = 64 << 10 // of its header
)

// Bounds of a connection's making; the whole is bounded by the caller's context.
const (
	dialTimeout = 10 * time.Second
	idleTimeout = 30 * time.Second
)

// Client makes requests. Its zero value is of no use.
type Client struct {
	agent  string
	change *http.Transport // cloned for each request
	read   *http.Transport
}

// New makes a client that calls itself by a User-Agent.
func New(agent string, options ...Option) *Client {
	c := &Client{agent: agent, change: transport(), read: transport()}
	for _, o := range options {
		o(c)
	}
	return c
}

// Option changes how a client works.
type Option func(*Client)

// Roots trusts these certificates instead of the system's.
func Roots(pool *x509.CertPool) Option {
	return func(c *Client) {
		c.change.TLSClientConfig.RootCAs = pool
		c.read.TLSClientConfig.RootCAs = pool
	}
}

// Through connects by a dialer, and by no proxy: a proxy would resolve names
// where the dialer does not look.
func Through(d *net.Dialer) Option {
	return func(c *Client) {
		for _, t := range []*http.Transport{c.change, c.read} {
			t.Proxy, t.DialContext = nil, d.DialContext
		}
	}
}

func transport() *http.Transport {
	// HTTP/2 repeats a refused stream by itself; HTTP/1.1 on a fresh connection
	// repeats nothing.
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, Protocols: &protocols,
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout, MaxResponseHeaderBytes: MaxHeader,
	}
}

// Request is what is asked of a destination.
type Request struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte // nil for none
	// Begin makes the request one that changes something; it is asked at the
	// first byte. Nil for one that only reads.
	Begin func() error
}

// Answer is what a destination answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most MaxAnswer bytes
}

// Do makes one request. An error is an *channels.Error, or that of Begin.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	req, err := r.build(ctx, c.agent)
	if err != nil {
		return Answer{}, &channels.Error{Class: channels.Permanent, Reason: "the request can't be made", Err: quiet{err}}
	}
	if r.Begin != nil {
		return c.doOnce(req, r.Begin)
	}
	a, err := exchange(c.read, req)
	if err != nil {
		return Answer{}, unasked(req.URL.Host, err)
	}
	return a, nil
}

// doOnce makes a request that changes something, on a connection of its own.
func (c *Client) doOnce(req *http.Request, begin func() error) (Answer, error) {
	s := &start{ask: begin}
	own := s.transport(c.change)
	defer own.CloseIdleConnections()
	a, err := exchange(own, req.WithContext(s.trace(req.Context())))
	left, refused := s.end()
	switch {
	case refused != nil:
		return Answer{}, refused
	case !left:
		return Answer{}, unasked(req.URL.Host, err)
	case err != nil:
		return Answer{}, &channels.Error{Class: channels.Unknown, Reason: "the answer of " + req.URL.Host + " did not come", Err: quiet{err}}
	}
	return a, nil
}

func (r Request) build(ctx context.Context, agent string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	req.GetBody = nil // or the transport could send it again
	if r.Body == nil {
		req.Body = http.NoBody
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("User-Agent", agent)
	return req, nil
}

// exchange sends, and reads the answer whole. A transport follows no redirect.
func exchange(t *http.Transport, req *http.Request) (Answer, error) {
	res, err := t.RoundTrip(req)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }() // it was read, or is given up
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	if err == nil && len(body) > MaxAnswer {
		err = fmt.Errorf("the answer is over %d bytes", MaxAnswer)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, err
}
