package xtext

import (
	"strings"
	"unicode/utf8"
)

const (
	joiner     = 0x200d
	asEmoji    = 0xfe0f // variation selector 16
	asText     = 0xfe0e // variation selector 15
	keycap     = 0x20e3
	blackFlag  = 0x1f3f4
	tagBase    = 0xe0000
	tagEnd     = 0xe007f
	firstTone  = 0x1f3fb
	lastTone   = 0x1f3ff
	firstFlag  = 0x1f1e6 // regional indicators
	lastFlag   = 0x1f1ff
	copyright  = 0xa9
	registered = 0xae
)

// emoji gives the bytes of the emoji that a text begins with, joined ones
// whole (UTS #51, ED-17), or 0.
func emoji(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case r >= '0' && r <= '9' || r == '#' || r == '*':
		return keycapped(text, n)
	case r == copyright || r == registered: // text, unless it is asked for as an emoji
		if next(text[n:], asEmoji) == 0 {
			return 0
		}
		return n + next(text[n:], asEmoji)
	case r >= firstFlag && r <= lastFlag:
		return flag(text, n)
	case r == blackFlag && subdivision(text[n:]) > 0:
		return n + subdivision(text[n:])
	}
	return joined(text)
}

// keycapped is a digit in a key.
func keycapped(text string, n int) int {
	n += next(text[n:], asEmoji)
	if end := next(text[n:], keycap); end > 0 {
		return n + end
	}
	return 0
}

// flag is that of a country: two regional indicators.
func flag(text string, n int) int {
	r, m := utf8.DecodeRuneInString(text[n:])
	if r >= firstFlag && r <= lastFlag {
		return n + m
	}
	return n
}

// subdivision gives the tags after a black flag that make it one of the three
// that there are: England, Scotland, Wales.
func subdivision(text string) int {
	var name strings.Builder
	for at, r := range text {
		switch {
		case r == tagEnd && (name.String() == "gbeng" || name.String() == "gbsct" || name.String() == "gbwls"):
			return at + utf8.RuneLen(r)
		case r < tagBase+'a' || r > tagBase+'z' || name.Len() > len("gbeng"):
			return 0
		}
		name.WriteByte(byte(r - tagBase))
	}
	return 0
}

// joined is a pictograph, or several with joiners between them.
func joined(text string) int {
	end := pictograph(text)
	for end > 0 {
		glue := next(text[end:], joiner)
		if glue == 0 {
			return end
		}
		more := pictograph(text[end+glue:])
		if more == 0 {
			return end
		}
		end += glue + more
	}
	return 0
}

// pictograph is one, with its skin tone or variation selector. One that asks
// for the form of text is none.
func pictograph(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	if !pictographic(r) || next(text[n:], asText) > 0 {
		return 0
	}
	if tone, m := utf8.DecodeRuneInString(text[n:]); tone >= firstTone && tone <= lastTone {
		return n + m
	}
	return n + next(text[n:], asEmoji)
}

// pictographic reports whether a character is of a block with emoji. Each of
// these weighs 2 alone as well, so what else is in a block does no harm.
func pictographic(r rune) bool {
	switch {
	case r >= 0x2190 && r <= 0x21ff, r >= 0x2300 && r <= 0x23ff, r >= 0x25a0 && r <= 0x27bf,
		r >= 0x2934 && r <= 0x2935, r >= 0x2b00 && r <= 0x2bff, r >= 0x1f000 && r <= 0x1f1e5,
		r >= 0x1f200 && r <= 0x1faff:
		return true
	case r == 0x203c, r == 0x2049, r == 0x2122, r == 0x2139, r == 0x24c2, r == 0x3030, r == 0x303d, r == 0x3297, r == 0x3299:
		return true
	}
	return false
}

// next gives the bytes of a character if a text begins with it, or 0.
func next(text string, want rune) int {
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 || r != want {
		return 0
	}
	return n
}
