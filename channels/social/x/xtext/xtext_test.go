package xtext

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want int
	}{
		"empty":                   {"", 0},
		"Latin":                   {"Llyfrgell ŵyl", 13},
		"composed":                {"é", 1},
		"decomposed":              {"e\u0301", 1},
		"a mark that stays":       {"x\u0301", 2},
		"Arabic":                  {"المكتبة", 7},
		"Hebrew with points":      {"שָׁלוֹם", 7}, // its composed form keeps every mark
		"Chinese":                 {"图书馆", 6},
		"Hangul composed":         {"한국", 4},
		"Hangul in letters":       {"\u1112\u1161\u11ab", 2},
		"Devanagari":              {"पुस्तक", 6},
		"Tibetan":                 {"དཔེ", 3},
		"curly quotes":            {"“a”", 3},
		"a dash":                  {"a – b", 5},
		"an ellipsis":             {"…", 2},
		"the euro sign":           {"€", 2},
		"a line break":            {"a\nb", 3},
		"one emoji":               {"😀", 2},
		"a family":                {"👩‍👩‍👧‍👦", 2},
		"a family of two tones":   {"👩🏽‍🤝‍👨🏿", 2},
		"a tone":                  {"👍🏽", 2},
		"a heart":                 {"❤️", 2},
		"a heart on fire":         {"❤️‍🔥", 2},
		"a heart as text":         {"❤\ufe0e", 4},
		"a flag":                  {"🇬🇧", 2},
		"half a flag":             {"🇬", 2},
		"Wales":                   {"🏴󠁧󠁢󠁷󠁬󠁳󠁿", 2},
		"a flag with other tags":  {"🏴󠁵󠁳󠁿", 8},
		"a flag that never ends":  {"🏴󠁧󠁢󠁷", 8},
		"a key":                   {"1️⃣", 2},
		"a key without selector":  {"#⃣", 2},
		"a digit":                 {"1", 1},
		"a digit with a selector": {"1\ufe0f", 3},
		"copyright":               {"©", 1},
		"copyright as emoji":      {"©️", 2},
		"a joiner that joins not": {"a\u200db", 3},
		"a joiner at the end":     {"😀\u200d", 3},
		"an emoji with an accent": {"😀\u0301", 3},
		"a tone on a letter":      {"中🏽", 4},
		"a link":                  {"https://news.example.org/news/library-opens-x7", 23},
		"a short link":            {"http://a.uk", 23},
		"a bare domain":           {"example.com", 23},
		"a domain of one's own":   {"Read news.gov.scot today", 5 + 23 + 6},
		"a domain at an end":      {"See example.com.", 4 + 23 + 1},
		"parentheses":             {"(https://en.wikipedia.org/wiki/Primer_(film))", 25},
		"a Unicode domain":        {"http://bücher.example.みんな/a", 23},
		"a mail address":          {"press@example.org", 17},
		"a file name":             {"plan.xyzzy", 10},
		"no domain":               {"http://localhost:8080/news", 26},
		"an address in numbers":   {"http://127.0.0.1/a", 18},
		"two links":               {"a.com b.org", 47},
	}
	for name, test := range tests {
		if got := New().Count(test.text); got != test.want {
			t.Errorf("%s: %q counts %d, want %d", name, test.text, got, test.want)
		}
	}
}

func TestLinksStopAtTheirBounds(t *testing.T) {
	t.Parallel()
	label := func(n int) string { return "http://" + strings.Repeat("a", n) + ".com" }
	long := func(n int) string { return "http://a.com/" + strings.Repeat("a", n-len("http://a.com/")) }
	key := func(n int) string { return "https://t.co/" + strings.Repeat("a", n) }
	for text, linked := range map[string]bool{
		label(63): true, label(64): false, long(4096): true, long(4097): false, key(40): true, key(41): false,
	} {
		if got := found(text); (len(got) == 1) != linked {
			t.Errorf("%.40s… of %d: got %d links", text, len(text), len(got))
		}
	}
}

// pieces are texts whose counts add up, as none of them goes on with another.
var pieces = map[string]int{
	"word ": 5, "图书馆 ": 7, "👩‍👩‍👧‍👦 ": 3, "https://news.example.org/a_(b) ": 24, "example.com, ": 25, "שלום ": 5,
	"🇬🇧🇫🇷 ": 5, "e\u0301 ": 2, "\n": 1, "“quoted” ": 9,
}

func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	names := make([]string, 0, len(pieces))
	for piece := range pieces {
		names = append(names, piece)
	}
	slices.Sort(names)
	c := New()
	rapid.Check(t, func(t *rapid.T) {
		text, want := "", 0
		for _, piece := range rapid.SliceOf(rapid.SampledFrom(names)).Draw(t, "pieces") {
			text, want = text+piece, want+pieces[piece]
		}
		if got := c.Count(text); got != want {
			t.Fatalf("%q counts %d, want %d", text, got, want)
		}
	})
}

func FuzzCount(f *testing.F) {
	for piece := range pieces {
		f.Add(piece)
	}
	for _, s := range []string{"http://a.b.cd/(", "@http://x.com", "\xff.com", "xn--.com", "a.xn--", "1\ufe0f\u20e3", "🏴\U000e0067", "t.co/x?y#z", "http://.com", "-.-"} {
		f.Add(s)
	}
	c := New()
	f.Fuzz(func(t *testing.T, text string) {
		n := c.Count(text)
		composed := norm.NFC.String(text)
		if n < 0 || n > LinkWeight*utf8.RuneCountInString(composed) || n == 0 && text != "" {
			t.Fatalf("%q counts %d", text, n)
		}
		end := 0
		for _, l := range c.Links(composed) {
			if l.Start < end || l.End <= l.Start || l.End > len(composed) {
				t.Fatalf("%q: link at %+v", composed, l)
			}
			end = l.End
		}
	})
}
