package xtext

import (
	"strings"
	"unicode/utf8"
)

// Bounds of twitter-text.
const (
	maxLink   = 4096 // characters of an address
	maxTcoKey = 40   // characters of the path of a t.co address
)

// Link is a part of a text that X makes a link, in bytes.
type Link struct{ Start, End int }

// Links finds what X makes links of: addresses with http or https, and domains
// without.
func (c *Counter) Links(text string) []Link {
	if !strings.Contains(text, ".") {
		return nil
	}
	var links []Link
	for from := 0; from < len(text); {
		found, end := c.after(text, from)
		if end == 0 {
			_, n := utf8.DecodeRuneInString(text[from:])
			from += n
			continue
		}
		links, from = append(links, found...), end
	}
	return links
}

// after looks for an address behind the character at from, which must be one
// that an address may follow, or at the very beginning. It gives the links, and
// where to go on; 0 if there is no address.
func (c *Counter) after(text string, from int) ([]Link, int) {
	r, n := utf8.DecodeRuneInString(text[from:])
	if mayPrecede(r) {
		if links, end := c.address(text, from+n, r); end > 0 {
			return links, end
		}
	}
	if from == 0 {
		return c.address(text, 0, 0)
	}
	return nil, 0
}

func mayPrecede(r rune) bool {
	switch r {
	case '@', '＠', '$', '#', '＃':
		return false
	}
	return !alphanumeric(r) && !Refused(r)
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// address reads one at start; before is the character in front of it.
func (c *Counter) address(text string, start int, before rune) ([]Link, int) {
	if n := scheme(text[start:]); n > 0 {
		if host := hostAt(text[start+n:], domainLabel); host > 0 {
			return c.withScheme(text, start, start+n, start+n+host)
		}
	}
	host := hostAt(text[start:], domainLabel)
	if host == 0 {
		return nil, 0
	}
	return c.bare(text, start, start+host, before)
}

func scheme(text string) int {
	for _, s := range []string{"https://", "http://"} {
		if len(text) >= len(s) && strings.EqualFold(text[:len(s)], s) {
			return len(s)
		}
	}
	return 0
}

// withScheme is an address whose host is text[host:end].
func (c *Counter) withScheme(text string, start, host, end int) ([]Link, int) {
	tail := end + len(c.tail.FindString(text[end:]))
	if !validHost(text[host:end]) || utf8.RuneCountInString(text[start:tail]) > maxLink {
		return nil, tail
	}
	if !strings.EqualFold(text[host:end], "t.co") {
		return []Link{{start, tail}}, tail
	}
	short, ok := c.tco(text[end:tail])
	if !ok {
		return nil, tail
	}
	return []Link{{start, end + short}}, tail
}

// tco gives how much of what follows t.co belongs to the address: one key of
// letters and digits, and a query. It is all of it if there is no key.
func (c *Counter) tco(tail string) (int, bool) {
	key := 1
	for key < len(tail) && alphanumeric(rune(tail[key])) {
		key++
	}
	switch {
	case !strings.HasPrefix(tail, "/") || key == 1:
		return len(tail), true
	case key-1 > maxTcoKey:
		return 0, false
	case key < len(tail) && tail[key] == '?':
		return key + len(c.tail.FindString(tail[key:])), true
	}
	return key, true
}

// bare is an address without a scheme, whose host is text[start:end]. Of it
// only the domains in Latin letters are links; the last of them takes the path
// and the query if there is a path.
func (c *Counter) bare(text string, start, end int, before rune) ([]Link, int) {
	rest := c.tail.FindString(text[end:])
	tail := end + len(rest)
	if strings.ContainsRune("-_./", before) && before != 0 || !validHost(text[start:end]) ||
		utf8.RuneCountInString(text[start:tail]) > maxLink {
		return nil, tail
	}
	links := latinHosts(text[:end], start)
	if hasPath := strings.Contains(strings.SplitN(rest, "?", 2)[0], "/"); len(links) > 0 && hasPath {
		links[len(links)-1].End = tail
	}
	return links, tail
}

// latinHosts finds the domains in Latin letters from start to the end of text.
func latinHosts(text string, start int) []Link {
	var links []Link
	for start < len(text) {
		n := hostAt(text[start:], latinLabel)
		if n > 0 {
			links = append(links, Link{start, start + n})
		} else {
			_, n = utf8.DecodeRuneInString(text[start:])
		}
		start += n
	}
	return links
}

// tailPattern matches what may follow a host: port, path, query. A path may
// hold parentheses if they are balanced, one level deep.
func tailPattern() string {
	const (
		char     = `[a-z` + letters + `0-9!*';:=+,.$/%#\[\]\-\x{2013}_~@|&]`
		balanced = `\((?:` + char + `+|` + char + `*\(` + char + `+\)` + char + `*)\)`
		ending   = `(?:[+\-a-z` + letters + `0-9=_#/]|` + balanced + `)`
		path     = `(?:` + char + `*(?:` + balanced + char + `*)*` + ending + `|@` + char + `+/)`
		query    = `[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]`
	)
	return `(?i)^(?::[0-9]+)?(?:/` + path + `*)?(?:\?` + query + `)?`
}

// letters are the Cyrillic and accented Latin ones that a path may hold.
const letters = latinRanges + `\x{0400}-\x{04FF}`
