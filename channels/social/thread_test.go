package social_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"clarion/channels/social"
)

func thread(limit, last int) social.Thread {
	return social.Thread{Count: uniseg.GraphemeClusterCount, Limit: limit, Unit: "characters", Last: last}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	family := "👩‍👩‍👧‍👦"
	tests := []struct {
		name        string
		limit, last int
		text        string
		want        []string
	}{
		{"below the limit", 10, 0, "123456789", []string{"123456789"}},
		{"at the limit", 10, 0, "1234567890", []string{"1234567890"}},
		{"above it", 10, 0, "12345 67890", []string{"12345", "67890"}},
		{"at the limit with a link", 10, 4, "12 456", []string{"12 456"}},
		{"above it with a link", 10, 5, "12 456", []string{"12", "456"}},
		{"between paragraphs", 20, 0, "First of them.\n\nSecond. Third.", []string{"First of them.", "Second. Third."}},
		{"a short title takes what fits", 20, 0, "Title\n\nOne two. Three four five.", []string{"Title\n\nOne two.", "Three four five."}},
		{"between sentences", 20, 0, "One two three. Four five six.", []string{"One two three.", "Four five six."}},
		{"after a closing quote", 20, 0, "“One two three.” Four five six.", []string{"“One two three.”", "Four five six."}},
		{"between words", 10, 0, "one two three four", []string{"one two", "three four"}},
		{"not at a space that holds", 8, 0, "one 10\u00a0000 x", []string{"one", "10\u00a0000 x"}},
		{"joined emoji", 3, 0, family + family + " " + family, []string{family + family, family}},
		{"combining marks", 4, 0, "e\u0301e\u0301e\u0301 e\u0301", []string{"e\u0301e\u0301e\u0301", "e\u0301"}},
		{"right to left", 12, 0, "المكتبة مفتوحة. الدخول", []string{"المكتبة", "مفتوحة.", "الدخول"}},
		{"Chinese", 8, 0, "图书馆周日开放。欢迎光临。", []string{"图书馆周日开放。", "欢迎光临。"}},
		{"Japanese without a stop", 4, 0, "図書館が開きます", []string{"図書館が", "開きます"}},
		{"an address is not broken", 26, 0, "看看 https://example.org/图书馆/a", []string{"看看", "https://example.org/图书馆/a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, problems := thread(test.limit, test.last).Split("summary", test.text)
			if diff := cmp.Diff(test.want, got); diff != "" || len(problems) > 0 {
				t.Errorf("problems %+v (-want +got):\n%s", problems, diff)
			}
		})
	}
}

func TestSplitLimits(t *testing.T) {
	t.Parallel()
	const limit = 10
	posts := func(n int) string { return strings.TrimSpace(strings.Repeat("one two 10\n\n", n)) }
	for _, test := range []struct {
		name, text string
		last       int
		problem    string
	}{
		{"a word at the limit", "a " + strings.Repeat("x", limit), 0, ""},
		{"a word above it", "a " + strings.Repeat("x", limit+1), 0, "one word has 11 characters, a post has room for 10"},
		{"a word that leaves a link no room", strings.Repeat("x", limit), 3, "one word has 10 characters, a post has room for 7"},
		{"as many posts as a thread may have", posts(social.MaxPosts), 0, ""},
		{"one more", posts(social.MaxPosts + 1), 0, "the text has 310 characters, more than a thread of 25 posts of 10 can hold"},
		{"very long", strings.Repeat("x y ", 1_000_000), 0, "the text has 4000000 characters, more than a thread of 25 posts of 10 can hold"},
	} {
		got, problems := thread(limit, test.last).Split("summary", test.text)
		switch {
		case test.problem == "" && (len(problems) > 0 || len(got) == 0):
			t.Errorf("%s: %+v", test.name, problems)
		case test.problem != "" && (len(problems) != 1 || problems[0].Says != test.problem || problems[0].Field != "summary" || got != nil):
			t.Errorf("%s: %+v, %d posts", test.name, problems, len(got))
		}
	}
}

// Whatever the text, nothing is lost, nothing is too long and no address is
// torn.
func TestSplitLosesNothing(t *testing.T) {
	t.Parallel()
	word := rapid.OneOf(
		rapid.StringMatching(`[a-z]{1,9}[.!?,]?`), rapid.StringMatching(`\p{Han}{1,12}。?`), rapid.StringMatching(`\p{Arabic}{1,9}؟?`),
		rapid.Just("https://example.org/a_(b)/图"), rapid.Just("👩‍👩‍👧‍👦"), rapid.Just("e\u0301"), rapid.String(),
	)
	space := rapid.SampledFrom([]string{" ", "\n", "\n\n", "\u00a0", ""})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 60).Draw(t, "words") {
			b.WriteString(word.Draw(t, "word") + space.Draw(t, "space"))
		}
		text := social.Tidy(strings.ToValidUTF8(b.String(), ""))
		limit := rapid.IntRange(20, 80).Draw(t, "limit")
		th := thread(limit, rapid.IntRange(0, 15).Draw(t, "last"))
		posts, problems := th.Split("summary", text)
		if len(problems) > 0 || text == "" {
			return
		}
		for i, post := range posts {
			n := th.Count(post)
			if i == len(posts)-1 {
				n += th.Last
			}
			if n > limit || post == "" || !utf8.ValidString(post) {
				t.Fatalf("post %d of %d counts %d: %q", i+1, len(posts), n, post)
			}
		}
		if got, want := bare(strings.Join(posts, " ")), bare(text); got != want {
			t.Fatalf("lost something:\n%q\n%q", got, want)
		}
		address := regexp.MustCompile(`https://example\.org/a_\(b\)/图`)
		if a, b := len(address.FindAllString(text, -1)), len(address.FindAllString(strings.Join(posts, "\x00"), -1)); a != b {
			t.Fatalf("%d addresses became %d: %q", a, b, posts)
		}
	})
}

func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

func BenchmarkSplit(b *testing.B) {
	text := strings.TrimSpace(strings.Repeat("A sentence of some length, with several words. ", 240))
	for b.Loop() {
		if posts, problems := thread(500, 25).Split("summary", text); len(posts) < 20 || len(problems) > 0 {
			b.Fatal(len(posts), problems)
		}
	}
}
