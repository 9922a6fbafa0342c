package config

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

const (
	maxProxies  = 64
	maxAPIRate  = 100_000
	maxAPIBurst = 10_000
)

// baseURLVariable overrides server.base_url.
const baseURLVariable = "CLARION_BASE_URL"

func (r *reader) server() {
	t := r.section("server", &r.config.Server)
	server := &r.config.Server
	r.checkListen(t)
	if (server.TLSCert == "") != (server.TLSKey == "") {
		t.certAlone()
	}
	if len(server.TrustedProxies) > maxProxies {
		t.fault("trusted_proxies", "has more than 64 entries", "join them into networks")
	}
	t.number("api_rate_per_minute", server.APIPerMinute, 1, maxAPIRate)
	t.number("api_burst", server.APIBurst, 1, maxAPIBurst)
	r.checkBaseURL(t)
}

func (t *table) certAlone() {
	given, other := "tls_cert", "tls_key"
	if t.r.config.Server.TLSKey != "" {
		given, other = other, given
	}
	if !t.sound(other) {
		return
	}
	t.fault(given, "stands without "+other, "give both, or neither behind a proxy that does TLS")
}

// checkListen leaves a usable address behind, so that no fault follows from it.
func (r *reader) checkListen(t *table) {
	const says, try = "is not an address to listen on", `write host:port with a port from 1 to 65535, such as "127.0.0.1:8080"`
	server := &r.config.Server
	switch {
	case r.listen != "":
		server.Listen = r.listen
		if !isListen(r.listen) {
			r.faults = append(r.faults, Fault{File: "command line", Key: "listen", Says: says, Try: try})
		}
	case !isListen(server.Listen):
		t.fault("listen", says, try)
	}
	if !isListen(server.Listen) {
		server.Listen = defaults().Server.Listen
	}
}

func isListen(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "" && !isHost(host) {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// isHost reports whether host is an IP address or a host name in ASCII.
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	const maxName, maxLabel = 253, 63 // RFC 1035, 2.3.4
	if len(host) > maxName {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if len(label) == 0 || len(label) > maxLabel || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// checkBaseURL settles the public address: the environment's, else the
// file's, else the address listened on.
func (r *reader) checkBaseURL(t *table) {
	server := &r.config.Server
	report := func(says, try string) { t.fault("base_url", says, try) }
	if value := os.Getenv(baseURLVariable); value != "" {
		server.BaseURL = value
		report = func(says, try string) {
			r.faults = append(r.faults, Fault{File: "environment", Key: baseURLVariable, Says: says, Try: try})
		}
	}
	fallback := listenURL(*server)
	if server.BaseURL == "" {
		server.BaseURL, server.FollowsListen = fallback, true
		report = func(string, string) {
			t.fault("base_url", "is missing and listen is not on this machine alone",
				`write the address that readers use, such as "https://news.example.org"`)
		}
	}
	base, says, try := parseBaseURL(server.BaseURL)
	if says != "" {
		report(says, try)
		base = fallback
	}
	server.BaseURL = base
}
