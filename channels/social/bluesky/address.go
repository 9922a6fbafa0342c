package bluesky

import (
	"net"
	"net/url"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/net/idna"
)

// The app shows this much of an address's path before an ellipsis.
const (
	pathShown = 13 // characters of a path that is cut
	pathWhole = 15 // characters of one that is not
)

// address gives a link's address in ASCII (RFC 3986), with an internationalised
// domain as it is looked up; false if it is none that a reader should follow.
func address(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return "", false
	}
	host, err := hostName(u.Hostname())
	if err != nil {
		return "", false
	}
	u.Scheme = strings.ToLower(u.Scheme)
	port := u.Port()
	switch {
	case port != "":
		u.Host = net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		u.Host = "[" + host + "]"
	default:
		u.Host = host
	}
	return escaped(u.String()), true
}

// hostName gives a domain as it is looked up.
func hostName(host string) (string, error) {
	if ip := net.ParseIP(host); ip != nil {
		return host, nil
	}
	return idna.Lookup.ToASCII(host)
}

// escaped writes what is not ASCII, or no part of an address, in percent
// signs.
func escaped(link string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(link) {
		if c := link[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shortened gives a link as the app shows it: host, and the beginning of the
// path.
func shortened(link string) string {
	link = link[len(schemeOf(link)):]
	at := strings.IndexAny(link, "/?#")
	if at < 0 {
		return link
	}
	host, path := link[:at], link[at:]
	if path == "/" {
		return host
	}
	if uniseg.GraphemeClusterCount(path) <= pathWhole {
		return link
	}
	return host + firstOf(path, pathShown) + "…"
}

// firstOf gives the first n grapheme clusters of a text.
func firstOf(text string, n int) string {
	rest := text
	for state := -1; n > 0 && rest != ""; n-- {
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	return text[:len(text)-len(rest)]
}

// pageShown is how the link to a message's page shows.
func (c *Channel) pageShown() string { return c.host + "/news/…" }

// length counts as the network does: grapheme clusters, of at most ten bytes
// on average.
func length(text string) int {
	const average = maxBytes / maxLength
	return max(uniseg.GraphemeClusterCount(text), (len(text)+average-1)/average)
}
