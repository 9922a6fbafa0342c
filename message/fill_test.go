package message

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/channels/commonmark"
)

func original(title string) Original {
	return Original{
		ID: "m1", Department: "Rivers", Audiences: []string{"public", "press"}, Channels: []string{"web", "mastodon"},
		First: time.Date(2027, time.May, 1, 9, 5, 0, 0, time.UTC),
		Content: Content{
			Title: title, Body: "The gauges stand.\n\n| {title} |", Language: "en-GB", Department: "Rivers", Topics: []string{"rivers"},
			Contact: "Desk", Notes: "1. A note.", Assets: []channels.Asset{{Name: "a.png", SHA256: "00"}},
		},
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	template := Template{
		Name: "x", Kind: Withdrawal, Language: "en", Title: "Gone: {title}", Summary: "{title} of {date}, {time} ({department})", Body: "*{title}* of {department}, {date} {time}",
		Variants: map[string]channels.Variant{
			"mastodon": {Title: "{title}", Summary: "{time}", Text: "At {time} on {date}.", Warning: "{department}", Visibility: "public"}, "fax": {Title: "gone"},
		},
	}
	got := template.Fill(original("Six *new* gauges"))
	want := Content{
		Title: "Gone: Six *new* gauges", Summary: "Six *new* gauges of 2027-05-01, 09:05 (Rivers)", Language: "en", Department: "Rivers", Contact: "Desk", Withdraws: "m1",
		Body:     `*Six \*new\* gauges* of Rivers, 2027\-05\-01 09\:05`,
		Variants: map[string]channels.Variant{"mastodon": {Title: "Six *new* gauges", Summary: "09:05", Text: "At 09:05 on 2027-05-01.", Warning: "Rivers", Visibility: "public"}},
		Plan:     Plan{Audiences: []string{"public", "press"}}, Schedule: Schedule{LateLimit: DefaultLateLimit},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A correction may keep the original's text under a notice, with what belongs to
// it.
func TestFillWithTheBody(t *testing.T) {
	t.Parallel()
	template := Template{Kind: Correction, Language: "en", Title: "{title}", Summary: "s", Body: "{title} is wrong.\n\n{body}"}
	got := template.Fill(original("Gauges"))
	if want := "Gauges is wrong.\n\nThe gauges stand.\n\n| {title} |"; got.Body != want || got.Corrects != "m1" || got.Withdraws != "" {
		t.Errorf("got %+v", got)
	}
	if len(got.Assets) != 1 || got.Notes == "" || len(got.Topics) != 1 {
		t.Errorf("left behind: %+v", got)
	}
	template.Body = "{title} is wrong."
	if got := template.Fill(original("Gauges")); len(got.Assets) != 0 || got.Notes != "" {
		t.Errorf("without the body: %+v", got)
	}
}

// Whatever the original says, it is shown as it reads and forms nothing: no
// placeholder, no markup.
func TestNothingFilledInFormsAnything(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"{title}", "{date}", "{body}", "{", "}", "*", "**", "_", "[a](https://b.example)", "<b>", "&amp;", "`", "\\", "#", "1.", "-", "https://c.example/", "www.d.example",
		"e@f.example", "word", "été", "|", "~~", ">", "!", "+", "=",
	})
	rapid.Check(t, func(t *rapid.T) {
		title := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "title"), rapid.SampledFrom([]string{"", " "}).Draw(t, "gap"))
		template := Template{Kind: Withdrawal, Language: "en", Title: "{title}", Summary: "{title}", Body: "{title}"}
		c := template.Fill(original(title))
		if c.Title != title || c.Summary != title {
			t.Fatalf("%q became %q, %q", title, c.Title, c.Summary)
		}
		if got := commonmark.Text(c.Body, nil); strings.TrimSpace(got) != strings.TrimSpace(title) {
			t.Fatalf("%q reads %q (%s)", title, got, c.Body)
		}
		html := ""
		for _, p := range commonmark.HTML(c.Body, nil, nil) {
			html += string(p.Literal)
		}
		if n := strings.Count(html, "<"); n != 2 {
			t.Fatalf("%q has markup: %s", title, html)
		}
	})
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		change func(*Template)
		want   string
	}{
		{func(*Template) {}, ""},
		{func(x *Template) { x.Title = "{title} {date} {time} {department}" }, ""},
		{func(x *Template) { x.Title = "{titel}" }, `title: "{titel}" is no placeholder here`},
		{func(x *Template) { x.Title = "{ title }" }, `title: "{" is no placeholder here`},
		{func(x *Template) { x.Summary = "{body}" }, `summary: "{body}" is no placeholder here`},
		{func(x *Template) { x.Summary = "}" }, `summary: "}" is no placeholder here`},
		{func(x *Template) { x.Summary = "{{title}}" }, `summary: "{" is no placeholder here`},
		{func(x *Template) { x.Body = "{ti{date}tle}" }, `body: "{ti" is no placeholder here`},
		{func(x *Template) { x.Body = "x\n\n{body}" }, "body: a withdrawal would publish again"},
		{func(x *Template) { x.Kind, x.Body = Correction, "x\n\n{body}" }, ""},
		{func(x *Template) { x.Kind, x.Body = Correction, "x\n{body}" }, "body: {body} does not stand last"},
		{func(x *Template) { x.Kind, x.Body = Correction, "{body}" }, "body: {body} does not stand last"},
		{func(x *Template) { x.Kind, x.Body = Correction, "x\n\n{body}\n\ny" }, "body: {body} does not stand last"},
		{func(x *Template) { x.Kind, x.Body = Correction, "x {body}\n\n{body}" }, "body: {body} does not stand last"},
		{func(x *Template) { x.Variants = map[string]channels.Variant{"web": {Text: "{date} {time}"}} }, ""},
		{func(x *Template) { x.Variants = map[string]channels.Variant{"web": {Text: "{title}"}} }, `variants[web].text: "{title}" is no placeholder here`},
		{func(x *Template) { x.Variants = map[string]channels.Variant{"web": {Visibility: "{time}"}} }, `variants[web].visibility: "{time}" is no placeholder here`},
	}
	for i, test := range tests {
		x := Template{Kind: Withdrawal, Title: "t", Summary: "s", Body: "b"}
		test.change(&x)
		got := ""
		for _, m := range x.Placeholders() {
			got += m.Field + ": " + m.Says
			if m.Try == "" {
				t.Errorf("%d: nothing to try", i)
			}
		}
		if got != test.want && (test.want == "" || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%d: got %q, want %q", i, got, test.want)
		}
	}
}

