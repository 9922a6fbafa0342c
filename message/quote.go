package message

import (
	"strconv"
	"strings"
	"unicode"
)

// MaxQuote is how much of a text is quoted to people, in characters.
const MaxQuote = 60

// joiner holds the parts of one emoji together and shapes some scripts.
const joiner = '\u200d'

// Quote puts a text between quotation marks as it reads, cut at MaxQuote
// characters. One with characters that do not show is escaped as in Go.
func Quote(s string) string {
	if r := []rune(s); len(r) > MaxQuote {
		s = string(r[:MaxQuote])
	}
	if strings.ContainsFunc(s, hidden) {
		return strconv.Quote(s)
	}
	return `"` + s + `"`
}

func hidden(r rune) bool { return !unicode.IsGraphic(r) && r != joiner || r == unicode.ReplacementChar }
