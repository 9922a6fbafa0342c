package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ClientAddress is where a request comes from, for logs. X-Forwarded-For counts
// only as far as trusted proxies wrote it: it is read from its end, and the
// first address that is no trusted proxy's is the client's. Anything further
// is what the client said of itself. The zero address means that there is none,
// as on a Unix socket.
func ClientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	client, ok := parseAddress(r.RemoteAddr)
	if !ok {
		return netip.Addr{}
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !isTrusted(client, trusted) {
			break
		}
		further, ok := parseAddress(hop)
		if !ok {
			break
		}
		client = further
	}
	return client
}

func isTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}

// parseAddress reads an IP address with or without a port. An IPv4 address
// comes back as one however it is written, and no address has a zone.
func parseAddress(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	return address.Unmap().WithZone(""), err == nil
}