func TestUnfit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		template Template
		change   func(*Original)
		want     string
	}{
		{Template{Language: "en"}, func(*Original) {}, ""},
		{Template{Language: "en-US", Department: "Rivers"}, func(*Original) {}, ""},
		{Template{Language: "en", Department: "Roads"}, func(*Original) {}, "is for Roads"},
		{Template{Language: "cy"}, func(*Original) {}, "is in cy"},
		{Template{Language: "en"}, func(o *Original) { o.First = time.Time{} }, "nothing of message m1"},
	}
	for _, test := range tests {
		o := original("x")
		test.change(&o)
		says, try := test.template.Unfit(o)
		if (says == "") != (test.want == "") || !strings.Contains(says, test.want) || (says == "") != (try == "") {
			t.Errorf("%+v: %q, %q", test.template, says, try)
		}
	}
}

// Everything of a template is in its digest.
func TestTemplateDigest(t *testing.T) {
	t.Parallel()
	seen := map[string]string{Template{}.Digest(): "none"}
	for i := range reflect.TypeFor[Template]().NumField() {
		var x Template
		name := reflect.TypeFor[Template]().Field(i).Name
		switch f := reflect.ValueOf(&x).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Map:
			x.Variants = map[string]channels.Variant{"web": {Title: "x"}}
		default:
			t.Fatalf("%s is of a kind that this test does not know", name)
		}
		if other, twice := seen[x.Digest()]; twice {
			t.Error(fmt.Sprint(name, " and ", other, " have one digest"))
		}
		seen[x.Digest()] = name
	}
}
