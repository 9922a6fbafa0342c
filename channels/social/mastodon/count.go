package mastodon

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// What a link is made of. A path holds parentheses in pairs and does not end
// with punctuation, so that a link can stand in parentheses or end a sentence.
const (
	inPath   = `[^\s\p{Z}<>()?]`
	pair     = `\((?:` + inPath + `+|` + inPath + `*\(` + inPath + `+\)` + inPath + `*)\)`
	pathEnd  = `(?:[^\s\p{Z}()?!*"'「」<>;:=,.$%\[\]~&|@]|` + pair + `)`
	wide     = `\x{a1}-\x{1fff}\x{2070}-\x{2fff}\x{3001}-\x{10fffd}`
	label    = `[\p{L}\p{M}\p{N}\p{So}_-]+`
	username = `[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*`
	server   = `[\p{L}\p{M}\p{N}_]+(?:[.-]+[\p{L}\p{M}\p{N}_]+)*`
)

var (
	scheme    = regexp.MustCompile(`(?i)(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://`)
	host      = regexp.MustCompile(`^` + label + `(?:\.` + label + `)+`)
	linkPort  = regexp.MustCompile(`^:[0-9]+`)
	linkPath  = regexp.MustCompile(`^/(?:(?:` + inPath + `|` + pair + `)*(?:` + pathEnd + `|/))?`)
	linkQuery = regexp.MustCompile(`(?i)^\?[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^` + wide + `]*[a-z0-9_&=#/\-` + wide + `]`)
	mention   = regexp.MustCompile(`(?i)@` + username + `(@` + server + `)`)
)

// unit is what people read beside a count.
const unit = "characters"

// maxLink is the length in characters from which an address is no link.
const maxLink = 4096

// count gives the length of a text as the server counts it.
func (l limits) count(text string) int {
	if !l.Mastodon {
		return utf8.RuneCountInString(text)
	}
	length := 0
	at := 0
	for _, link := range links(text) {
		length += characters(text[at:link[0]]) + l.LinkWeight
		at = link[1]
	}
	return length + characters(text[at:])
}

// characters counts what a reader sees as one character as one (UAX #29), and
// mentions without their server.
func characters(text string) int { return uniseg.GraphemeClusterCount(unhosted(text)) }

// page is what a gap and the link to a page count. The whole address is not
// known before publication: its end has at most pageEnd characters.
func (l limits) page(gap, base string) int {
	if l.Mastodon {
		return characters(gap) + l.LinkWeight
	}
	const pageEnd = 100
	return utf8.RuneCountInString(gap+base) + pageEnd
}

// links gives the start and end of each link in a text. Without a scheme, or
// under a domain that does not exist, an address is no link.
func links(text string) [][2]int {
	var all [][2]int
	for at := 0; at < len(text); {
		i := scheme.FindStringIndex(text[at:])
		if i == nil {
			break
		}
		start := at + i[0]
		at += i[1]
		if end := linkEnd(text, at); end > 0 && separate(text[:start]) && utf8.RuneCountInString(text[start:end]) <= maxLink {
			all = append(all, [2]int{start, end})
			at = end
		}
	}
	return all
}

// separate reports whether a link may begin after a text.
func separate(before string) bool {
	r, size := utf8.DecodeLastRuneInString(before)
	latin := r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
	return size == 0 || !latin && !strings.ContainsRune("@＠$#＃", r)
}

// linkEnd gives the end of a link whose host begins at an offset; 0 if there is
// no such host.
func linkEnd(text string, at int) int {
	name := hostName(host.FindString(text[at:]))
	if name == "" {
		return 0
	}
	at += len(name)
	for _, part := range []*regexp.Regexp{linkPort, linkPath, linkQuery} {
		at += len(part.FindString(text[at:]))
	}
	return at
}

// hostName gives the longest beginning of a name that lies under a public
// top-level domain; empty if there is none.
func hostName(name string) string {
	for {
		i := strings.LastIndexByte(name, '.')
		if i < 1 {
			return ""
		}
		if public(name[i+1:]) {
			return name
		}
		// What follows without a space may be in another script.
		if ascii := strings.IndexFunc(name[i+1:], func(r rune) bool { return r >= utf8.RuneSelf }); ascii > 0 && public(name[i+1:i+1+ascii]) {
			return name[:i+1+ascii]
		}
		name = name[:i]
	}
}

// public reports whether a label is a top-level domain.
func public(label string) bool {
	top, err := idna.Lookup.ToASCII(strings.ToLower(label))
	if err != nil {
		return false
	}
	_, listed := publicsuffix.PublicSuffix("x." + top)
	return listed
}

// unhosted takes the server out of mentions: @user@example.org counts as @user.
func unhosted(text string) string {
	if strings.Count(text, "@") < 2 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, m := range mention.FindAllStringSubmatchIndex(text, -1) {
		if mentionable(text[:m[0]], text[m[1]:]) {
			b.WriteString(text[at:m[2]])
			at = m[3]
		}
	}
	return b.String() + text[at:]
}

// mentionable reports whether a mention may stand between two texts.
func mentionable(before, after string) bool {
	r, size := utf8.DecodeLastRuneInString(before)
	inside := size > 0 && (r == '=' || r == '/' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
	return !inside && !strings.HasPrefix(after, "@") && !strings.HasPrefix(after, "://")
}
