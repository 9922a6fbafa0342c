package x

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/social"
)

var update = flag.Bool("update", false, "write the golden files")

// shownAs writes a rendering for people: its documents with their slots named.
func shownAs(r channels.Rendering) string {
	var b strings.Builder
	fmt.Fprintf(&b, "length %d\n", r.Length)
	for _, d := range r.Documents {
		fmt.Fprintf(&b, "\n--- %s (%s)\n", d.Name, d.MediaType)
		for _, p := range d.Parts {
			if p.Slot == channels.NoSlot {
				b.Write(p.Literal)
			} else {
				fmt.Fprintf(&b, "⟦%s %.8s %d⟧", p.Slot, p.Arg, p.Form)
			}
		}
		b.WriteByte('\n')
	}
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

func edited(change func(p *channels.Post)) channels.Post {
	p := channeltest.Post()
	change(&p)
	return p
}

// second is an image beside the first.
func second() channels.Asset {
	a := channeltest.Image()
	a.Name, a.Alt, a.SHA256, a.MediaType = "two.jpg", "The second", strings.Repeat("ab", 32), "image/jpeg"
	return a
}

func TestRenderingGolden(t *testing.T) {
	t.Parallel()
	for name, post := range map[string]channels.Post{
		"plain":   channeltest.Post(),
		"no-page": edited(func(p *channels.Post) { p.HasPage = false }),
		"variant": edited(func(p *channels.Post) { p.Variant.Text = "Ar agor <nawr> & \"erioed\" ☀️\r\nexample.com" }),
		"images": edited(func(p *channels.Post) {
			p.Assets = []channels.Asset{channeltest.Image(), channeltest.Attachment(), second(), channeltest.Image()}
		}),
		"animation": edited(func(p *channels.Post) {
			a := channeltest.Image()
			a.MediaType = "image/gif"
			p.Assets = []channels.Asset{a}
		}),
		"thread":     edited(func(p *channels.Post) { p.Summary = strings.TrimSpace(strings.Repeat("A sentence of it. ", 50)) }),
		"reply":      edited(func(p *channels.Post) { p.Action, p.Corrects = channels.Reply, "The old title" }),
		"correction": edited(func(p *channels.Post) { p.Corrects, p.Language = "Yr hen deitl", "cy-GB" }),
		"withdrawal": edited(func(p *channels.Post) { p.Withdraws = "The old title" }),
		"delete":     edited(func(p *channels.Post) { p.Action, p.OriginalPosts = channels.Delete, 2 }),
		"long-reply": edited(func(p *channels.Post) {
			p.Action, p.Withdraws, p.Language = channels.Reply, "Yr hen deitl", "cy"
			p.Summary = strings.TrimSpace(strings.Repeat("Brawddeg arall. ", 30))
		}),
	} {
		r, problems := made(t, byOAuth1(defaultAPI), nil).Render(post)
		if len(problems) > 0 {
			t.Errorf("%s: %+v", name, problems)
			continue
		}
		path, got := filepath.Join("testdata", name+".golden"), shownAs(r)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// scriptText is a text of a weight, in words of a script.
func scriptText(unit string, each, weight int) string {
	var b strings.Builder
	for weight > 10*each+1 {
		b.WriteString(strings.Repeat(unit, 10) + " ")
		weight -= 10*each + 1
	}
	return b.String() + strings.Repeat("b", weight)
}

func TestRenderAtTheLimit(t *testing.T) {
	t.Parallel()
	c := made(t, byOAuth1(defaultAPI), nil)
	for name, unit := range map[string]struct {
		text   string
		weight int
	}{
		"Latin": {"a", 1}, "Arabic": {"م", 1}, "Hebrew": {"ש", 1}, "Chinese": {"新", 2}, "Hangul": {"한", 2},
		"a joined emoji": {"👩‍👩‍👧‍👦", 2}, "a decomposed letter": {"e\u0301", 1}, "marks that stay": {"x\u0323\u0301", 3},
	} {
		for _, link := range []bool{false, true} {
			room := map[bool]int{false: 280, true: 255}[link]
			for delta, posts := range map[int]int{-1: 1, 0: 1, 1: 2} {
				post := channels.Post{Title: scriptText(unit.text, unit.weight, room+delta), HasPage: link}
				r, problems := c.Render(post)
				if got := len(named(r, postPrefix)); got != posts || len(problems) > 0 {
					t.Errorf("%s, link %t, %d over the limit: %d posts, %+v", name, link, delta, got, problems)
				}
				if want := 280 + delta; posts == 1 && r.Length != want {
					t.Errorf("%s, link %t: length %d, want %d", name, link, r.Length, want)
				}
			}
		}
	}
}

func TestRenderProblems(t *testing.T) {
	t.Parallel()
	image := func(change func(a *channels.Asset)) channels.Post {
		return edited(func(p *channels.Post) {
			a := channeltest.Image()
			change(&a)
			p.Assets = []channels.Asset{a}
		})
	}
	images := func(n int, mediaType string) channels.Post {
		return edited(func(p *channels.Post) {
			for i := range n {
				a := channeltest.Image()
				a.Name, a.SHA256, a.MediaType = fmt.Sprint(i), fmt.Sprintf("%064d", i), "image/png"
				if i == 0 {
					a.MediaType = mediaType
				}
				p.Assets = append(p.Assets, a)
			}
		})
	}
	tests := map[string]struct {
		post       channels.Post
		field, has string // of the problem; empty for none
	}{
		"nothing":           {channels.Post{}, "title", "nothing to post"},
		"a control":         {edited(func(p *channels.Post) { p.Title = "a\x00" }), "summary", "control"},
		"a noncharacter":    {edited(func(p *channels.Post) { p.Title = "a\uffff" }), "summary", "does not take"},
		"another":           {edited(func(p *channels.Post) { p.Title = "a\ufdd0" }), "summary", "does not take"},
		"a byte order mark": {edited(func(p *channels.Post) { p.Variant.Text = "a\ufeff" }), "variant.text", "does not take"},
		"one long word":     {edited(func(p *channels.Post) { p.Variant.Text = strings.Repeat("각", 141) }), "variant.text", "282"},
		"a warning":         {edited(func(p *channels.Post) { p.Variant.Warning = "w" }), "variant.warning", "behind a warning"},
		"a visibility":      {edited(func(p *channels.Post) { p.Variant.Visibility = "private" }), "variant.visibility", "public"},
		"an edit":           {edited(func(p *channels.Post) { p.Action = channels.Edit }), "channels", "edit"},
		"nothing to delete": {edited(func(p *channels.Post) { p.Action = channels.Delete }), "channels", "0 posts"},
		"alt at the limit":  {image(func(a *channels.Asset) { a.Alt = strings.Repeat("é", 1000) }), "", ""},
		"alt over it":       {image(func(a *channels.Asset) { a.Alt = strings.Repeat("é", 1001) }), "assets[photo.png]", "1001"},
		"no alt":            {image(func(a *channels.Asset) { a.Alt = " " }), "assets[photo.png]", "no description"},
		"size at the limit": {image(func(a *channels.Asset) { a.Size = 5 << 20 }), "", ""},
		"size over it":      {image(func(a *channels.Asset) { a.Size = 5<<20 + 1 }), "assets[photo.png]", "5.1 MB, X takes 5.0"},
		"WebP":              {image(func(a *channels.Asset) { a.MediaType = "image/webp" }), "", ""},
		"SVG":               {image(func(a *channels.Asset) { a.MediaType = "image/svg+xml" }), "assets[photo.png]", "svg+xml"},
		"four images":       {images(4, "image/jpeg"), "", ""},
		"five images":       {images(5, "image/jpeg"), "assets", "5 images"},
		"a GIF alone":       {images(1, "image/gif"), "", ""},
		"a GIF in company":  {images(2, "image/gif"), "assets", "only alone"},
	}
	for name, test := range tests {
		r, problems := made(t, byOAuth1(defaultAPI), nil).Render(test.post)
		if test.field == "" {
			if len(problems) > 0 {
				t.Errorf("%s: %+v", name, problems)
			}
			continue
		}
		if len(problems) != 1 || len(r.Documents) > 0 {
			t.Errorf("%s: %+v, %d documents", name, problems, len(r.Documents))
			continue
		}
		if p := problems[0]; p.Field != test.field || !strings.Contains(p.Says, test.has) || p.Try == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// Every post of a rendering is JSON, within the limit, and all of its words are
// there in their order.
func TestThreadKeepsEveryWord(t *testing.T) {
	t.Parallel()
	c := made(t, byOAuth1(defaultAPI), nil)
	word := rapid.SampledFrom([]string{"word", "新しい", "👩‍👩‍👧‍👦", "example.com", "“a”", "مرحبا", "e\u0301.", "a & <b>", "https://a.example.org/(x)!"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(word, 1, 200).Draw(t, "words"), rapid.SampledFrom([]string{" ", "\n", "\n\n"}).Draw(t, "gap"))
		post := channels.Post{Variant: channels.Variant{Text: text}, HasPage: rapid.Bool().Draw(t, "page")}
		r, problems := c.Render(post)
		if len(problems) > 0 {
			t.Fatalf("%+v", problems)
		}
		previews, err := c.Preview(r, channels.Values{PageAddress: "https://news.example.org/news/a-b-c"})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, p := range previews {
			if p.Length < 1 || p.Length > p.Limit {
				t.Fatalf("%q has %d", p.Text, p.Length)
			}
			all = append(all, p.Text)
		}
		want := text
		if post.HasPage {
			want += social.Gap + "https://news.example.org/news/a-b-c"
		}
		if got := spaced(strings.Join(all, " ")); got != spaced(want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestPreview(t *testing.T) {
	t.Parallel()
	c := made(t, byOAuth1(defaultAPI), nil)
	post := edited(func(p *channels.Post) { p.Assets = []channels.Asset{channeltest.Image(), second()} })
	r, _ := c.Render(post)
	values := channels.Values{PageAddress: "https://news.example.org/news/library"}
	got, err := c.Preview(r, values)
	want := []channels.Preview{{
		Text:   "Library opens on Sundays\n\nFrom May the central library opens from 10 to 4.\n\n" + values.PageAddress,
		Length: 99, Limit: 280,
		Images: []channels.PreviewImage{{SHA256: channeltest.Image().SHA256, Alt: "The new reading room"}, {SHA256: second().SHA256, Alt: "The second"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	r, _ = c.Render(channeltest.Post())
	if got, err := c.Preview(r, values); err != nil || len(got) != 1 || got[0].Card != values.PageAddress || got[0].Length != r.Length {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := c.Preview(r, channels.Values{}); err == nil {
		t.Error("a preview without the page's address")
	}
	r, _ = c.Render(channels.Post{Action: channels.Delete, OriginalPosts: 1})
	if got, err := c.Preview(r, values); err != nil || got != nil {
		t.Errorf("a removal: got %+v, %v", got, err)
	}
}

// FuzzRender holds each document against JSON and the text against the limit.
func FuzzRender(f *testing.F) {
	f.Add("One", "Two", "", "alt", true)
	f.Add("👩‍👩‍👧‍👦", "e\u0301\r\n\r\nx", "", "\"\\\u2028", false)
	f.Add("", "", "own \u202e text </script>", " ", true)
	f.Add("a\xff", "\x00", "", "\xff", false)
	c := made(f, byOAuth1(defaultAPI), nil)
	f.Fuzz(func(t *testing.T, title, summary, text, alt string, page bool) {
		a := channeltest.Image()
		a.Alt = alt
		post := channels.Post{
			Title: title, Summary: summary, Variant: channels.Variant{Text: text}, HasPage: page, Assets: []channels.Asset{a},
		}
		r, problems := c.Render(post)
		if len(problems) > 0 {
			return
		}
		for _, d := range r.Documents {
			body, err := d.Fill(channeltest.Values("k"))
			if err != nil || d.MediaType == jsonType && !json.Valid(body) {
				t.Fatalf("%s: %q, %v", d.Name, body, err)
			}
		}
		previews, err := c.Preview(r, channeltest.Values("k"))
		if err != nil || previews[0].Length > 280 || utf8.ValidString(alt) && previews[0].Images[0].Alt != strings.TrimSpace(alt) {
			t.Fatalf("%+v, %v", previews, err)
		}
	})
}
