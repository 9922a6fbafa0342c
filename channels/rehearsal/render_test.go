package rehearsal

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"clarion/channels"
	"clarion/channels/channeltest"
)

func town(limit int) network {
	return network{name: "town", settings: settings{Limit: limit, Unit: "characters", LinkWeight: 23}}
}

func filled(t *testing.T, r channels.Rendering, name string) string {
	t.Helper()
	d, ok := r.Document(name)
	if !ok {
		return ""
	}
	content, err := d.Fill(channels.Values{PageAddress: "https://news.example.org/a"})
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestRenderWording(t *testing.T) {
	t.Parallel()
	link := "\n\nhttps://news.example.org/a"
	tests := map[string]struct {
		post   channels.Post
		want   string
		length int
	}{
		"title and summary": {channels.Post{Title: " One ", Summary: "Two\r\n"}, "One\n\nTwo", 8},
		"title alone":       {channels.Post{Title: "One", Summary: " \n"}, "One", 3},
		"a link":            {channels.Post{Title: "One", HasPage: true}, "One" + link, 3 + 2 + 23},
		"variant text": {
			channels.Post{Title: "One", Summary: "Two", HasPage: true, Variant: channels.Variant{Text: "Own", Title: "No"}},
			"Own" + link, 28,
		},
		"variant title":    {channels.Post{Title: "One", Summary: "Two", Variant: channels.Variant{Title: "Own"}}, "Own\n\nTwo", 8},
		"variant summary":  {channels.Post{Title: "One", Summary: "Two", Variant: channels.Variant{Summary: "Own"}}, "One\n\nOwn", 8},
		"a family is one":  {channels.Post{Title: "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿e\u0301"}, "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿e\u0301", 3},
		"text like a slot": {channels.Post{Title: "{{page-address}}"}, "{{page-address}}", 16},
	}
	for name, test := range tests {
		r, problems := town(500).Render(test.post)
		if got := filled(t, r, "post"); got != test.want || r.Length != test.length || len(problems) > 0 {
			t.Errorf("%s: got %q, length %d, %v; want %q, %d", name, got, r.Length, problems, test.want, test.length)
		}
		if _, ok := r.Document("media"); ok {
			t.Errorf("%s: media without an image", name)
		}
	}
}

func TestRenderLimit(t *testing.T) {
	t.Parallel()
	const limit = 100
	for _, link := range []bool{false, true} {
		room := limit
		if link {
			room -= 2 + 23
		}
		for delta, ok := range map[int]bool{-1: true, 0: true, 1: false} {
			post := channels.Post{Title: strings.Repeat("👩‍👩‍👧‍👦", room+delta), HasPage: link}
			r, problems := town(limit).Render(post)
			if ok && (len(problems) > 0 || r.Length != limit+delta) || !ok && len(problems) != 1 {
				t.Errorf("%d characters over the limit (link %t): length %d, %v", delta, link, r.Length, problems)
			}
		}
	}
}

func TestRenderProblems(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 101)
	tests := map[string]struct {
		post      channels.Post
		field     string
		says, try string
	}{
		"empty":          {channels.Post{Body: "only a body"}, "title", "nothing to post", "write a title"},
		"long variant":   {channels.Post{Variant: channels.Variant{Text: long}}, "variant.text", "101 characters, the limit is 100", "1 shorter"},
		"long title":     {channels.Post{Title: long}, "title", "101 characters, the limit is 100", "write a variant"},
		"long summary":   {channels.Post{Title: "t", Summary: long}, "summary", "104 characters, the limit is 100", "4 shorter"},
		"control":        {channels.Post{Title: "a\x00b"}, "title", "control character", "remove"},
		"carriage":       {channels.Post{Title: "a\rb"}, "title", "control character", "remove"},
		"invalid UTF-8":  {channels.Post{Title: "a\xff"}, "title", "not UTF-8", "remove"},
		"no description": {channels.Post{Title: "a", Assets: []channels.Asset{{Name: "p.png", Width: 1, Alt: " "}}}, "assets[p.png]", "no description", "alt text"},
	}
	for name, test := range tests {
		r, problems := town(100).Render(test.post)
		if len(problems) != 1 || len(r.Documents) != 0 {
			t.Errorf("%s: got %v", name, problems)
			continue
		}
		p := problems[0]
		if p.Field != test.field || !strings.Contains(p.Says, test.says) || !strings.Contains(p.Try, test.try) {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func TestRenderReportsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := town(100).Render(channels.Post{Assets: []channels.Asset{{Name: "a", Width: 1}, {Name: "b", Width: 1}}})
	if len(problems) != 3 {
		t.Errorf("got %+v", problems)
	}
}

func TestRenderMedia(t *testing.T) {
	t.Parallel()
	image, attachment := channeltest.Image(), channeltest.Attachment()
	image.Alt = `A "new" <room> — 新`
	r, problems := town(500).Render(channels.Post{Title: "One", Assets: []channels.Asset{attachment, image, image}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	one := "  {\n    \"alt\": \"A \\\"new\\\" <room> — 新\",\n    \"media_type\": \"image/png\",\n    \"sha256\": \"" + image.SHA256 + "\"\n  }"
	if got, want := filled(t, r, "media"), "[\n"+one+",\n"+one+"\n]\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzRender holds the count against the text that is really rendered.
func FuzzRender(f *testing.F) {
	f.Add("One", "Two", "", true)
	f.Add("👩‍👩‍👧‍👦", "e\u0301\r\n\r\nx", "", false)
	f.Add("", "", "own \u202e text", true)
	f.Add("a\xff", "\x00", "", false)
	f.Fuzz(func(t *testing.T, title, summary, text string, link bool) {
		post := channels.Post{Title: title, Summary: summary, HasPage: link, Variant: channels.Variant{Text: text}}
		const limit = 60
		r, problems := town(limit).Render(post)
		if len(problems) > 0 {
			return
		}
		got := filled(t, r, "post")
		count := uniseg.GraphemeClusterCount(got)
		if link {
			text, found := strings.CutSuffix(got, "\n\nhttps://news.example.org/a")
			if !found {
				t.Fatalf("no link at the end of %q", got)
			}
			count = uniseg.GraphemeClusterCount(text) + 25
		}
		if !utf8.ValidString(got) || count != r.Length || count > limit || count == 0 {
			t.Fatalf("%q: length %d, counted %d", got, r.Length, count)
		}
	})
}
