package bluesky

import "strings"

// facet marks a part of a post's text. Offsets count bytes of UTF-8
// (lexicon app.bsky.richtext.facet).
type facet struct {
	Index    slice  `json:"index"`
	Features []mark `json:"features"`
}

type slice struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

// mark is what a facet means.
type mark struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	DID  string `json:"did,omitempty"`
	Tag  string `json:"tag,omitempty"`
}

// compose gives a text as it is posted: with its links shortened, and with the
// facets of what it holds. A mention of an account that is not known stays
// words.
func compose(text string, accounts map[string]string) (string, []facet) {
	var b strings.Builder
	var facets []facet
	from := 0
	for _, f := range features(text) {
		b.WriteString(text[from:f.start])
		from = f.end
		start := b.Len()
		shown := text[f.start:f.end]
		if f.sort == link {
			shown = shortened(shown)
		}
		b.WriteString(shown)
		if m, ok := f.mark(accounts); ok {
			facets = append(facets, facet{Index: slice{start, b.Len()}, Features: []mark{m}})
		}
	}
	b.WriteString(text[from:])
	return b.String(), facets
}

func (f feature) mark(accounts map[string]string) (mark, bool) {
	m := mark{Type: "app.bsky.richtext.facet#" + string(f.sort)}
	switch f.sort {
	case link:
		m.URI = f.value
	case tag:
		m.Tag = f.value
	case mention:
		m.DID = accounts[f.value]
		return m, m.DID != ""
	}
	return m, true
}
