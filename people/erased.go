package people

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// erased begins every neutral name. No person can be added under one: a
// person's name has no spaces.
const erased = "erased person "

// ErasedName is the neutral name that stands where an erased person's did. The
// number tells erased people apart.
func ErasedName(number int64) string { return fmt.Sprintf("%s%d", erased, number) }

// IsErased reports whether a name is a neutral one.
func IsErased(name string) bool { return strings.HasPrefix(name, erased) }

// Eraser takes a person's names and address out of free texts.
type Eraser struct {
	neutral string
	others  []string
	finds   []find
}

// find is what is looked for in a text.
type find struct {
	*regexp.Regexp
	short bool // a short name, which may be a part of another's
}

// NewEraser makes an eraser that writes the neutral name in their place, and
// leaves the short names of others as they are.
//
// The full name counts in capitals or not if it has more than one word, and
// the address always. A short name of letters alone may be any word, as will
// and may are: in a text it counts with an @ before it only.
func NewEraser(p Person, neutral string, others []string) Eraser {
	e := Eraser{neutral: neutral, others: others}
	words := strings.Fields(p.FullName)
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	full := strings.Join(words, `\s+`)
	if len(words) > 1 {
		full = "(?i)" + full
	}
	short := regexp.QuoteMeta(p.Name)
	if !strings.ContainsAny(p.Name, "0123456789._-") {
		short = "@" + short
	}
	e.find("(?i)"+regexp.QuoteMeta(p.Email), false)
	e.find(full, false)
	e.find(short, true)
	return e
}

func (e *Eraser) find(pattern string, short bool) {
	if strings.TrimPrefix(pattern, "(?i)") != "" {
		e.finds = append(e.finds, find{regexp.MustCompile(pattern), short})
	}
}

// Clean gives a text without the person; the same text if they are not in it.
func (e Eraser) Clean(text string) string {
	for _, find := range e.finds {
		text = e.replace(find, text)
	}
	return text
}

// replace replaces what stands as a word of its own.
func (e Eraser) replace(find find, text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range find.FindAllStringIndex(text, -1) {
		if partOfWord(text, at[0], at[1]) || find.short && e.ofOther(text, at[0], at[1]) {
			continue
		}
		b.WriteString(text[rest:at[0]] + e.neutral)
		rest = at[1]
	}
	return b.String() + text[rest:]
}

// partOfWord reports whether a letter or digit stands right before or behind.
func partOfWord(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	behind, _ := utf8.DecodeRuneInString(text[to:])
	return ofWord(before) || ofWord(behind)
}

// ofOther reports whether the text from one place to another is only a part of
// somebody else's short name, as hal.young is of hal.young-2.
func (e Eraser) ofOther(text string, from, to int) bool {
	outside := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", r) }
	begin := strings.LastIndexFunc(text[:from], outside)
	_, width := utf8.DecodeRuneInString(text[max(begin, 0):])
	end := strings.IndexFunc(text[to:], outside)
	if end < 0 {
		end = len(text) - to
	}
	if begin < 0 {
		width = 0
	}
	name := text[max(begin, 0)+width : to+end]
	return slices.Contains(e.others, name) || slices.Contains(e.others, strings.TrimRight(name, "._-"))
}

func ofWord(r rune) bool {
	return r != utf8.RuneError && unicode.In(r, unicode.L, unicode.N, unicode.M)
}
