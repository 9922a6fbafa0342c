package social

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

func paragraphEnds(text string) []int {
	var ends []int
	for from := 0; ; {
		i := strings.Index(text[from:], Gap)
		if i < 0 {
			return ends
		}
		ends = append(ends, from+i)
		from += i + len(Gap)
	}
}

// wordEnds gives the places at which a line may break (UAX #14) after white
// space, and those beside a character of a script that writes words without
// space between them. Addresses are left whole.
func wordEnds(text string) []int {
	var ends []int
	addresses := addressesIn(text)
	state, at := -1, 0
	for rest := text; rest != ""; {
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		at += len(segment)
		before, _ := utf8.DecodeLastRuneInString(segment)
		after, _ := utf8.DecodeRuneInString(rest)
		if rest != "" && (unicode.IsSpace(before) || spaceless(before) || spaceless(after)) && !within(addresses, at) {
			ends = append(ends, at)
		}
	}
	return ends
}

// spaceless reports whether a character is of a script that writes words
// without space, or of its punctuation.
func spaceless(r rune) bool {
	const punctuation, fullWidth = 0x3000, 0xff00 // the first of 64 and of 96
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= punctuation && r < punctuation+64 || r >= fullWidth && r < fullWidth+96
}

// sentenceEnds gives those of the word ends before which a sentence ends.
func sentenceEnds(text string, words []int) []int {
	var ends []int
	for _, end := range words {
		before := strings.TrimRightFunc(text[:end], func(r rune) bool {
			return unicode.IsSpace(r) || unicode.In(r, unicode.Pe, unicode.Pf) || r == '"' || r == '\''
		})
		if last, _ := utf8.DecodeLastRuneInString(before); strings.ContainsRune(".!?…؟۔।。！？．", last) {
			ends = append(ends, end)
		}
	}
	return ends
}

// addressesIn gives the start and end of each web address in a text, up to
// white space or to punctuation that no address ends with.
func addressesIn(text string) [][]int {
	return regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^\s\p{Z}。，、；：？！」』）】》]+`).FindAllStringIndex(text, -1)
}

func within(spans [][]int, at int) bool {
	for _, span := range spans {
		if span[0] < at && at < span[1] {
			return true
		}
	}
	return false
}
