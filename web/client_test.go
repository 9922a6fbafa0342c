package web

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tc := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"direct":                           {"192.0.2.1:50000", nil, "192.0.2.1"},
		"direct, and says otherwise":       {"192.0.2.1:50000", []string{"198.51.100.7"}, "192.0.2.1"},
		"by a proxy":                       {"10.1.2.3:50000", []string{"192.0.2.1"}, "192.0.2.1"},
		"by a proxy, and says otherwise":   {"10.1.2.3:50000", []string{"198.51.100.7, 192.0.2.1"}, "192.0.2.1"},
		"says that it is a proxy":          {"10.1.2.3:50000", []string{"10.9.9.9, 192.0.2.1"}, "192.0.2.1"},
		"by two proxies":                   {"127.0.0.1:50000", []string{"192.0.2.1, 10.1.2.3"}, "192.0.2.1"},
		"by two proxies, in two lines":     {"127.0.0.1:50000", []string{"192.0.2.1", "10.1.2.3"}, "192.0.2.1"},
		"from within":                      {"127.0.0.1:50000", []string{"10.4.4.4"}, "10.4.4.4"},
		"a proxy that adds nothing":        {"10.1.2.3:50000", nil, "10.1.2.3"},
		"a proxy that adds nonsense":       {"10.1.2.3:50000", []string{"192.0.2.1, unknown"}, "10.1.2.3"},
		"with a port":                      {"10.1.2.3:50000", []string{"192.0.2.1:4711"}, "192.0.2.1"},
		"IPv6":                             {"[2001:db8::1]:50000", nil, "2001:db8::1"},
		"IPv6 by a proxy":                  {"[fd00::1]:50000", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 in brackets, with a port":    {"[fd00::1]:50000", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		"IPv6 in brackets":                 {"[fd00::1]:50000", []string{"[2001:db8::1]"}, "2001:db8::1"},
		"an IPv4 proxy written as IPv6":    {"[::ffff:10.1.2.3]:50000", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		"a zone":                           {"[fe80::1%eth0]:50000", nil, "fe80::1"},
		"a proxy with a zone":              {"[fd00::1%eth0]:50000", []string{"192.0.2.1"}, "192.0.2.1"},
		"a Unix socket":                    {"@", []string{"192.0.2.1"}, "invalid IP"},
		"nothing":                          {"", nil, "invalid IP"},
		"a line that ends with a comma":    {"10.1.2.3:50000", []string{"192.0.2.1,"}, "10.1.2.3"},
		"a name in place of an address":    {"10.1.2.3:50000", []string{"client.example"}, "10.1.2.3"},
		"an injection in an address":       {"10.1.2.3:50000", []string{"192.0.2.1\nevil"}, "10.1.2.3"},
		"spaces, as some proxies write":    {"10.1.2.3:50000", []string{"  192.0.2.1  ,  10.5.5.5  "}, "192.0.2.1"},
		"a loop of proxies ends at last":   {"10.1.2.3:50000", []string{"10.1.1.1, 10.1.1.2, 10.1.1.3"}, "10.1.1.1"},
		"an untrusted one between proxies": {"10.1.2.3:50000", []string{"192.0.2.9, 203.0.113.5, 10.1.1.3"}, "203.0.113.5"},
	} {
		r := &http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		if got := ClientAddress(r, trusted).String(); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
	r := &http.Request{RemoteAddr: "127.0.0.1:1", Header: http.Header{"X-Forwarded-For": {"192.0.2.1"}}}
	if got := ClientAddress(r, nil).String(); got != "127.0.0.1" {
		t.Errorf("without trusted proxies it is %s", got)
	}
}

func FuzzClientAddress(f *testing.F) {
	for _, seed := range []string{"192.0.2.1", "10.0.0.1, 192.0.2.1:80", "[::1]", ",", "[", "::ffff:1.2.3.4%x", "\xff"} {
		f.Add("10.1.2.3:50000", seed)
		f.Add("192.0.2.1:1", seed)
	}
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		got := ClientAddress(r, trusted)
		direct := ClientAddress(&http.Request{RemoteAddr: peer}, trusted)
		if got != direct && !isTrusted(direct, trusted) {
			t.Errorf("%q, which is no proxy, is believed to be %s", peer, got)
		}
		if got.Is4In6() || got.Zone() != "" {
			t.Errorf("%s is not in its plain form", got)
		}
	})
}
