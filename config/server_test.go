package config_test

import (
	"testing"

	"clarion/config"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, base, fault string }{
		{"https://news.example.org", "https://news.example.org", ""},
		{"https://news.example.org/", "https://news.example.org", ""},
		{"https://news.example.org:8443", "https://news.example.org:8443", ""},
		{"https://xn--caf-dma.example", "https://xn--caf-dma.example", ""},
		{"https://192.0.2.1", "https://192.0.2.1", ""},
		{"https://[2001:db8::1]:443", "https://[2001:db8::1]:443", ""},
		{"http://localhost:8080", "http://localhost:8080", ""},
		{"http://127.0.0.2", "http://127.0.0.2", ""},
		{"http://[::1]:8080", "http://[::1]:8080", ""},
		{"https://news.example.org:1", "https://news.example.org:1", ""},
		{"https://news.example.org:65535", "https://news.example.org:65535", ""},
		{"https://news.example.org:0", "", "has a port"},
		{"https://news.example.org:65536", "", "has a port"},
		{"https://news.example.org:", "", "has a port"},
		{"http://news.example.org", "", "is not https"},
		{"http://localhost.example.org", "", "is not https"},
		{"http://10.0.0.1", "", "is not https"},
		{"news.example.org", "", "not an absolute"},
		{"//news.example.org", "", "not an absolute"},
		{"https:news.example.org", "", "not an absolute"},
		{"https://", "", "not an absolute"},
		{"ftp://news.example.org", "", "not an absolute"},
		{"https://news example.org", "", "not an absolute"},
		{"https://news.example.org/press", "", "has a path"},
		{"https://news.example.org//", "", "has a path"},
		{"https://news.example.org?", "", "has a path"},
		{"https://news.example.org/#", "", "has a path"},
		{"https://news.example.org?a=b", "", "has a path"},
		{"https://me@news.example.org", "", "holds a user name"},
		{"https://café.example", "", "xn--"},
		{`https://a'><script>`, "", "has a host"},
		{"https://news..example", "", "has a host"},
	} {
		text := office + "[server]\nbase_url = \"" + c.url + "\""
		if c.fault != "" {
			expect(t, faults(t, text), "server.base_url", c.fault)
		} else if got := parse(t, text).Server.BaseURL; got != c.base {
			t.Errorf("%s: got %s, want %s", c.url, got, c.base)
		}
	}
}

func TestBaseURLFollowsListen(t *testing.T) {
	t.Parallel()
	const tls = "tls_cert = \"c.pem\"\ntls_key = \"k.pem\"\n"
	for _, c := range []struct{ server, base, fault string }{
		{"", "http://127.0.0.1:8080", ""},
		{`listen = ":9000"`, "http://localhost:9000", ""},
		{`listen = "0.0.0.0:9000"`, "http://localhost:9000", ""},
		{`listen = "[::]:9000"`, "http://localhost:9000", ""},
		{`listen = "[::1]:9000"`, "http://[::1]:9000", ""},
		{`listen = "10.0.0.7:9000"`, "", "is missing and listen is not on this machine alone"},
		{tls + `listen = "10.0.0.7:9000"`, "https://10.0.0.7:9000", ""},
		{tls, "https://127.0.0.1:8080", ""},
	} {
		text := office + "[server]\n" + c.server
		if c.fault != "" {
			expect(t, faults(t, text), "server.base_url", c.fault)
		} else if got := parse(t, text).Server.BaseURL; got != c.base {
			t.Errorf("%s: got %s, want %s", c.server, got, c.base)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	for _, good := range []string{":1", "localhost:65535", "127.0.0.1:8080", "[::1]:8080", "web-1.internal:80"} {
		expect(t, faults(t, office+"[server]\nbase_url = \"https://a.example\"\nlisten = \""+good+"\""), "", "")
	}
	for _, bad := range []string{"", "8080", "127.0.0.1", "127.0.0.1:", ":0", ":65536", ":http", "::1:80", "a b:80", "http://a:80"} {
		expect(t, faults(t, office+"[server]\nlisten = \""+bad+"\""), "server.listen", "is not an address to listen on")
	}
}

func TestListenFromTheCommandLine(t *testing.T) {
	t.Parallel()
	c := parse(t, office+"[server]\nlisten = \"127.0.0.1:1\"", config.Listen("127.0.0.1:9999"))
	if c.Server.Listen != "127.0.0.1:9999" || c.Server.BaseURL != "http://127.0.0.1:9999" {
		t.Error(c.Server)
	}
	found := faults(t, office, config.Listen("9999"))
	expect(t, found, "listen", "command line: listen: is not an address to listen on; write host:port")
}

func TestTLSNeedsBoth(t *testing.T) {
	t.Parallel()
	expect(t, faults(t, office+"[server]\ntls_cert = \"c.pem\""), "server.tls_cert", "stands without tls_key")
	expect(t, faults(t, office+"[server]\ntls_key = \"k.pem\""), "server.tls_key", "stands without tls_cert")
	expect(t, faults(t, office+"[server]\ntls_key = 1\ntls_cert = \"c.pem\""), "server.tls_key", "is a whole number")
}

func TestBaseURLFromTheEnvironment(t *testing.T) {
	t.Setenv("CLARION_BASE_URL", "https://env.example.org/")
	c := parse(t, office+"[server]\nbase_url = \"https://file.example.org\"")
	if c.Server.BaseURL != "https://env.example.org" {
		t.Error(c.Server.BaseURL)
	}
	t.Setenv("CLARION_BASE_URL", "http://me:"+secretValue+"@env.example.org")
	found := faults(t, office)
	expect(t, found, "CLARION_BASE_URL", "environment: CLARION_BASE_URL: holds a user name or password")
}
