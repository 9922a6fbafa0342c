package bluesky

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clarion/channels"
)

// textsOf gives the texts of a rendering's posts.
func textsOf(tb testing.TB, c *Channel, r channels.Rendering) []string {
	tb.Helper()
	previews, err := c.Preview(r, delivery(r, nil).Values)
	if err != nil {
		tb.Fatal(err)
	}
	var texts []string
	for _, p := range previews {
		texts = append(texts, p.Text)
	}
	return texts
}

func TestLimits(t *testing.T) {
	t.Parallel()
	c := offline(t)
	const page = len("\n\nnews.example.org/news/.") // in characters
	for name, test := range map[string]struct {
		script string
		limit  int
	}{
		"Latin": {"a", 300}, "Welsh": {"ŵ", 300}, "combining marks": {"e\u0301", 300}, "right to left": {"ن", 300},
		"Chinese": {"水", 300}, "Devanagari": {"नि", 300}, "emoji with a tone": {"👍🏽", 300}, "flags": {"🇬🇧", 300},
		"joined emoji, by their bytes": {"👩‍👩‍👧‍👦", 120},
	} {
		for _, linked := range []bool{false, true} {
			limit := test.limit
			if linked {
				limit -= (page*test.limit + maxLength - 1) / maxLength
			}
			for n, fits := range map[int]bool{limit - 1: true, limit: true, limit + 1: false} {
				r, problems := c.Render(channels.Post{Title: strings.Repeat(test.script, n), HasPage: linked})
				one := len(problems) == 0 && len(postsOf(r)) == 1 && r.Length <= maxLength
				if one != fits || !fits && len(problems) == 0 && len(postsOf(r)) != 2 {
					t.Errorf("%s, linked %t: %d count %d in %d posts, %+v", name, linked, n, r.Length, len(postsOf(r)), problems)
				}
			}
		}
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	c := offline(t)
	sentence := strings.Repeat("x", 98) + ". " // 100 characters
	for _, test := range []struct {
		title string
		page  bool
		want  int
	}{
		{strings.Repeat(sentence, 3), false, 1},
		{strings.Repeat(sentence, 4), false, 2},
		{strings.Repeat(sentence, 3), true, 2},
		{strings.Repeat(sentence, 75), false, 25},
	} {
		r := render(t, c, channels.Post{Title: test.title, HasPage: test.page})
		texts := textsOf(t, c, r)
		if len(texts) != test.want {
			t.Errorf("%d characters make %d posts, want %d", len(test.title), len(texts), test.want)
		}
		if all := strings.Join(texts, " "); !strings.HasPrefix(all, strings.TrimSpace(test.title)) {
			t.Errorf("%d characters: text was lost", len(test.title))
		}
	}
	if _, problems := c.Render(channels.Post{Title: strings.Repeat(sentence, 76)}); len(problems) != 1 || !strings.Contains(problems[0].Says, "25 posts") {
		t.Errorf("76 sentences: %+v", problems)
	}
}

// A long address counts as it shows, and the whole of it is followed.
func TestALongAddressCountsAsItShows(t *testing.T) {
	t.Parallel()
	c := offline(t)
	link := "https://example.org/" + strings.Repeat("p", 400)
	r := render(t, c, channels.Post{Title: "See " + link})
	if r.Length != len("See example.org/pppppppppppp.") {
		t.Errorf("counts %d", r.Length)
	}
	body, err := mustDocument(t, r, "post/1").Fill(delivery(r, nil).Values)
	if err != nil || !strings.Contains(string(body), link) {
		t.Errorf("the address is not in %s, %v", body, err)
	}
}

func TestSplitsFit(t *testing.T) {
	t.Parallel()
	c := offline(t)
	word := rapid.OneOf(rapid.StringMatching(`[a-zé]{1,30}[.!]?`), rapid.SampledFrom([]string{
		"https://example.org/a/long/path/to/somewhere", "👩‍👩‍👧‍👦", "水水水", "#tag", "نص", "\n\n",
	}))
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOfN(word, 1, 200).Draw(rt, "words")
		page := rapid.Bool().Draw(rt, "page")
		r, problems := c.Render(channels.Post{Title: strings.Join(words, " "), HasPage: page, Language: "en"})
		if len(problems) > 0 {
			return // nothing but line ends, or too long
		}
		texts := textsOf(t, c, r)
		for i, text := range texts {
			if n := length(text); n < 1 || n > maxLength || n > r.Length {
				rt.Fatalf("post %d has %d characters, the rendering %d: %q", i+1, n, r.Length, text)
			}
		}
		if last := texts[len(texts)-1]; page != strings.HasSuffix(last, "\n\nnews.example.org/news/…") {
			rt.Fatalf("the last post ends %q", last)
		}
		for _, w := range words {
			if _, is := linkIn(w); !is && strings.TrimSpace(w) != "" && !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, w) }) {
				rt.Fatalf("%q is in no post", w)
			}
		}
	})
}

