package fetch

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	tests := map[bool][]string{
		true: {
			"1.1.1.1", "8.8.8.8", "11.0.0.0", "9.255.255.255", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
			"169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
			"198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:200::1",
			"::ffff:1.1.1.1", "64:ff9b::101:101", "3ffe::1", "3fff:1000::1",
		},
		false: {
			"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.254",
			"169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
			"192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
			"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
			"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
			"fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1",
			"2001::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "3fff::1", "3fff:fff::1",
			"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1",
		},
	}
	for want, all := range tests {
		for _, address := range all {
			if got := Public(netip.MustParseAddr(address)); got != want {
				t.Errorf("%s: public is %v, want %v", address, got, want)
			}
		}
	}
	if Public(netip.Addr{}) || Public(netip.MustParseAddr("2606:4700::1%eth0")) {
		t.Error("no address, or one with a zone, counts as public")
	}
}

// What the standard library calls private, loopback and so on is never public,
// in whatever form it is written.
func TestNothingInsideIsPublic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4")
		v4 := netip.AddrFrom4([4]byte(bytes))
		v6 := netip.AddrFrom16([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "v6")))
		for _, a := range []netip.Addr{v4, v6} {
			inside := !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast()
			if inside && Public(a) {
				t.Fatalf("%s is public", a)
			}
		}
		if mapped := netip.AddrFrom16(v4.As16()); Public(mapped) != Public(v4) {
			t.Fatalf("%s and %s differ", mapped, v4)
		}
	})
}

func FuzzGuard(f *testing.F) {
	for _, seed := range []string{"127.0.0.1:80", "[::1]:443", "1.1.1.1:443", "localhost:80", "", "[fe80::1%1]:80", "1.1.1.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		err := guard("tcp", address, nil)
		at, parsed := netip.ParseAddrPort(address)
		if err == nil && (parsed != nil || !Public(at.Addr())) {
			t.Errorf("%q was let through", address)
		}
	})
}
