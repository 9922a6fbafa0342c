package webfeed

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		DocPage: "page.html", DocAtom: "atom.xml", DocRSS: "rss.xml", DocJSON: "feed.json", DocItem: "item.json",
	}
	for name, post := range posts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs := rendered(t, post)
			soundDocuments(t, docs)
			for doc, file := range files {
				golden(t, name+"."+file, docs[doc])
			}
			if (docs[DocCorrection] != nil) != (post.Action != channels.Publish) {
				t.Errorf("a line of the list of corrections: %s", docs[DocCorrection])
			}
			if strings.Contains(string(slices.Concat(docs[DocPage], docs[DocAtom])), "press list") {
				t.Error("an audience that is not public is named")
			}
		})
	}
}

func TestRenderIsDeterministicAndStorable(t *testing.T) {
	t.Parallel()
	for name, post := range posts() {
		r, _ := channel(t).Render(post)
		again, _ := channel(t).Render(post)
		stored := r.Marshal()
		if !slices.Equal(stored, again.Marshal()) {
			t.Errorf("%s: two renderings differ", name)
		}
		back, err := channels.UnmarshalRendering(stored)
		if err != nil {
			t.Fatal(err)
		}
		back.Length = r.Length
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("%s: stored and read again (-before +after):\n%s", name, diff)
		}
	}
}

func TestRenderLeavesThePostAlone(t *testing.T) {
	t.Parallel()
	post, same := withAttachment(), withAttachment()
	post.Topics, same.Topics = []string{" a ", ""}, []string{" a ", ""}
	channel(t).Render(post)
	if !reflect.DeepEqual(post, same) {
		t.Errorf("the post has changed: %+v", post)
	}
}

func TestVariantWins(t *testing.T) {
	t.Parallel()
	post := posts()["long"]
	post.Variant = channels.Variant{Title: "Own title", Summary: "Own summary", Text: "Own *text*."}
	var got struct {
		Title   string `json:"title"`
		Summary string `json:"summary"`
		Content string `json:"content_html"`
	}
	if err := json.Unmarshal(rendered(t, post)[DocJSON], &got); err != nil {
		t.Fatal(err)
	}
	if got.Title != "Own title" || got.Summary != "Own summary" || !strings.Contains(got.Content, "<p>Own <em>text</em>.</p>") {
		t.Errorf("the variant is not used: %+v", got)
	}
	r, _ := channel(t).Render(post)
	if want := utf8.RuneCountInString("Own text."); r.Length != want {
		t.Errorf("length %d, want %d", r.Length, want)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	image := jpeg("bridge.jpg", "", 1)
	for _, tc := range []struct {
		name string
		edit func(*channels.Post)
		want []string // field, then a part of what it says
	}{
		{"none", func(*channels.Post) {}, nil},
		{"no title", func(p *channels.Post) { p.Title = " \n\x00" }, []string{"title", "no title"}},
		{"no body", func(p *channels.Post) { p.Body = " \n" }, []string{"body", "no text"}},
		{"no language", func(p *channels.Post) { p.Language = "" }, []string{"language", "no language tag"}},
		{"bad language", func(p *channels.Post) { p.Language = "English" }, []string{"language", `"English"`}},
		{"raw HTML in the body", func(p *channels.Post) { p.Body = "a <b>" }, []string{"body", "raw HTML"}},
		{"raw HTML in the notes", func(p *channels.Post) { p.Notes = "<b>" }, []string{"notes", "raw HTML"}},
		{"raw HTML in the variant", func(p *channels.Post) { p.Variant.Text = "a <b>" }, []string{"variant.text", "raw HTML"}},
		{"control character", func(p *channels.Post) { p.Body = "a\x02" }, []string{"body", "control character"}},
		{"undescribed image", func(p *channels.Post) { p.Assets = []channels.Asset{image} }, []string{"assets[bridge.jpg]", "no description"}},
		{"image described where it stands", func(p *channels.Post) {
			p.Assets, p.Body = []channels.Asset{image}, "![A bridge](bridge.jpg)"
		}, nil},
		{"a correction that does not say what changed", func(p *channels.Post) { p.Action, p.Corrects = channels.Edit, "Before" }, []string{"summary", "what changed"}},
		{"a correction with a variant's summary", func(p *channels.Post) {
			p.Action, p.Corrects, p.Variant.Summary = channels.Edit, "Before", "The day."
		}, nil},
		{"a withdrawal without a summary", func(p *channels.Post) { p.Action, p.Withdraws = channels.Delete, "Before" }, nil},
		{"nobody public", func(p *channels.Post) { p.Audiences = []channels.Audience{{Name: "press"}} }, []string{"audiences", "public"}},
		{"some public", func(p *channels.Post) { p.Audiences = []channels.Audience{{Name: "press"}, public} }, nil},
		{"no audience is not for here", func(p *channels.Post) { p.Audiences = nil }, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			post := posts()["plain"]
			tc.edit(&post)
			r, problems := channel(t).Render(post)
			if tc.want == nil {
				if len(problems) != 0 || len(r.Documents) == 0 {
					t.Errorf("problems %+v, want none", problems)
				}
				return
			}
			if len(problems) != 1 || problems[0].Field != tc.want[0] || !strings.Contains(problems[0].Says, tc.want[1]) || problems[0].Try == "" {
				t.Errorf("problems %+v, want one of %q", problems, tc.want)
			}
			if len(r.Documents) != 0 {
				t.Error("a rendering in spite of problems")
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{MaxDocuments - 1: false, MaxDocuments: false, MaxDocuments + 1: true} {
		half := channels.Part{Literal: make([]byte, size/2)}
		rest := channels.Part{Literal: make([]byte, size-size/2)}
		docs := []channels.Document{{Parts: []channels.Part{half, {Slot: channels.EntryID}}}, {Parts: []channels.Part{rest}}}
		if got := tooLarge(docs) != nil; got != want {
			t.Errorf("%d bytes are too large: %t, want %t", size, got, want)
		}
	}
}

func TestGrowthIsRefused(t *testing.T) {
	t.Parallel()
	post := posts()["plain"]
	post.Body = strings.Repeat("[a] ", 1000) + "\n\n[a]: https://b.example/?" + strings.Repeat("&", 1900)
	if _, problems := channel(t).Render(post); len(problems) != 1 || !strings.Contains(problems[0].Says, "page and feed entries") {
		t.Errorf("problems %+v, want one", problems)
	}
}

func TestFileSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1_000: "1 kB", 1_499: "1 kB", 1_500: "2 kB", 999_499: "999 kB", 1_000_000: "1.0 MB", 10 << 20: "10.5 MB",
	} {
		if got := fileSize(n); got != want {
			t.Errorf("fileSize(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDirection(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"ar": "rtl", "he": "rtl", "fa": "rtl", "ur-PK": "rtl", "yi": "rtl", "ks-Arab": "rtl", "az-Arab": "rtl", "dv": "rtl",
		"en": "ltr", "cy": "ltr", "ar-Latn": "ltr", "zh": "ltr", "nonsense!": "ltr", "": "ltr",
	} {
		if got := tongueOf(lang).dir; got != want {
			t.Errorf("direction of %q is %q, want %q", lang, got, want)
		}
	}
}
