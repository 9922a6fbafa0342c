package fetch

import (
	"errors"
	"net"
	"net/url"
	"time"
)

// Outside gives a dialer for addresses that come from people: it reaches the
// public internet or nothing. The resolver may be nil, for the system's.
func Outside(resolver *net.Resolver, timeout time.Duration) *net.Dialer {
	return &net.Dialer{Resolver: resolver, Timeout: timeout, Control: guard}
}

// LedInside reports whether an error means that an address leads inside a
// network.
func LedInside(err error) bool { return errors.Is(err, errInside) }

// Origin gives scheme, host and port of an address, written in one way; empty
// if it has none.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return origin(u)
}
