// Package request makes one HTTP request to a destination and says what became
// of it.
//
// Failure rules. Do makes one request or none: it follows no redirect, and a
// request that changes something has a connection of its own, so that nothing
// beneath can repeat it and no connection that died idle leaves a doubt. Begin
// is asked at the first byte; its error comes back as it is, and nothing was
// written. What failed before the first byte is Temporary. What failed after it
// is Unknown, or Temporary if the request changes nothing. An answer of any
// status is no error here: what a status means is the adapter's to say, and
// Answer.Fault says it for a destination that is not idempotent. No error tells
// an address's query, or a header.
package request

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"clarion/channels"
)

// MaxAnswer is how much of an answer is read, in bytes.
const MaxAnswer = 1 << 20

// Bounds of a connection's making; the whole is bounded by the caller's context.
const (
	dialTimeout = 10 * time.Second
	idleTimeout = 30 * time.Second
)

// Client makes requests. Its zero value is of no use.
type Client struct {
	agent  string
	change *http.Transport // cloned for each request
	read   *http.Client
}

// New makes a client that calls itself by a User-Agent.
func New(agent string) *Client {
	read := transport()
	change := transport()
	change.DisableKeepAlives = true
	return &Client{agent: agent, change: change, read: &http.Client{Transport: read, CheckRedirect: stay}}
}

func transport() *http.Transport {
	// HTTP/2 repeats a refused stream by itself; HTTP/1.1 on a fresh connection
	// repeats nothing.
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, Protocols: &protocols,
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout: dialTimeout, IdleConnTimeout: idleTimeout, MaxResponseHeaderBytes: 64 << 10,
	}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

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
		return Answer{}, &channels.Error{Class: channels.Permanent, Reason: "the request can't be made", Err: bare(err)}
	}
	if r.Begin == nil {
		return answered(c.read, req, func() channels.Class { return channels.Temporary })
	}
	start := &start{ask: r.Begin}
	own := start.transport(c.change)
	defer own.CloseIdleConnections()
	a, err := answered(&http.Client{Transport: own, CheckRedirect: stay}, req, start.class)
	if refused := start.refused(); err != nil && refused != nil {
		return Answer{}, refused
	}
	return a, err
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
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", agent)
	return req, nil
}

// answered sends, and reads the answer whole.
func answered(client *http.Client, req *http.Request, class func() channels.Class) (Answer, error) {
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, lost(class(), req.URL.Host, err)
	}
	defer func() { _ = res.Body.Close() }() // it was read, or is given up
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	if err == nil && len(body) > MaxAnswer {
		err = fmt.Errorf("the answer is over %d bytes", MaxAnswer)
	}
	if err != nil {
		return Answer{}, lost(class(), req.URL.Host, err)
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

func lost(class channels.Class, host string, err error) error {
	reason := "the answer of " + host + " did not come"
	if class == channels.Temporary {
		reason = host + " could not be asked"
	}
	return &channels.Error{Class: class, Reason: reason, Err: bare(err)}
}

// bare takes the address, which may hold a secret, out of an error.
func bare(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}
