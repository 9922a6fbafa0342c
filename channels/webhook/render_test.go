package webhook

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/channels/channeltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// posts is the table of golden events.
func posts() map[string]channels.Post {
	full := channeltest.Post()
	full.Topics = []string{"libraries", "opening hours"}
	full.Audiences = append(full.Audiences, channels.Audience{Name: "staff", Title: "Library staff"})
	full.Body = "The central library opens on **Sundays**, see [the map](https://maps.example.org/?a=1&b=2).\n\n![The new reading room](photo.png)\n"
	full.Notes = "Photographs *on request*."
	full.Contact = "Press office\n020 7946 0000"
	full.Embargo = time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	full.Assets = []channels.Asset{channeltest.Image(), channeltest.Attachment()}

	corrected := channeltest.Post()
	corrected.Title, corrected.Summary = "Library opens on Saturdays and Sundays", "The first notice left Saturdays out."
	corrected.Action, corrected.Corrects, corrected.OriginalPosts = channels.Edit, "Library opens on Sundays", 1

	withdrawn := channeltest.Post()
	withdrawn.Title, withdrawn.Summary, withdrawn.Body = "Library opens on Sundays", "", "This announcement was published by mistake."
	withdrawn.Action, withdrawn.Withdraws, withdrawn.OriginalPosts = channels.Delete, "Library opens on Sundays", 1

	internal := full
	internal.HasPage, internal.Audiences, internal.Embargo = false, full.Audiences[1:], time.Time{}

	arabic := channeltest.Post()
	arabic.Title, arabic.Summary, arabic.Language = "المكتبة تفتح أيام الأحد", "", "ar"
	arabic.Body, arabic.Topics = "تفتح المكتبة المركزية أبوابها كل يوم أحد (10:00-16:00).", nil

	variant := channeltest.Post()
	variant.Variant = channels.Variant{Title: "Sundays!", Summary: "Open at last.", Text: "Open on Sundays from May."}
	variant.Corrects = "Library opens on Saturdays" // that was never sent here
	return map[string]channels.Post{
		"published": full, "corrected": corrected, "withdrawn": withdrawn, "internal": internal, "arabic": arabic, "variant": variant,
	}
}

func filled(t *testing.T, post channels.Post) []byte {
	t.Helper()
	c := to(t, "https://h.example/", secretA)
	d := delivery(t, c, post)
	v := d.Values
	v.Zone, _ = time.LoadLocation(post.Zone)
	body, err := fill(d.Rendering, v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, post := range posts() {
		body := filled(t, post)
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatalf("%s: %v in %s", name, err, body)
		}
		pretty.WriteByte('\n')
		path := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(path, pretty.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), pretty.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The page shows the events as they are.
func TestDocumentationShowsTheEvents(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"published", "withdrawn"} {
		golden, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), "```json\n"+string(golden)+"```\n") {
			t.Errorf("docs/webhook.md does not show testdata/%s.json", name)
		}
	}
}

// Whatever an author writes, the event is JSON and says just that, or there is
// a problem.
func TestEventSaysWhatWasWritten(t *testing.T) {
	t.Parallel()
	c := to(t, "https://h.example/", secretA)
	rapid.Check(t, func(t *rapid.T) {
		post := channeltest.Post()
		post.Title, post.Summary = rapid.String().Draw(t, "title"), rapid.String().Draw(t, "summary")
		post.Body, post.Contact = rapid.String().Draw(t, "body"), rapid.String().Draw(t, "contact")
		post.Topics = rapid.SliceOf(rapid.String()).Draw(t, "topics")
		post.Action = rapid.SampledFrom([]channels.Action{channels.Publish, channels.Edit, channels.Delete}).Draw(t, "action")
		post.HasPage = rapid.Bool().Draw(t, "page")
		r, problems := c.Render(post)
		if len(problems) > 0 {
			return
		}
		body, err := fill(r, channeltest.Values("k"))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Data struct {
				Title, Summary, Body, Contact string
				Topics                        []string
			}
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		d := got.Data
		if d.Title != post.Title || d.Summary != post.Summary || d.Body != post.Body || d.Contact != post.Contact ||
			d.Topics == nil || strings.Join(d.Topics, "\x00") != strings.Join(post.Topics, "\x00") {
			t.Fatalf("got %+v of %+v", d, post)
		}
	})
}

