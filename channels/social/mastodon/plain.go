package mastodon

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"
)

// shown is a post's content as readers see it.
type shown struct {
	text  string
	links []string // where its links point
}

// plain reads the content of a post, which is HTML (entities/Status, content).
func plain(content string) shown {
	var s shown
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(content))
	tokens.SetMaxBuf(len(content) + 1)
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end, or no HTML from here on
			if tokens.Err() != io.EOF { //nolint:errorlint // the tokenizer answers the value itself
				b.Write(tokens.Raw())
			}
			s.text = b.String()
			return s
		case html.TextToken:
			b.Write(tokens.Text())
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			token := tokens.Token()
			if slices.Contains([]string{"p", "br", "div", "li", "blockquote"}, token.Data) {
				b.WriteByte('\n')
			}
			s.links = append(s.links, targets(token)...)
		}
	}
}

func targets(t html.Token) []string {
	if t.Data != "a" {
		return nil
	}
	var all []string
	for _, a := range t.Attr {
		if a.Key == "href" {
			all = append(all, a.Val)
		}
	}
	return all
}

// sameText compares two texts as readers see them: whatever white space, form
// of composition and spelling of mentions they have.
func sameText(a, b string) bool { return slices.Equal(wordsOf(a), wordsOf(b)) }

func wordsOf(text string) []string { return strings.Fields(norm.NFC.String(unhosted(text))) }
