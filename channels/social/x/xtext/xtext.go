// Package xtext counts a text as X does: the weighted length of twitter-text
// 3, in which a link is 23, an emoji 2 and a character 1 or 2.
//
// Failure rules. Nothing here does I/O or fails: whatever is no link is text,
// and every text has a length. X keeps its own lists of top-level domains and
// emoji. A domain or a joined emoji that is newer than its list counts
// otherwise there; X then refuses a text that is too long, and nothing is
// published.
package xtext

import (
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The weights of twitter-text's configuration, version 3.
const (
	Limit      = 280 // the longest post
	LinkWeight = 23  // a link, however long its address is
	heavy      = 2   // a character outside of the light ranges, and an emoji
	light      = 1
)

// Counter counts. It is safe for concurrent use.
type Counter struct{ tail *regexp.Regexp }

// New makes a counter.
func New() *Counter { return &Counter{tail: regexp.MustCompile(tailPattern())} }

// Count is the weighted length of a text, taken of its composed form (NFC).
func (c *Counter) Count(text string) int {
	text = norm.NFC.String(text)
	links := c.Links(text)
	count := 0
	for at := 0; at < len(text); {
		if len(links) > 0 && links[0].Start == at {
			count, at, links = count+LinkWeight, links[0].End, links[1:]
			continue
		}
		if n := emoji(text[at:]); n > 0 {
			count, at = count+heavy, at+n
			continue
		}
		r, n := utf8.DecodeRuneInString(text[at:])
		count, at = count+weight(r), at+n
	}
	return count
}

func weight(r rune) int {
	switch {
	case r <= 0x10ff, r >= 0x2000 && r <= 0x200d, r >= 0x2010 && r <= 0x201f, r >= 0x2032 && r <= 0x2037:
		return light
	default:
		return heavy
	}
}

// Refused reports whether X takes no text with this character.
func Refused(r rune) bool { return r == 0xfffe || r == 0xfeff || r == 0xffff }
