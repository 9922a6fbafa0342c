package audience

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of an address, in bytes (RFC 5321 4.5.3.1.1 and 4.5.3.1.3; the path
// of 256 includes its angle brackets).
const (
	MaxLocal   = 64
	MaxAddress = 254
)

// Address is an email address: a dot-string (RFC 5322 3.2.3), in UTF-8 if need
// be (RFC 6531), and a domain in the ASCII form of IDNA 2008. The zero value
// is no address.
type Address struct{ local, domain string }

// ParseAddress reads an email address. The local part is kept as it is, the
// domain is lower-cased and put into its ASCII form. Quoted local parts and IP
// literals are refused. An error never holds the address.
func ParseAddress(s string) (Address, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return Address{}, errors.New("the address is not UTF-8")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Address{}, errors.New("the address has no @ sign")
	}
	local := s[:at]
	if err := checkLocal(local); err != nil {
		return Address{}, err
	}
	domain, err := asciiDomain(s[at+1:])
	if err != nil {
		return Address{}, err
	}
	if len(local)+1+len(domain) > MaxAddress {
		return Address{}, errors.New("the address is longer than 254 bytes")
	}
	return Address{local, domain}, nil
}

// String is the address as it goes into an envelope.
func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	return a.local + "@" + a.domain
}

// Domain is the part after the @ sign, in ASCII.
func (a Address) Domain() string { return a.domain }

// ASCII reports whether the address can be sent to without SMTPUTF8 (RFC
// 6531).
func (a Address) ASCII() bool { return isASCII(a.local) }

// Key is what addresses are compared by: two that differ in case only, or in
// how a letter is composed, have one key.
func (a Address) Key() string {
	if a == (Address{}) {
		return ""
	}
	folded := a.local
	if isASCII(folded) {
		folded = strings.ToLower(folded)
	} else {
		folded = norm.NFC.String(cases.Fold().String(norm.NFD.String(folded)))
	}
	return folded + "@" + a.domain
}

func checkLocal(local string) error {
	switch {
	case local == "":
		return errors.New("the address has nothing before its @ sign")
	case len(local) > MaxLocal:
		return errors.New("the part before the @ sign is longer than 64 bytes")
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return errors.New("the part before the @ sign has a dot too many")
	case strings.ContainsFunc(local, notOfLocal):
		return errors.New("the part before the @ sign holds a character that an address can't have (space, quote, bracket, comma, @ and the like)")
	}
	return nil
}

// notOfLocal refuses what is neither atext nor a dot (RFC 5322 3.2.3), and of
// what lies beyond ASCII everything that does not show.
func notOfLocal(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>@[\]`, r)
	}
	return !unicode.IsGraphic(r) || unicode.IsSpace(r)
}

func asciiDomain(domain string) (string, error) {
	switch {
	case domain == "":
		return "", errors.New("the address has nothing after its @ sign")
	case strings.HasPrefix(domain, "["):
		return "", errors.New("the address names an IP address instead of a domain")
	case len(domain) > MaxAddress:
		return "", errors.New("the address is longer than 254 bytes")
	}
	ascii, err := profile().ToASCII(domain)
	if err != nil || !isASCII(ascii) || strings.HasSuffix(ascii, ".") {
		return "", errors.New("the part after the @ sign is no domain name")
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if last == ascii {
		return "", errors.New("the domain has no dot, so it can't be reached from outside")
	}
	if strings.Trim(last, "0123456789") == "" {
		return "", errors.New("the address names an IP address instead of a domain")
	}
	return ascii, nil
}

func profile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false),
		idna.StrictDomainName(true), idna.VerifyDNSLength(true))
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
