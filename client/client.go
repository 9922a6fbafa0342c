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
	"crypto/rand"
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
	"time"

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

// open makes a call and gives its answer, if it is one of success. A POST carries
// a key of its own, so that it can be repeated where nobody knows whether it
// arrived: once, after a connection that broke.
func (c *Client) open(ctx context.Context, r request) (*http.Response, error) {
	body, mediaType, err := r.content()
	if err != nil {
		return nil, err
	}
	key := ""
	if r.method == http.MethodPost {
		key = rand.Text()
	}
	send := func() (*http.Response, error) {
		req, err := c.request(ctx, r, body, mediaType, key)
		if err != nil {
			return nil, err
		}
		return c.transport.RoundTrip(req)
	}
	resp, err := send()
	if err != nil && repeatable(ctx, r, err) && rewind(body) {
		resp, err = c.again(ctx, body, send)
	}
	if err != nil {
		return nil, &connectionError{err}
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, refused(resp)
	}
	return resp, nil
}

// repeatable reports whether a call whose connection broke may be made again,
// because it changes nothing twice.
func repeatable(ctx context.Context, r request, err error) bool {
	gone := ctx.Err() != nil || Unreachable(err) || errors.Is(err, net.ErrClosed)
	return !gone && (r.method == http.MethodPost || r.method == http.MethodGet) && !strings.HasPrefix(r.path, path("session"))
}

// rewind has a body read again from its beginning, if it can be.
func rewind(body io.Reader) bool {
	if body == nil {
		return true
	}
	seeker, ok := body.(io.Seeker)
	if !ok {
		return false
	}
	_, err := seeker.Seek(0, io.SeekStart)
	return err == nil
}

// Bounds of waiting for a first request that is still under way.
const (
	againAfter = time.Second
	againTries = 30
)

// again makes a call once more. While the first is under way, it waits for its
// answer.
func (c *Client) again(ctx context.Context, body io.Reader, send func() (*http.Response, error)) (*http.Response, error) {
	for tries := 1; ; tries++ {
		resp, err := send()
		if err != nil || resp.StatusCode != http.StatusConflict || resp.Header.Get("Retry-After") == "" || tries == againTries {
			return resp, err
		}
		_ = resp.Body.Close() // it only says to wait
		if !rewind(body) {
			return nil, errors.New("what was to be sent can't be read again")
		}
		select {
		case <-time.After(againAfter):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// content gives what a request sends, and of which type.
func (r request) content() (io.Reader, string, error) {
	if r.body == nil {
		return r.raw, r.mediaType, nil
	}
	b, err := json.Marshal(r.body)
	if err != nil {
		return nil, "", fmt.Errorf("write the request %s %s: %w", r.method, r.path, err)
	}
	return bytes.NewReader(b), "application/json", nil
}

func (c *Client) request(ctx context.Context, r request, body io.Reader, mediaType, key string) (*http.Request, error) {
	if _, closes := body.(io.Closer); closes {
		body = struct{ io.Reader }{body} // it stays open to be read again
	}
	address := c.origin + api.Base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("make the request %s %s: %w", r.method, r.path, err)
	}
	for name, value := range map[string]string{"Content-Type": mediaType, "Idempotency-Key": key} {
		if value != "" {
			req.Header.Set(name, value)
		}
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
