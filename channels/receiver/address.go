package receiver

import (
	"net/netip"
	"net/url"
	"strings"
)

// CheckAddress says what is wrong with a receiver's address, and what to do;
// nothing if it is good. It quotes nothing of what could hold a secret.
func CheckAddress(address string) (says, try string) {
	try = `write it as "https://intranet.example.org/hooks/clarion"`
	if address == "" {
		return "the receiver's address is missing", try
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "it is no https address", try
	case u.User != nil:
		return "it holds a user name or password", "leave it out: the signature tells the receiver who sends"
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return "it has a query or a fragment; the address is shown to people, so that nothing secret may stand in it",
			"leave it out: the signature tells the receiver who sends"
	case u.Scheme == "http" && !within(u.Hostname()):
		return "it would send messages in the clear", "use https; http is for a loopback or private address"
	}
	return "", ""
}

// within reports whether an address leads out of nobody's network.
func within(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (address.IsLoopback() || address.IsPrivate())
}
