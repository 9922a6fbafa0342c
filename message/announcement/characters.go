package announcement

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidden reports whether a character has no place in any text: controls other
// than tab and line break, the line separators that editors don't count, byte
// order marks, and what Unicode says is no character.
func hidden(r rune) bool {
	switch r {
	case '\n', '\t':
		return false
	case '\u2028', '\u2029', '\uFEFF':
		return true
	default:
		return unicode.IsControl(r) || noncharacter(r)
	}
}

func noncharacter(r rune) bool { return r&0xFFFE == 0xFFFE || (r >= 0xFDD0 && r <= 0xFDEF) }

// reorders reports whether a character overrides the direction of text, by
// which a line can be made to read as what it is not.
func reorders(r rune) bool {
	return (r >= '\u202A' && r <= '\u202E') || (r >= '\u2066' && r <= '\u2069')
}

// unfit says what is wrong with the characters of a text of any lines, or "".
func unfit(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "is not UTF-8"
	case strings.ContainsFunc(s, hidden):
		return "holds a character that does not show"
	}
	return ""
}

// unfitLine says what is wrong with the characters of a text of one line.
func unfitLine(s string) string {
	switch {
	case strings.ContainsAny(s, "\n\r\t"):
		return "has a line break or tab in it"
	case strings.ContainsFunc(s, reorders):
		return "holds a character that turns the direction of text"
	}
	return unfit(s)
}
