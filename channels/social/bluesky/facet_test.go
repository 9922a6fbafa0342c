package bluesky

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// recognised lists what is found in a text: its words and what they mean.
func recognised(text string) []string {
	var all []string
	for _, f := range features(text) {
		all = append(all, string(f.sort)+" "+text[f.start:f.end]+" = "+f.value)
	}
	return all
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	same := func(sort, word string) string { return sort + " " + word + " = " + strings.TrimLeft(word, "@#") }
	tests := map[string][]string{
		"":                                  nil,
		"plain words":                       nil,
		"See https://example.org/a?b=c#d.":  {same("link", "https://example.org/a?b=c#d")},
		"HTTPS://Example.org/A":             {"link HTTPS://Example.org/A = https://example.org/A"},
		"http://example.org, or":            {same("link", "http://example.org")},
		"(https://example.org)":             {same("link", "https://example.org")},
		"(see https://a.example/Foo_(bar))": {same("link", "https://a.example/Foo_(bar)")},
		"https://a.example/Foo_(bar) and":   {same("link", "https://a.example/Foo_(bar)")},
		"“https://example.org”":             {same("link", "https://example.org")},
		"https://example.org!?…":            {same("link", "https://example.org")},
		"https://example.org/ends-with-/":   {same("link", "https://example.org/ends-with-/")},
		"https://münchen.example/straße":    {"link https://münchen.example/straße = https://xn--mnchen-3ya.example/stra%C3%9Fe"},
		"https://пример.рф/":                {"link https://пример.рф/ = https://xn--e1afmkfd.xn--p1ai/"},
		"https://example.org/a|b\"c":        {"link https://example.org/a|b\"c = https://example.org/a%7Cb%22c"},
		"https://example.org/?q=ŵ":          {"link https://example.org/?q=ŵ = https://example.org/?q=%C5%B5"},
		"https://127.0.0.1:8080/x":          {same("link", "https://127.0.0.1:8080/x")},
		"https://[::1]/x":                   {same("link", "https://[::1]/x")},
		"https://user:pass@example.org/":    nil,
		"https://":                          nil,
		"https:///path":                     nil,
		"https://exa mple, or":              {same("link", "https://exa")},
		"https://example.org/%zz":           nil,
		"ftp://example.org":                 nil,
		"javascript:alert(1)":               nil,
		"example.org":                       {"link example.org = https://example.org"},
		"Example.co.uk/path, it":            {"link Example.co.uk/path = https://example.co.uk/path"},
		"münchen.de":                        {"link münchen.de = https://xn--mnchen-3ya.de"},
		"news.example.gov.uk":               {"link news.example.gov.uk = https://news.example.gov.uk"},
		"e.g. this, v1.2, 3.5 and file.txt": nil,
		"gov.uk":                            nil, // a public suffix itself
		"press@example.org":                 nil,
		"example.org:8080":                  nil,
		"…example.org":                      nil,
		"@office.example.org":               {same("mention", "@office.example.org")},
		"(@Office.Example.org), and":        {"mention @Office.Example.org = office.example.org"},
		"@office.example.org's":             {same("mention", "@office.example.org")},
		"@office.example.org.":              {same("mention", "@office.example.org")},
		"@office":                           nil,
		"@office@example.social":            nil,
		"mail a@office.example.org":         nil,
		"@ @. @-":                           nil,
		"#floods":                           {same("tag", "#floods")},
		"#Floods, (#rivers) #a-b_c!":        {same("tag", "#Floods"), same("tag", "#rivers"), same("tag", "#a-b_c")},
		"＃洪水 #فيضان #Ŵyl":                   {"tag ＃洪水 = 洪水", same("tag", "#فيضان"), same("tag", "#Ŵyl")},
		"#2027 #1st # #- #️⃣":               {same("tag", "#1st")},
		"a#b":                               nil,
		"##double":                          {"tag ##double = #double"},
		"#" + strings.Repeat("a", 64):       {same("tag", "#"+strings.Repeat("a", 64))},
		"#" + strings.Repeat("a", 65):       nil,
		"#e\u0301te\u0301 #one\u200btwo":    {same("tag", "#e\u0301te\u0301"), same("tag", "#one")},
		"نص https://example.org/أ نص":       {"link https://example.org/أ = https://example.org/%D8%A3"},
		"👩‍👩‍👧‍👦 https://example.org 👍🏽 #👍🏽": {same("link", "https://example.org"), same("tag", "#👍🏽")},
		"one\nhttps://example.org\ttwo":      {same("link", "https://example.org")},
	}
	for text, want := range tests {
		if got := recognised(text); !cmp.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestShortened(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"https://example.org":                       "example.org",
		"https://example.org/":                      "example.org",
		"HTTP://Example.org/a":                      "Example.org/a",
		"https://example.org/23456789012345":        "example.org/23456789012345",
		"https://example.org/234567890123456":       "example.org/234567890123…",
		"https://example.org?q=234567890123456":     "example.org?q=2345678901…",
		"https://example.org/#34567890123456":       "example.org/#34567890123…",
		"example.org/ee\u0301\u0301eeeeeeeeeeeeeee": "example.org/ee\u0301\u0301eeeeeeeeee…",
		"https://example.org/👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦": "example.org/👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
	} {
		if got := shortened(link); got != want {
			t.Errorf("%s: got %q, want %q", link, got, want)
		}
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	text, facets := compose("Ŵ: https://example.org/very/long/path/indeed, @a.example.org and @nobody.example.org #Ŵyl",
		map[string]string{"a.example.org": fakeDID})
	if want := "Ŵ: example.org/very/long/pa…, @a.example.org and @nobody.example.org #Ŵyl"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	want := []facet{
		{slice{4, 31}, []mark{{Type: "app.bsky.richtext.facet#link", URI: "https://example.org/very/long/path/indeed"}}},
		{slice{33, 47}, []mark{{Type: "app.bsky.richtext.facet#mention", DID: fakeDID}}},
		{slice{72, 77}, []mark{{Type: "app.bsky.richtext.facet#tag", Tag: "Ŵyl"}}},
	}
	if !cmp.Equal(facets, want) {
		t.Errorf("got %+v, want %+v", facets, want)
	}
}

// fits says whether facets lie within a text, in order, at the borders of its
// characters.
func fits(t interface {
	Fatalf(format string, args ...any)
}, text string, facets []facet) {
	at := 0
	for _, f := range facets {
		if f.Index.Start < at || f.Index.End <= f.Index.Start || f.Index.End > len(text) {
			t.Fatalf("%q: a facet from %d to %d, behind %d", text, f.Index.Start, f.Index.End, at)
		}
		if part := text[f.Index.Start:f.Index.End]; !utf8.ValidString(part) {
			t.Fatalf("%q: a facet cuts a character: %q", text, part)
		}
		at = f.Index.End
		for _, m := range f.Features {
			if !ascii(m.URI) || m.URI+m.DID+m.Tag == "" {
				t.Fatalf("%q: marked as %+v", text, m)
			}
		}
	}
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

func TestFacetsFit(t *testing.T) {
	t.Parallel()
	word := rapid.OneOf(
		rapid.String(), rapid.SampledFrom([]string{
			"https://example.org/a_(b)", "example.org", "@a.example.org", "#tag", "Ŵ", "👩‍👩‍👧‍👦", "e\u0301", "(", ").", "日本", "\u200f", "نص",
			"https://münchen.example/" + strings.Repeat("ü", 30),
		}),
	)
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "words"), rapid.SampledFrom([]string{" ", "\n", ""}).Draw(t, "gap"))
		text, facets := compose(source, map[string]string{"a.example.org": fakeDID})
		fits(t, text, facets)
		if utf8.ValidString(source) && !utf8.ValidString(text) {
			t.Fatalf("%q became %q", source, text)
		}
		for _, f := range facets {
			if f.Features[0].URI == "" && !strings.Contains(source, text[f.Index.Start:f.Index.End]) {
				t.Fatalf("%q marks what is not there: %q", source, text[f.Index.Start:f.Index.End])
			}
		}
	})
}

func TestLength(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "abc": 3, "e\u0301": 1, "👍🏽": 1, "日本": 2, strings.Repeat("a", 300): 300,
		"👩‍👩‍👧‍👦":                            3, // 25 bytes, where a post has 3000 for its 300 characters
		"e" + strings.Repeat("\u0301", 1500): 301, "e" + strings.Repeat("\u0301", 1499) + "a": 300,
	} {
		if got := length(text); got != want {
			t.Errorf("%.20q: %d, want %d", text, got, want)
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, text := range []string{
		"See https://example.org/a_(b). @a.example.org #tag", "https://[::1]:x/ münchen.de/ü #️⃣ ＃洪水", "@. #- https:// \xff\xfe",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if !utf8.ValidString(source) {
			t.Skip("refused before")
		}
		text, facets := compose(source, map[string]string{"a.example.org": fakeDID})
		fits(t, text, facets)
	})
}
