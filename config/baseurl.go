package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// parseBaseURL gives a public address without the slash at its end, or what is
// wrong with it. It never quotes the text, which may hold a password.
func parseBaseURL(text string) (base, says, try string) {
	const example = `write scheme and host alone, such as "https://news.example.org"`
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", "is not an absolute http or https address", example
	case u.User != nil:
		return "", "holds a user name or password", example
	case u.Path != "" && u.Path != "/" || strings.ContainsAny(text, "?#"):
		return "", "has a path, query or fragment", example
	case !isHost(u.Hostname()):
		return "", "has a host that is not a name or an IP address", "write an internationalised name in its xn-- form"
	case !isPort(u):
		return "", "has a port that is not from 1 to 65535", example
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", "is not https", "write https; http is for this machine alone, as localhost or 127.0.0.1"
	}
	return u.Scheme + "://" + u.Host, "", ""
}

// isPort accepts a missing port, but not a colon without one.
func isPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// listenURL is the address of a server for those on its own machine.
func listenURL(s Server) string {
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return scheme + "://" + s.Listen
	}
	if address, err := netip.ParseAddr(host); host == "" || err == nil && address.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
