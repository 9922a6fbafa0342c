// Package client speaks to Clarion's API, with a method for each operation.
//
// Failure rules. What the server refuses comes back as an *api.Error; what
// keeps it from being reached is any other error, and Unreachable tells the
// case in which nobody listens at all. An answer that was cut short is an
// error, never a shorter answer.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"clarion/api"
)

// here stands in every address that leaves no machine; the transport knows where
// to go.
const here = "http://clarion"

// Client speaks to one server.
type Client struct {
	transport http.RoundTripper
	origin    string // scheme and host
	key       string // of a session or a token
}

// New makes a client over a transport that knows where to go.
func New(transport http.RoundTripper) *Client { return &Client{transport: transport, origin: here} }

// Socket makes a client of the Unix socket at a path.
func Socket(path string) *Client {
	return New(&http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
		DisableCompression: true,
	})
}

// With gives a client that comes with the key of a session or a token.
func (c *Client) With(key string) *Client {
	return &Client{transport: c.transport, origin: c.origin, key: key}
}

// Unreachable reports whether an error means that nobody listens.
func Unreachable(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}

// request is one call.
type request struct {
	method    string
	path      string // below api.Base, escaped
	query     url.Values
	body      any       // sent as JSON
	raw       io.Reader // sent as it is, in place of body
	mediaType string    // of raw
}

// path joins the parts of an address, each escaped.
func path(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}

// call makes a call and reads its JSON answer.
func call[T any](ctx context.Context, c *Client, r request) (T, error) {
	var out T
	resp, err := c.open(ctx, r)
	if err != nil {
		return out, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("read the answer to %s %s: %w", r.method, r.path, err)
	}
	return out, nil
}

// open makes a call and gives its answer, if it is one of success.
func (c *Client) open(ctx context.Context, r request) (*http.Response, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("speak to Clarion: %w", err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, refused(resp)
	}
	return resp, nil
}

func (c *Client) request(ctx context.Context, r request) (*http.Request, error) {
	body, mediaType := r.raw, r.mediaType
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("write the request %s %s: %w", r.method, r.path, err)
		}
		body, mediaType = bytes.NewReader(b), "application/json"
	}
	address := c.origin + api.Base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("make the request %s %s: %w", r.method, r.path, err)
	}
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	return req, nil
}

// maxProblem bounds the problem details that are read, in bytes.
const maxProblem = 8 << 20

// refused reads the problem details of an answer.
func refused(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }() // it was read
	e := &api.Error{}
	err := json.NewDecoder(io.LimitReader(resp.Body, maxProblem)).Decode(e)
	if err != nil || e.Detail == "" {
		return fmt.Errorf("the server answered %s and did not say why", resp.Status)
	}
	return e
}
