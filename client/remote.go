package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// ErrPlain says that a server would be spoken to over plain http, so that
// anybody on the way could read keys and passwords.
var ErrPlain = errors.New("that is plain http to another machine, and anybody on the way could read your key")

// Bounds of a connection to another machine. An answer may take long, and a
// stream may last.
const (
	dialTimeout      = 15 * time.Second
	handshakeTimeout = 15 * time.Second
	idleTimeout      = 90 * time.Second
)

// Address reads the address of a server: scheme and host, in lower case and
// without a slash at its end.
func Address(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return "", errors.New("it is not the address of a server, such as https://news.example.org")
	case u.User != nil:
		return "", errors.New("it holds a user name or password; leave them out")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("it has a path, query or fragment; write scheme and host alone")
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// Remote makes a client of a server by its address, as Address gives it. Plain
// http is for this machine alone: anything else is ErrPlain.
func Remote(address string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of the server: %w", err)
	}
	if u.Scheme != "https" && !isLoopback(u.Hostname()) {
		return nil, ErrPlain
	}
	return Insecure(address), nil
}

// Insecure is Remote, plain http included.
func Insecure(address string) *Client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &Client{origin: address, transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: handshakeTimeout,
		IdleConnTimeout: idleTimeout, ForceAttemptHTTP2: true, DisableCompression: true,
	}}
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}

// Failed reports whether an error means that a server could not be spoken to,
// which is no answer of its.
func Failed(err error) bool {
	_, failed := errors.AsType[*connectionError](err)
	return failed
}

// connectionError is a call that got no answer.
type connectionError struct{ err error }

func (e *connectionError) Error() string { return "speak to Clarion: " + e.err.Error() }
func (e *connectionError) Unwrap() error { return e.err }
