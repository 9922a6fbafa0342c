package audience

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("d", 61)
	domain := func(last int) string { // 3*62 + last + 4 bytes
		return label + "." + label + "." + label + "." + strings.Repeat("e", last) + ".org"
	}
	for in, want := range map[string]string{
		"ann@example.org":                             "ann@example.org",
		"  ann@example.org\t":                         "ann@example.org",
		"Ann.O'Neil+news@EXAMPLE.Org":                 "Ann.O'Neil+news@example.org",
		"ann@sub.sub.example.net":                     "ann@sub.sub.example.net",
		"siân@example.org":                            "siân@example.org",
		"用户@例子.example":                               "用户@xn--fsqu00a.example",
		"ann@Bücher.example":                          "ann@xn--bcher-kva.example",
		"ann@xn--bcher-kva.example":                   "ann@xn--bcher-kva.example",
		"ann@faß.example":                             "ann@xn--fa-hia.example",
		"ann@example。org":                             "ann@example.org",
		strings.Repeat("l", 63) + "@example.org":      strings.Repeat("l", 63) + "@example.org",
		strings.Repeat("l", 64) + "@example.org":      strings.Repeat("l", 64) + "@example.org",
		strings.Repeat("l", 61) + "@" + domain(1):     strings.Repeat("l", 61) + "@" + domain(1),
		strings.Repeat("l", 62) + "@" + domain(1):     strings.Repeat("l", 62) + "@" + domain(1),
		strings.Repeat("l", 62) + "@" + domain(1)[1:]: strings.Repeat("l", 62) + "@" + domain(1)[1:],
	} {
		got, err := ParseAddress(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestParseAddressLength(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("d", 61) + "."
	base := "@" + label + label + label + "org" // 190 bytes
	for length, good := range map[int]bool{MaxAddress - 1: true, MaxAddress: true, MaxAddress + 1: false} {
		local := MaxLocal - 4
		middle := strings.Repeat("m", length-local-len(base)-1)
		address := strings.Repeat("l", local) + "@" + middle + "." + base[1:]
		if len(address) != length {
			t.Fatalf("made %d bytes, want %d", len(address), length)
		}
		if _, err := ParseAddress(address); (err == nil) != good {
			t.Errorf("%d bytes: %v, want good %v", length, err, good)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "@", "ann", "@example.org", "ann@", "ann@localhost", "ann@example.", "ann@example.org.", "ann@.org",
		"ann@ex..org", "ann@-ex.org", "ann@ex_ample.org", "ann@exa mple.org", "ann@[192.0.2.1]", "ann@192.0.2.1",
		"ann@[IPv6:2001:db8::1]", `"ann b"@example.org`, `"ann"@example.org`, "ann b@example.org",
		".ann@example.org", "ann.@example.org", "a..n@example.org", "ann@b@example.org", "<ann@example.org>",
		"Ann <ann@example.org>", "ann@example.org,bob@example.org", "ann@example.org\nBcc: b@example.org",
		"an\nn@example.org", "an\x00n@example.org", "an\x7fn@example.org", "an\u0085n@example.org",
		"an\u202en@example.org", "an\u200bn@example.org", "an\u00a0n@example.org", "an\xffn@example.org",
		"ann@exa\xffmple.org", "ann@exa\ufffdmple.org", "ann@xn--a.example", "an(c)n@example.org", `an\n@example.org`, "an:n@example.org",
		strings.Repeat("l", 65) + "@example.org", "ann@" + strings.Repeat("d", 64) + ".org",
		"ann@" + strings.Repeat("d.", 130) + "org",
	} {
		got, err := ParseAddress(in)
		if err == nil {
			t.Errorf("ParseAddress(%q) = %q, want a fault", in, got)
		}
		if got != (Address{}) {
			t.Errorf("ParseAddress(%q) gave %q beside its fault", in, got)
		}
	}
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	same := [][2]string{
		{"Ann@example.org", "aNN@EXAMPLE.org"},
		{"Siân@example.org", "SIÂN@example.org"},
		{"sia\u0302n@example.org", "si\u00e2n@example.org"},
		{"Straße@example.org", "STRASSE@example.org"},
		{"\u1fb4@example.org", "α\u0345\u0301@example.org"}, // marks in another order
		{"ann@bücher.example", "ann@XN--BCHER-KVA.example"},
	}
	for _, pair := range same {
		if a, b := mustAddress(t, pair[0]).Key(), mustAddress(t, pair[1]).Key(); a != b {
			t.Errorf("keys of %q and %q differ: %q, %q", pair[0], pair[1], a, b)
		}
	}
	for _, pair := range [][2]string{
		{"ann@example.org", "ann@example.net"}, {"ann@example.org", "a.nn@example.org"}, {"sian@example.org", "siân@example.org"},
	} {
		if mustAddress(t, pair[0]).Key() == mustAddress(t, pair[1]).Key() {
			t.Errorf("%q and %q have one key", pair[0], pair[1])
		}
	}
}

func TestZeroAddressIsNone(t *testing.T) {
	t.Parallel()
	var a Address
	if a.String() != "" || a.Key() != "" || a.Domain() != "" {
		t.Errorf("the zero address shows: %q, %q, %q", a, a.Key(), a.Domain())
	}
}

func TestAddressASCII(t *testing.T) {
	t.Parallel()
	if !mustAddress(t, "ann@bücher.example").ASCII() || mustAddress(t, "siân@example.org").ASCII() {
		t.Error("only a local part beyond ASCII needs SMTPUTF8")
	}
}

func mustAddress(t *testing.T, s string) Address {
	t.Helper()
	a, err := ParseAddress(s)
	if err != nil {
		t.Fatalf("ParseAddress(%q): %v", s, err)
	}
	return a
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{
		"ann@example.org", "Siân@Bücher.example", "a@xn--bcher-kva.example", `"a b"@example.org`, "a@[::1]", "ß@ß.ß", "a@b@c.d", "İ@İ.example",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		a, err := ParseAddress(in)
		if err != nil {
			return
		}
		s := a.String()
		if len(s) > MaxAddress || strings.LastIndexByte(s, '@') > MaxLocal || !utf8.ValidString(s) || !plain(s) || strings.Count(s, "@") != 1 {
			t.Fatalf("accepted %q", s)
		}
		again, err := ParseAddress(s)
		if err != nil || again != a {
			t.Fatalf("%q reads again as %q, %v", s, again, err)
		}
		folded, err := ParseAddress(a.Key())
		if err == nil && folded.Key() != a.Key() {
			t.Fatalf("the key of %q is no fixed point: %q", a.Key(), folded.Key())
		}
	})
}