func TestProblems(t *testing.T) {
	t.Parallel()
	c := offline(t)
	image := assetOf("map.png", pngOf(t, line(8, 8)))
	nth := func(n int) []channels.Asset {
		var all []channels.Asset
		for i := range n {
			a := image
			a.Name = fmt.Sprintf("map-%d.png", i)
			all = append(all, a)
		}
		return all
	}
	with := func(a channels.Asset, alt string) []channels.Asset {
		a.Alt = alt
		return []channels.Asset{a}
	}
	large, animated := image, image
	large.Size, animated.MediaType = maxImage+1, "image/gif"
	tests := map[string]struct {
		post  channels.Post
		field string // of the one problem; empty for none
	}{
		"nothing to say":             {channels.Post{}, "title"},
		"a control character":        {channels.Post{Title: "a\x00b"}, "title"},
		"one long word":              {channels.Post{Title: "One", Summary: strings.Repeat("x", 301)}, "summary"},
		"a warning":                  {channels.Post{Title: "One", Variant: channels.Variant{Warning: "Flood"}}, "variant.warning"},
		"public":                     {channels.Post{Title: "One", Variant: channels.Variant{Visibility: "public"}}, ""},
		"unlisted":                   {channels.Post{Title: "One", Variant: channels.Variant{Visibility: "unlisted"}}, "variant.visibility"},
		"an edit":                    {channels.Post{Title: "One", Action: channels.Edit, OriginalPosts: 1}, "plan.channels"},
		"four images":                {channels.Post{Title: "One", Assets: nth(4)}, ""},
		"five images":                {channels.Post{Title: "One", Assets: nth(5)}, "assets"},
		"no description":             {channels.Post{Title: "One", Assets: with(image, " ")}, "assets[map.png]"},
		"a long description":         {channels.Post{Title: "One", Assets: with(image, strings.Repeat("ŵ", 2000))}, ""},
		"one that is too long":       {channels.Post{Title: "One", Assets: with(image, strings.Repeat("ŵ", 2001))}, "assets[map.png]"},
		"too large, not at hand":     {channels.Post{Title: "One", Assets: []channels.Asset{large}}, "assets[map.png]"},
		"a GIF, not at hand":         {channels.Post{Title: "One", Assets: []channels.Asset{animated}}, "assets[map.png]"},
		"gone":                       {channels.Post{Title: "One", Assets: []channels.Asset{image}, Content: contentOf(t)}, "assets[map.png]"},
		"an unknown account":         {channels.Post{Title: "@nobody.example.org @nobody.example.org", Facts: []byte(`{"accounts":{"nobody.example.org":""}}`)}, "title"},
		"one that was not asked for": {channels.Post{Title: "@late.example.org", Facts: []byte(`{"accounts":{}}`)}, "title"},
		"facts that are none":        {channels.Post{Title: "One", Facts: []byte(`[`)}, "title"},
		"a mention without facts":    {channels.Post{Title: "@nobody.example.org"}, ""},
	}
	for name, test := range tests {
		_, problems := c.Render(test.post)
		if test.field == "" && len(problems) > 0 || test.field != "" && (len(problems) != 1 || problems[0].Field != test.field || problems[0].Try == "" || problems[0].Says == "") {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

func TestImagesAreFittedAtRendering(t *testing.T) {
	t.Parallel()
	c := offline(t)
	photo := assetOf("photo.png", plainPNG(t, line(700, 600)))
	broken := assetOf("broken.png", []byte("\x89PNG\r\n\x1a\nnothing else"))
	post := channels.Post{Title: "Flood", Assets: []channels.Asset{photo}, Content: contentOf(t, photo, broken)}
	r := render(t, c, post)
	doc := mustDocument(t, r, "media/"+photo.SHA256)
	content, err := doc.Fill(channels.Values{}) // no asset is asked for
	if err != nil || len(content) == 0 || len(content) > maxImage || photo.Size <= maxImage {
		t.Errorf("%d bytes of %d, %v", len(content), photo.Size, err)
	}
	previews, err := c.Preview(r, channels.Values{})
	if err != nil || len(previews) != 1 || len(previews[0].Images) != 1 {
		t.Fatalf("%+v, %v", previews, err)
	}
	if i := previews[0].Images[0]; i.SHA256 == photo.SHA256 || i.Alt != photo.Alt {
		t.Errorf("shows %+v", i)
	}
	post.Assets = append(post.Assets, broken)
	if _, problems := c.Render(post); len(problems) != 1 || problems[0].Field != "assets[broken.png]" {
		t.Errorf("a broken image: %+v", problems)
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set  []string
		post string
		want string
	}{
		"the message's": {nil, "cy", `"langs":["cy"]`}, "the channel's": {[]string{"en", "cy"}, "ar", `"langs":["en","cy"]`},
		"none": {nil, "", `"text":"One","createdAt"`},
	} {
		c := offline(t, func(s *settings) { s.Languages = test.set })
		r := render(t, c, channels.Post{Title: "One", Language: test.post})
		body, err := mustDocument(t, r, "post/1").Fill(delivery(r, nil).Values)
		if err != nil || !strings.Contains(string(body), test.want) {
			t.Errorf("%s: %s, %v", name, body, err)
		}
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	c := offline(t)
	values := channels.Values{PageAddress: "https://news.example.org/news/gauges-x7"}
	got, err := c.Preview(render(t, c, gauges()), values)
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	want := "New gauges at 12 rivers\n\nThey tell the level every 5 minutes.\n\nnews.example.org/news/…"
	if p := got[0]; p.Text != want || p.Length != length(want) || p.Limit != 300 || p.Language != "en-GB" || p.Card != values.PageAddress {
		t.Errorf("got %+v", p)
	}
	gone := gauges()
	gone.Action = channels.Delete
	if got, err := c.Preview(render(t, c, gone), values); err != nil || len(got) != 0 {
		t.Errorf("a deletion shows as %+v, %v", got, err)
	}
	if _, err := c.Preview(render(t, c, gauges()), channels.Values{}); err == nil {
		t.Error("no error without the page's address")
	}
	odd := channels.Rendering{Documents: []channels.Document{{Name: "post/1", Parts: []channels.Part{{Literal: []byte("{")}}}}}
	if _, err := c.Preview(odd, values); err == nil {
		t.Error("no error for what is no JSON")
	}
}
