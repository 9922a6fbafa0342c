package email

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxAddress and maxLocal are the greatest lengths of an address and its local
// part in bytes (RFC 5321 4.5.3.1, 4.5.3.1.1).
const (
	maxAddress = 254
	maxLocal   = 64
)

// maxLink is the greatest length of a link in a header, in bytes: it leaves
// the line within its 998 (RFC 5322 2.1.1).
const maxLink = 900

// checkAddress refuses whatever could end an SMTP command or a header early.
// Its errors don't repeat the address. Quoted local parts with blanks or
// brackets, which RFC 5321 allows and nobody has, are refused as well.
func checkAddress(address string) error {
	local, domain, ok := cutAddress(address)
	switch {
	case len(address) > maxAddress:
		return fmt.Errorf("the address is longer than %d bytes", maxAddress)
	case len(local) > maxLocal:
		return fmt.Errorf("the part of the address before the @ is longer than %d bytes", maxLocal)
	case !ok || local == "" || domain == "":
		return errors.New("the address has no part before or after an @")
	case !wireWord(address):
		return errors.New("the address holds a blank, a bracket or a control character")
	case !phraseless(local) || !phraseless(domain):
		return errors.New("the address holds a character that would need quoting")
	}
	return nil
}

func cutAddress(address string) (local, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address, "", false
	}
	return address[:i], address[i+1:], true
}

// wireWord reports whether a text can stand in an SMTP command or between
// angle brackets as one word.
func wireWord(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}

// phraseless reports whether part of an address is free of what would give it
// another meaning in a header (RFC 5322 3.2.3).
func phraseless(s string) bool { return !strings.ContainsAny(s, "(),:;\"\\@") }

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// parseMailbox reads `Name <address>` of the configuration.
func parseMailbox(s string) (mail.Address, error) {
	address, err := mail.ParseAddress(s)
	if err != nil {
		return mail.Address{}, fmt.Errorf("%q is no mail address", s)
	}
	if err := checkAddress(address.Address); err != nil {
		return mail.Address{}, err
	}
	if !ascii(address.Address) {
		return mail.Address{}, errors.New("the address is not ASCII, so not every server could answer it")
	}
	return *address, nil
}

// domainOf is the part after the @.
func domainOf(address string) string {
	_, domain, _ := cutAddress(address)
	return domain
}
