// Package fetch gets documents from addresses that come from outside: from
// content, from people or through the API. It is the only way to them.
//
// Failure rules. A fetch reaches the public internet or nothing: the very
// address that is connected to is looked at when it is dialled, for the first
// request and for every redirect, so that no name can resolve to one address
// when it is checked and to another when it is used. Only what the operator's
// own configuration names is reached inside, at exactly its scheme, host and
// port. Time and size are bounded; what is over a bound is refused and nothing
// of it is given. An error says what a person can do, and nothing of what
// stands inside. No cookie, credential or proxy of the environment is used: a
// proxy would resolve names where nobody looks.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of one fetch.
const (
	MaxTime      = 10 * time.Second // all redirects and the body included
	MaxBody      = 5 << 20          // bytes, after decompression
	MaxHeader    = 64 << 10         // bytes
	MaxRedirects = 5
	MaxAddress   = 2_000 // bytes
)

// Settings is what a client is made of.
type Settings struct {
	Agent string // User-Agent
	// Allow lists addresses that may be reached although they are inside; of
	// each its scheme, host and port count.
	Allow    []string
	Resolver *net.Resolver // nil for the system's
}

// Client fetches.
type Client struct {
	agent   string
	allowed map[string]bool // by origin
	outside *http.Client
	inside  *http.Client
}

// New makes a client. What is no address in the allow list allows nothing.
func New(s Settings) *Client {
	c := &Client{agent: s.Agent, allowed: map[string]bool{}}
	for _, address := range s.Allow {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			c.allowed[origin(u)] = true
		}
	}
	guarded := &net.Dialer{Resolver: s.Resolver, Control: guard}
	c.outside = client(guarded)
	c.inside = client(&net.Dialer{Resolver: s.Resolver})
	return c
}

func client(d *net.Dialer) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: d.DialContext, DisableKeepAlives: true, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: MaxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Document is what was fetched.
type Document struct {
	Address   string // after all redirects
	MediaType string // without parameters, in lower case; empty if none was said
	Body      []byte
}

// Error says why something could not be fetched, and what to do.
type Error struct{ Says, Try string }

func (e *Error) Error() string { return e.Says + "; " + e.Try }

// Get fetches one document.
func (c *Client) Get(ctx context.Context, address string) (Document, error) {
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	from := (*url.URL)(nil)
	for range MaxRedirects + 1 {
		u, err := c.next(from, address)
		if err != nil {
			return Document{}, err
		}
		document, elsewhere, err := c.hop(ctx, u)
		if err != nil || elsewhere == "" {
			return document, err
		}
		from, address = u, elsewhere
	}
	return Document{}, &Error{fmt.Sprintf("the address leads on more than %d times", MaxRedirects), "give the address at which it ends"}
}

// next checks an address before anything is done about it.
func (c *Client) next(from *url.URL, address string) (*url.URL, error) {
	if len(address) > MaxAddress {
		return nil, &Error{fmt.Sprintf("the address has %d bytes, the limit is %d", len(address), MaxAddress), "give a shorter one"}
	}
	u, err := parse(from, address)
	if err != nil {
		return nil, &Error{"this is no address of a page", "give one such as https://www.example.org/feed"}
	}
	switch {
	case u.User != nil:
		return nil, &Error{"the address holds a name or password", "give it without"}
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &Error{"the address is neither http nor https", "give one such as https://www.example.org/feed"}
	case from != nil && from.Scheme == "https" && u.Scheme == "http":
		return nil, &Error{"the address leads from https to http", "give the address at which it ends"}
	case u.Port() != "" && u.Port() != "80" && u.Port() != "443" && !c.allowed[origin(u)]:
		return nil, &Error{"the address names a port other than 80 and 443", "give one without a port"}
	}
	return u, nil
}

func parse(from *url.URL, address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err == nil && from != nil {
		u = from.ResolveReference(u)
	}
	if err == nil && u.Hostname() == "" {
		err = errors.New("it names no host")
	}
	return u, err
}

// hop makes one request. Elsewhere is where it leads, if it is a redirect.
func (c *Client) hop(ctx context.Context, u *url.URL) (document Document, elsewhere string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Document{}, "", &Error{"this is no address of a page", "give one such as https://www.example.org/feed"}
	}
	req.Header.Set("User-Agent", c.agent)
	via := c.outside
	if c.allowed[origin(u)] {
		via = c.inside
	}
	res, err := via.Do(req)
	if err != nil {
		return Document{}, "", unreachable(ctx, err)
	}
	defer func() { _ = res.Body.Close() }() // it was read, or is given up
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400 && res.Header.Get("Location") != "":
		return Document{}, res.Header.Get("Location"), nil
	case res.StatusCode != http.StatusOK:
		return Document{}, "", &Error{fmt.Sprintf("the address answers %d %s", res.StatusCode, http.StatusText(res.StatusCode)), "look at it in a browser"}
	}
	document, err = read(ctx, res)
	document.Address = u.String()
	return document, "", err
}

func read(ctx context.Context, res *http.Response) (Document, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	if err != nil {
		return Document{}, unreachable(ctx, err)
	}
	if len(body) > MaxBody {
		return Document{}, &Error{fmt.Sprintf("the document is over the limit of %d bytes", MaxBody), "save it, and give a part of it as a file"}
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	return Document{MediaType: kind, Body: body}, nil
}

// unreachable says why no answer came, and nothing of what was met on the way.
func unreachable(ctx context.Context, err error) error {
	if errors.Is(err, errInside) {
		return &Error{"the address leads inside a network and not to the public internet", "save the document, and give it as a file"}
	}
	if ctx.Err() != nil {
		return &Error{fmt.Sprintf("no whole answer came within %s", MaxTime), "try again later, or save the document and give it as a file"}
	}
	return &Error{"the address could not be reached, or broke off", "look at it in a browser, or save the document and give it as a file"}
}

// origin is scheme, host and port, written in one way (RFC 6454 6.2).
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Scheme) + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
