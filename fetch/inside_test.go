package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// alsoOnIPv6 lets a server be reached at the loopback address of IPv6, at the
// same port, where there is one.
func (s *server) alsoOnIPv6(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort("::1", strconv.Itoa(s.port())))
	if err != nil {
		t.Logf("IPv6 is not tried: %v", err)
		return
	}
	again := &http.Server{Handler: s.Config.Handler, ReadHeaderTimeout: MaxTime}
	go func() { _ = again.Serve(l) }()
	t.Cleanup(func() { _ = again.Close() })
}

func (s *server) port() int { return s.Listener.Addr().(*net.TCPAddr).Port }

// zone answers every question about a name with all of its addresses, and a
// name that it doesn't know with none.
func zone(t *testing.T, names map[string][]string) *net.Resolver {
	t.Helper()
	return resolver(t, func(q dnsmessage.Question) (all []dnsmessage.Resource) {
		for _, address := range names[strings.TrimSuffix(strings.ToLower(q.Name.String()), ".")] {
			if r, ok := record(q, netip.MustParseAddr(address)); ok {
				all = append(all, r)
			}
		}
		return all
	})
}

// record answers a question with an address, if it is of the kind asked for.
func record(q dnsmessage.Question, a netip.Addr) (dnsmessage.Resource, bool) {
	r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET}}
	switch {
	case q.Type == dnsmessage.TypeA && a.Is4():
		r.Body = &dnsmessage.AResource{A: a.As4()}
	case q.Type == dnsmessage.TypeAAAA && a.Is6():
		r.Body = &dnsmessage.AAAAResource{AAAA: a.As16()}
	default:
		return r, false
	}
	return r, true
}

// insideNames are names that lead inside by each way that there is.
func insideNames() map[string][]string {
	return map[string][]string{
		"loopback.test": {"127.0.0.1"}, "loopback6.test": {"::1"}, "mapped.test": {"::ffff:127.0.0.1"}, "compatible.test": {"::127.0.0.1"},
		"nat64.test": {"64:ff9b::7f00:1"}, "local-nat64.test": {"64:ff9b:1::7f00:1"}, "6to4.test": {"2002:7f00:1::"}, "teredo.test": {"2001:0:7f00:1::"},
		"isatap.test": {"fe80::5efe:7f00:1"}, "translated.test": {"::ffff:0:127.0.0.1"}, "any.test": {"0.0.0.0"}, "any6.test": {"::"},
		"both.test": {"127.0.0.1", "::1"}, "many.test": {"127.0.0.1", "127.0.0.2", "10.0.0.1", "::1", "fd00::1"},
		"link.test": {"169.254.169.254"}, "link6.test": {"fe80::1"}, "private.test": {"10.1.2.3"}, "private2.test": {"172.31.255.255"}, "private3.test": {"192.168.0.1"},
		"ula.test": {"fd00:ec2::254"}, "cgnat.test": {"100.64.0.1"}, "alibaba.test": {"100.100.100.200"}, "oracle.test": {"192.0.0.192"}, "broadcast.test": {"255.255.255.255"},
		"multicast.test": {"224.0.0.1"}, "multicast6.test": {"ff02::1"}, "benchmark.test": {"198.18.0.1"}, "documentation.test": {"2001:db8::1"}, "site.test": {"fec0::1"},
		"loopback-other.test": {"127.255.255.254"}, "reserved.test": {"240.0.0.1"}, "nothing.test": {},
	}
}

// Whatever a name resolves to, what is inside is not reached.
func TestNamesThatLeadInside(t *testing.T) {
	t.Parallel()
	s := serve(t, says("inside"))
	s.alsoOnIPv6(t)
	c := New(Settings{Resolver: zone(t, insideNames())})
	c.outside.Transport.(*http.Transport).DialContext = toward(s.port(), c)
	for name := range insideNames() {
		for _, form := range []string{"http://%s/", "https://%s/", "http://%s./", "http://%s:80/latest/meta-data/", "https://%s:443/"} {
			address := fmt.Sprintf(form, name)
			_, err := c.Get(t.Context(), address)
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%s: %v", address, err)
			}
			if err != nil && strings.ContainsAny(err.Error(), "0123456789") {
				t.Errorf("%s: %q tells what stands inside", address, err)
			}
		}
	}
	if n := s.hits.Load(); n != 0 {
		t.Errorf("the inside was reached %d times", n)
	}
}

// A page outside leads inside by every address, name and kind of redirect.
func TestNoRedirectLeadsInside(t *testing.T) {
	t.Parallel()
	inside := serve(t, says("inside"))
	inside.alsoOnIPv6(t)
	payloads := hostile(inside.port())
	for name := range insideNames() {
		payloads = append(payloads, "http://"+name+"/", "//"+name+":"+strconv.Itoa(inside.port())+"/", "https://"+name+"/")
	}
	if len(payloads) < 200 {
		t.Fatalf("only %d payloads", len(payloads))
	}
	statuses := []int{301, 302, 303, 307, 308}
	var asked atomic.Int64
	front := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		if err != nil || n >= len(payloads) { // a relative payload leads here
			w.WriteHeader(http.StatusNotFound)
			return
		}
		asked.Add(1)
		w.Header()["Location"] = []string{payloads[n]}
		w.Header().Set("Refresh", "0; url="+inside.URL)
		w.Header().Set("Link", "<"+inside.URL+">; rel=preload")
		w.WriteHeader(statuses[n%len(statuses)])
	})
	names := insideNames()
	names["rebind.test"], names["metadata.test"] = []string{"127.0.0.1"}, []string{"169.254.169.254"}
	c := New(Settings{Allow: []string{front.URL}, Resolver: zone(t, names)})
	c.outside.Transport.(*http.Transport).DialContext = toward(inside.port(), c)
	for n, payload := range payloads {
		if _, err := c.Get(t.Context(), front.URL+"/"+strconv.Itoa(n)); err == nil && strings.TrimSpace(payload) != "" {
			t.Errorf("the redirect to %q was followed", payload)
		}
	}
	if n := inside.hits.Load(); n != 0 || asked.Load() != int64(len(payloads)) {
		t.Errorf("%d redirects reached the inside %d times", asked.Load(), n)
	}
}

// What is allowed inside leads to nothing else there.
func TestAllowedAddressLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	other := serve(t, says("inside"))
	front := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	c := New(Settings{Allow: []string{front.URL}})
	if _, err := c.Get(t.Context(), front.URL); err == nil || other.hits.Load() != 0 {
		t.Errorf("%d hits, %v", other.hits.Load(), err)
	}
}

// A name is answered one way when it is looked at and another when it is used:
// public addresses among which one leads inside.
func TestOneAddressAmongMany(t *testing.T) {
	t.Parallel()
	s := serve(t, says("inside"))
	var dialled []string
	c := New(Settings{Resolver: zone(t, map[string][]string{"mixed.test": {"127.0.0.1", "192.0.2.1", "10.0.0.1", "::1"}})})
	dial := toward(s.port(), c)
	c.outside.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled = append(dialled, address)
		return dial(ctx, network, address)
	}
	_, err := c.Get(t.Context(), "http://mixed.test/")
	refused(t, err, "leads inside")
	if s.hits.Load() != 0 || !slices.Equal(dialled, []string{"mixed.test:80"}) {
		t.Errorf("%d hits by %v", s.hits.Load(), dialled)
	}
}