func TestProblems(t *testing.T) {
	t.Parallel()
	c := to(t, "https://h.example/", secretA)
	for field, change := range map[string]func(p *channels.Post){
		"title":             func(p *channels.Post) { p.Title = " " },
		"summary":           func(p *channels.Post) { p.Summary = "a\x00b" },
		"department":        func(p *channels.Post) { p.Department = "\xff" },
		"topics":            func(p *channels.Post) { p.Topics = []string{"\x1b"} },
		"contact":           func(p *channels.Post) { p.Contact = "\u0085" },
		"corrects":          func(p *channels.Post) { p.Corrects = "\x07" },
		"withdraws":         func(p *channels.Post) { p.Withdraws = "\x07" },
		"audiences":         func(p *channels.Post) { p.Audiences[0].Title = "\x07" },
		"body":              func(p *channels.Post) { p.Body = "<script>" },
		"variant.text":      func(p *channels.Post) { p.Variant.Text = "![x](missing.png)" },
		"notes":             func(p *channels.Post) { p.Notes = "<b>" },
		"assets[1]":         func(p *channels.Post) { p.Assets = []channels.Asset{channeltest.Image()}; p.Assets[0].Name = "\x07" },
		"assets[photo.png]": func(p *channels.Post) { p.Assets = []channels.Asset{channeltest.Image()}; p.Assets[0].Alt = " " },
	} {
		post := channeltest.Post()
		change(&post)
		_, problems := c.Render(post)
		if len(problems) == 0 || problems[0].Field != field || problems[0].Says == "" || problems[0].Try == "" {
			t.Errorf("%s: got %+v", field, problems)
		}
	}
	lines := channeltest.Post()
	lines.Contact = "Press office\r\n\t020 7946 0000"
	if _, problems := c.Render(lines); len(problems) != 0 {
		t.Errorf("a contact of two lines: got %+v", problems)
	}
}

func TestEventUpToItsLimit(t *testing.T) {
	t.Parallel()
	c := to(t, "https://h.example/", secretA)
	size := func(contact int) (int, []channels.Problem) {
		post := channeltest.Post()
		post.Contact = strings.Repeat("x", contact)
		r, problems := c.Render(post)
		n := 0
		for _, d := range r.Documents {
			for _, p := range d.Parts {
				n += len(p.Literal)
			}
		}
		if len(problems) == 0 && r.Length != n {
			t.Errorf("its length is %d, got %d", n, r.Length)
		}
		return n, problems
	}
	empty, _ := size(0)
	for _, n := range []int{MaxEvent - 1, MaxEvent} {
		if got, problems := size(n - empty); got != n || len(problems) != 0 {
			t.Errorf("%d bytes: got %d, %+v", n, got, problems)
		}
	}
	if _, problems := size(MaxEvent + 1 - empty); len(problems) != 1 || !strings.Contains(problems[0].Says, "900001") {
		t.Errorf("got %+v", problems)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	c := to(t, "https://h.example/", secretA)
	post := posts()["published"]
	d := delivery(t, c, post)
	got, err := c.Preview(d.Rendering, d.Values)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := fill(d.Rendering, d.Values)
	image := channeltest.Image()
	want := []channels.Preview{{
		Text:   "message.published\n\n" + post.Title + "\n\n" + post.Summary + "\n\n" + post.Body,
		Length: len(body), Language: "en-GB", Card: d.Values.PageAddress,
		Images: []channels.PreviewImage{{SHA256: image.SHA256, Alt: image.Alt}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	d.Values.PublishedAt = time.Time{}
	if got, err := c.Preview(d.Rendering, d.Values); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("before it leaves: got %+v, %v", got, err)
	}
}

func TestCapabilities(t *testing.T) {
	t.Parallel()
	c := to(t, "https://h.example/", secretA)
	want := channels.Capabilities{Media: true, Edits: true, Deletes: true, Limit: 900_000, Unit: "bytes", Concurrency: 4, Ahead: 1}
	if got := c.Capabilities(); got != want {
		t.Errorf("got %+v", got)
	}
}
