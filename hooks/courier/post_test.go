package courier

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"clarion/channels/receiver"
	"clarion/hooks"
)

func try(t *testing.T, c *Courier, url string) hooks.Answer {
	t.Helper()
	return c.Try(t.Context(), hooks.Hook{Name: "h", URL: url, Secret: receiver.NewSecret()})
}

// Every way inside that is not allowed by its scheme, host and port is closed.
func TestNothingInsideIsReached(t *testing.T) {
	t.Parallel()
	s := receive(t, nil)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	c := New(newMemory(), witness{t: t}, Settings{Resolver: resolver(t)})
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "100.100.100.200",
		"192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "2130706433", "0x7f000001", "017700000001", "127.1",
		"inside.example", "mixed.example", "metadata.example",
	} {
		answer := try(t, c, fmt.Sprintf("http://%s:%s/", host, port))
		if answer.OK() || answer.Status != 0 {
			t.Errorf("%s: %+v", host, answer)
		}
		if strings.Contains(answer.Says, "127.0.0.1:") || strings.Contains(answer.Says, "169.254") && !strings.HasPrefix(host, "169") {
			t.Errorf("%s: it tells what stands inside: %s", host, answer.Says)
		}
	}
	if n := len(s.told()); n != 0 {
		t.Errorf("%d requests came inside", n)
	}
}

// resolver gives inside addresses for names.
func resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go serveNames(conn, map[string][4]byte{
		"inside.example.": {127, 0, 0, 1}, "mixed.example.": {10, 0, 0, 1}, "metadata.example.": {169, 254, 169, 254}, "localhost.": {127, 0, 0, 1},
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func serveNames(conn net.PacketConn, names map[string][4]byte) {
	buffer := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		address, known := names[strings.ToLower(q.Name.String())]
		switch {
		case !known:
			m.RCode = dnsmessage.RCodeNameError
		case q.Type == dnsmessage.TypeA:
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}, Body: &dnsmessage.AResource{A: address},
			}}
		}
		packed, err := m.Pack()
		if err == nil {
			_, _ = conn.WriteTo(packed, from)
		}
	}
}

// What the operator names is reached at exactly that scheme, host and port.
func TestAllowed(t *testing.T) {
	t.Parallel()
	s, other := receive(t, nil), receive(t, nil)
	c := New(newMemory(), witness{t: t}, Settings{Allow: []string{s.URL, "no address", ""}})
	for url, want := range map[string]bool{
		s.URL: true, s.URL + "/any/path": true, other.URL: false, strings.Replace(s.URL, "127.0.0.1", "localhost", 1): false, strings.Replace(s.URL, "http:", "https:", 1): false,
	} {
		if got := try(t, c, url); got.OK() != want {
			t.Errorf("%s: %+v", url, got)
		}
	}
	c.Allow([]string{other.URL})
	if try(t, c, s.URL).OK() || !try(t, c, other.URL).OK() {
		t.Error("another list was not taken over")
	}
}

// A redirect is not followed, wherever it leads.
func TestNoRedirect(t *testing.T) {
	t.Parallel()
	inside := receive(t, nil)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := receive(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, status) })
		c := New(newMemory(), witness{t: t}, Settings{Allow: []string{s.URL, inside.URL}})
		if got := try(t, c, s.URL); got.Status != status || got.OK() || !strings.Contains(got.Says, "redirect") {
			t.Errorf("%d: %+v", status, got)
		}
	}
	if n := len(inside.told()); n != 0 {
		t.Errorf("%d requests were led on", n)
	}
}

// What went wrong is said, in words of our own.
func TestSays(t *testing.T) {
	t.Parallel()
	rude := receive(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<b>s3cret</b>", http.StatusTeapot) })
	cut := receive(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = rude.Config.ErrorLog
	untrusted.StartTLS()
	defer untrusted.Close()
	closed := receive(t, nil)
	closed.Close()
	c := New(newMemory(), witness{t: t}, Settings{Allow: []string{rude.URL, cut.URL, untrusted.URL, closed.URL}})
	for url, want := range map[string]string{
		rude.URL: "answered 418 I'm a teapot", cut.URL: "gave no answer: ", untrusted.URL: "no certificate that can be trusted",
		closed.URL: "connection refused", "http://10.0.0.1/": "leads inside a network",
	} {
		got := try(t, c, url)
		if got.OK() || !strings.Contains(got.Says, want) || strings.Contains(got.Says, "s3cret") {
			t.Errorf("%s: %+v", url, got)
		}
	}
}
