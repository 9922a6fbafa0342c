package bluesky

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/publicsuffix"
)

// sort of thing that a facet marks.
type sort string

const (
	link    sort = "link"
	mention sort = "mention"
	tag     sort = "tag"
)

// feature is a part of a text that means something: bytes start to end.
type feature struct {
	sort       sort
	start, end int
	value      string // the link's address, the handle, or the tag without #
}

// Limits of a tag (lexicon app.bsky.richtext.facet).
const (
	maxTag      = 64  // grapheme clusters
	maxTagBytes = 640 // in UTF-8
)

// features finds what the app would mark in a text: links with and without
// their scheme, handles after @, and words after #. Each stands at the start of
// the text or behind a space or an opening bracket.
func features(text string) []feature {
	var all []feature
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) || opening(r) {
			at += size
			continue
		}
		word := text[at:wordEnd(text, at)]
		if f, ok := recognise(word); ok {
			f.start, f.end = at, at+f.end
			all = append(all, f)
		}
		at += len(word)
	}
	return all
}

func opening(r rune) bool { return strings.ContainsRune("([{\"'“‘«", r) }

func wordEnd(text string, from int) int {
	if i := strings.IndexFunc(text[from:], unicode.IsSpace); i >= 0 {
		return from + i
	}
	return len(text)
}

// recognise says what a word begins with, and where that ends in it.
func recognise(word string) (feature, bool) {
	switch first, size := utf8.DecodeRuneInString(word); first {
	case '@':
		return handleIn(word)
	case '#', '＃':
		return tagIn(word, size)
	default:
		return linkIn(word)
	}
}

func handleIn(word string) (feature, bool) {
	end := strings.IndexFunc(word[1:], func(r rune) bool {
		return r != '.' && r != '-' && (r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
	if end >= 0 {
		word = word[:1+end]
	}
	word = strings.TrimRight(word, ".-")
	handle := strings.TrimPrefix(word, "@")
	return feature{sort: mention, end: len(word), value: strings.ToLower(handle)}, isHandle(handle)
}

func tagIn(word string, hash int) (feature, bool) {
	name := word[hash:]
	if i := strings.IndexFunc(name, invisible); i >= 0 {
		name = name[:i]
	}
	name = strings.TrimRightFunc(name, unicode.IsPunct)
	named := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsPunct(r) })
	keycap := strings.HasPrefix(name, "\ufe0f") // the emoji #️⃣
	fits := len(name) <= maxTagBytes && uniseg.GraphemeClusterCount(name) <= maxTag
	return feature{sort: tag, end: hash + len(name), value: name}, named && !keycap && fits
}

// invisible reports whether a character would end a tag unseen.
func invisible(r rune) bool {
	return strings.ContainsRune("\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2", r)
}

func linkIn(word string) (feature, bool) {
	word = unpunctuated(word)
	scheme := schemeOf(word)
	if scheme == "" && !bareDomain(word) {
		return feature{}, false
	}
	address, ok := address(cmp.Or(scheme, "https://") + word[len(scheme):])
	return feature{sort: link, end: len(word), value: address}, ok
}

// schemeOf gives the scheme that a word begins with, as it stands there.
func schemeOf(word string) string {
	for _, scheme := range []string{"https://", "http://"} {
		if len(word) > len(scheme) && strings.EqualFold(word[:len(scheme)], scheme) {
			return word[:len(scheme)]
		}
	}
	return ""
}

// bareDomain reports whether a word begins with a domain under a public
// suffix.
func bareDomain(word string) bool {
	host, rest := word, ""
	if i := strings.IndexAny(word, "/:?#"); i >= 0 {
		host, rest = word[:i], word[i:]
	}
	first, _ := utf8.DecodeRuneInString(host)
	if !unicode.IsLetter(first) || !strings.Contains(host, ".") || strings.HasPrefix(rest, ":") {
		return false
	}
	ascii, err := hostName(host)
	if err != nil {
		return false
	}
	suffix, listed := publicsuffix.PublicSuffix(ascii)
	return suffix != ascii && (listed || strings.Contains(suffix, "."))
}

// unpunctuated takes away what ends a sentence rather than an address: signs of
// punctuation, and a bracket that was not opened within.
func unpunctuated(word string) string {
	for word != "" {
		last, size := utf8.DecodeLastRuneInString(word)
		open, bracket := map[rune]string{')': "(", ']': "[", '}': "{"}[last]
		switch {
		case bracket && strings.Count(word, open) >= strings.Count(word, string(last)):
			return word
		case bracket, strings.ContainsRune(".,;:!?'\"", last), last >= utf8.RuneSelf && unicode.IsPunct(last):
			word = word[:len(word)-size]
		default:
			return word
		}
	}
	return word
}
