package xtext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

const (
	maxLabel = 63 // bytes of a label in its ASCII form (RFC 1035 2.3.4)
	maxTLD   = 24 // characters of the longest top-level domain
	acePre   = "xn--"
)

// latinRanges are the accented Latin letters, as the inside of a class.
const latinRanges = `\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{24F}\x{253}\x{254}\x{256}\x{257}\x{259}\x{25B}\x{263}\x{268}\x{26F}` +
	`\x{272}\x{289}\x{28B}\x{2BB}\x{300}-\x{36F}\x{1E00}-\x{1EFF}`

// hostAt gives the bytes of the host name that a text begins with, or 0. It
// takes as many labels as there are before a top-level domain. A label but the
// last before the top-level domain may hold underscores; valid judges one.
func hostAt(text string, valid func(label string, last bool) bool) int {
	end := 0
	for at := 0; ; {
		dot := labelEnd(text[at:])
		if dot == 0 || at+dot >= len(text) || text[at+dot] != '.' {
			return end
		}
		label := text[at : at+dot]
		at += dot + 1
		if valid(label, true) {
			if n := tldAt(text[at:]); n > 0 {
				end = at + n
			}
		}
		if !valid(label, false) {
			return end
		}
	}
}

// labelEnd gives the bytes up to what can be in no label.
func labelEnd(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool { return !domainChar(r) && r != '-' && r != '_' })
	if end < 0 {
		return len(text)
	}
	return end
}

// domainChar reports whether a character may be anywhere in a domain: it is
// neither punctuation, a space, a mark of direction, nor one that X refuses.
func domainChar(r rune) bool {
	if r < utf8.RuneSelf {
		return alphanumeric(r) || r == '"' || r == '`' || r < ' ' && !unicode.IsSpace(r) || r == 0x7f
	}
	switch {
	case unicode.IsSpace(r), r == 0x180e, Refused(r):
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x061c, r == 0x200e, r == 0x200f, r == utf8.RuneError:
		return false
	}
	return true
}

func domainLabel(label string, last bool) bool {
	first, _ := utf8.DecodeRuneInString(label)
	end, _ := utf8.DecodeLastRuneInString(label)
	return domainChar(first) && domainChar(end) && (!last || !strings.Contains(label, "_"))
}

// latinLabel judges a label of a domain without a scheme.
func latinLabel(label string, _ bool) bool {
	return label != "" && !strings.ContainsFunc(label, func(r rune) bool {
		return !alphanumeric(r) && r != '-' && !accented(r)
	})
}

func accented(r rune) bool {
	switch {
	case r >= 0xc0 && r <= 0x24f:
		return r != 0xd7 && r != 0xf7
	case r >= 0x300 && r <= 0x36f, r >= 0x1e00 && r <= 0x1eff:
		return true
	}
	return strings.ContainsRune("\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb", r)
}

// tldAt gives the bytes of the top-level domain that a text begins with, or 0.
// The longest counts, and what follows must not go on with it.
func tldAt(text string) int {
	if len(text) >= len(acePre) && strings.EqualFold(text[:len(acePre)], acePre) {
		return aceEnd(text)
	}
	ends := make([]int, 0, maxTLD)
	for at, r := range text {
		if !domainChar(r) || len(ends) == maxTLD {
			break
		}
		ends = append(ends, at+utf8.RuneLen(r))
	}
	for i := len(ends) - 1; i >= 0; i-- {
		if !goesOn(text[ends[i]:]) && isTLD(text[:ends[i]]) {
			return ends[i]
		}
	}
	return 0
}

// aceEnd gives the bytes of a top-level domain in its ASCII form.
func aceEnd(text string) int {
	end := len(acePre)
	for end < len(text) && (alphanumeric(rune(text[end])) || text[end] == '-') {
		end++
	}
	if end == len(acePre) {
		return 0
	}
	return end
}

func goesOn(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	return n > 0 && (alphanumeric(r) || r == '@' || r == '+' || r == '-')
}

// isTLD looks a name up in the ICANN part of the public suffix list.
func isTLD(name string) bool {
	ascii, err := idna.Punycode.ToASCII(strings.ToLower(name))
	if err != nil {
		return false
	}
	suffix, icann := publicsuffix.PublicSuffix("x." + ascii)
	return icann && strings.HasSuffix(suffix, ascii)
}

// validHost checks the labels as DNS would: their length in ASCII form, and
// that a name which says that it is in that form is.
func validHost(host string) bool {
	if strings.HasPrefix(host, acePre) && strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf && !accented(r) }) {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		ascii, err := idna.Punycode.ToASCII(label)
		if err != nil || ascii == "" || len(ascii) > maxLabel {
			return false
		}
	}
	return true
}
