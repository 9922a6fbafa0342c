package mastodon

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	t.Parallel()
	const link = 23
	long := "https://example.org/" + strings.Repeat("a", 300)
	for _, test := range []struct {
		name, text string
		want       int
	}{
		{"nothing", "", 0},
		{"letters", "abc", 3},
		{"combining marks", "e\u0301w\u0302", 2},
		{"joined emoji", "👩‍👩‍👧‍👦👍🏽🏴󠁧󠁢󠁷󠁬󠁳󠁿", 3},
		{"Hangul from its parts", "각", 1},
		{"Devanagari", "नमस्ते", 4},
		{"right to left", "مرحبا", 5},
		{"Chinese", "图书馆", 3},
		{"a line break", "a\n\nb", 4},
		{"a link", long, link},
		{"a short link", "http://a.uk", link},
		{"capitals", "HTTPS://EXAMPLE.ORG/A", link},
		{"another scheme", "gemini://example.org/", link},
		{"a link in a text", "see " + long + " now", 4 + link + 4},
		{"two links", long + " " + long, link + 1 + link},
		{"a bare domain", "example.org", 11},
		{"a path without a scheme", "example.org/a", 13},
		{"a scheme alone", "https://", 8},
		{"a host alone", "http://localhost/abc", 20},
		{"a domain that does not exist", "https://example.invalidtld/abcdef", 33},
		{"a part of a name that exists", "https://example.org.invalidtld", link + len(".invalidtld")},
		{"an address in numbers", "http://127.0.0.1/", 17},
		{"an internationalised domain", "https://bücher.example.de/ü", link},
		{"an internationalised ending", "https://例子.中国/图书馆", link},
		{"its ASCII form", "https://xn--fsqu00a.xn--fiqs8s/", link},
		{"a text without space after it", "https://example.org更多", link + 2},
		{"a stop without space after it", "https://example.org。更多", link + 3},
		{"a port", "https://example.org:8443/a", link},
		{"a query", "https://example.org/?a=1&b=%20#c", link},
		{"a query without a path", "https://example.org?a=1", link},
		{"a stop behind it", "https://example.org/a.", link + 1},
		{"a question behind it", "https://example.org/a?", link + 1},
		{"a quote behind it", "“https://example.org/a”", 1 + link},
		{"in parentheses", "(https://example.org/a)", 1 + link + 1},
		{"with parentheses", "https://example.org/a_(b)", link},
		{"with parentheses, in parentheses", "(https://example.org/a_(b))", 1 + link + 1},
		{"with nested parentheses", "https://example.org/a_(b(c)d)", link},
		{"with empty parentheses", "https://example.org/a()", link + 2},
		{"a slash at the end", "https://example.org/a/", link},
		{"behind a letter", "xhttps://example.org", 20},
		{"behind an at sign", "@https://example.org", 20},
		{"behind a letter of another script", "看https://example.org/", 1 + link},
		{"the longest link", "https://example.org/" + strings.Repeat("a", maxLink-20), link},
		{"one longer is none", "https://example.org/" + strings.Repeat("a", maxLink-19), maxLink + 1},
		{"a mention here", "@office", 7},
		{"a mention elsewhere", "@office@example.org", 7},
		{"a mention in a text", "by @a.b@example.org.", 3 + 4 + 1},
		{"a mention of a server in another script", "@a@bücher.example", 2},
		{"a mail address", "office@example.org", 18},
		{"three at signs", "@a@b@c", 6},
		{"a profile's address", "https://example.org/@a@example.com", link},
		{"behind a slash", "/@a@example.org", 15},
	} {
		if got := defaults().count(test.text); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// A compatible server that is not Mastodon counts code points, and links in
// full.
func TestCountElsewhere(t *testing.T) {
	t.Parallel()
	l := limits{LinkWeight: 23}
	for text, want := range map[string]int{
		"": 0, "e\u0301": 2, "👩‍👩‍👧‍👦": 7, "https://example.org/abcdefghijk": 31, "@a@example.org": 14,
	} {
		if got := l.count(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if n := l.page("\n\n", "https://news.example.org"); n < 2+len(homePage) {
		t.Errorf("a page counts %d, its address has %d characters", n, len(homePage))
	}
	if n := defaults().page("\n\n", "https://news.example.org"); n != 25 {
		t.Errorf("a page counts %d", n)
	}
}

// Wherever links stand, each counts its weight, and the rest what it counts
// alone.
func TestCountAddsUp(t *testing.T) {
	t.Parallel()
	l := defaults()
	words := rapid.SampledFrom([]string{"word", "łódź", "图", "👩‍👩‍👧‍👦", "e\u0301", "a.b", "(", "x@y"})
	addresses := rapid.SampledFrom([]string{"https://example.org/a_(b)", "http://bücher.de/?q=ü", "https://a.co.uk:80/x/"})
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		want := 0
		for range rapid.IntRange(1, 20).Draw(t, "parts") {
			part, n := words.Draw(t, "word"), 0
			if n = characters(part); rapid.Bool().Draw(t, "link") {
				part, n = addresses.Draw(t, "address"), l.LinkWeight
			}
			parts = append(parts, part)
			want += n
		}
		want += len(parts) - 1
		if got := l.count(strings.Join(parts, " ")); got != want {
			t.Fatalf("%q counts %d, want %d", parts, got, want)
		}
	})
}

func FuzzCount(f *testing.F) {
	for _, seed := range []string{"https://example.org/a_(b)?c=d#e @a@b.example", "https://例子.中国。", "((((", "@@@", "https://a.b/" + strings.Repeat("(", 50), "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, link := range links(text) {
			if link[0] < at || link[1] <= link[0] || link[1] > len(text) {
				t.Fatalf("%q: links %v", text, links(text))
			}
			at = link[1]
		}
		n := defaults().count(text)
		if most := utf8.RuneCountInString(text) + len(links(text))*23; n < 0 || n > most {
			t.Fatalf("%q counts %d, at most %d", text, n, most)
		}
		_ = wordsOf(plain(text).text)
	})
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "en", "en-GB": "en", "cy-GB": "cy", "ar": "ar", "zh": "zh-CN", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "zh-HK": "zh-HK",
		"zh-TW": "zh-TW", "zh-Hant-HK": "zh-HK", "zh-SG": "zh-CN", "pt-BR": "pt", "gd": "gd", "sco": "sco", "eng": "en", "": "", "und": "", "x!": "",
	} {
		if got := languageOf(tag); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
}
