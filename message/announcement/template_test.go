package announcement_test

import (
	"errors"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/examples"
	"clarion/message"
	"clarion/message/announcement"
)

const templateFile = `---
name: sent-in-error
kind: withdrawal
department: Rivers
title: "{title}"
summary: It was sent in error.
variants:
  web:
    title: Gone
---

*{title}* was sent in error.
`

func TestParseTemplate(t *testing.T) {
	t.Parallel()
	got, err := announcement.ParseTemplate("t.md", []byte(templateFile), office())
	want := message.Template{
		Name: "sent-in-error", Kind: message.Withdrawal, Department: "Rivers", Language: "en-GB", Title: "{title}", Summary: "It was sent in error.",
		Body: "*{title}* was sent in error.", Variants: map[string]channels.Variant{"web": {Title: "Gone"}},
	}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
}

// TestSampleTemplates holds that the examples have no fault.
func TestSampleTemplates(t *testing.T) {
	t.Parallel()
	files, err := examples.Templates().ReadDir("templates")
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := examples.Templates().ReadFile(path.Join("templates", file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if file.Name() == "README.md" {
			continue
		}
		if x, err := announcement.ParseTemplate(file.Name(), text, announcement.Defaults{}); err != nil || x.Name+".md" != file.Name() {
			t.Errorf("%s holds %q: %v", file.Name(), x.Name, err)
		}
	}
}

// TestBadTemplates changes one line of a good file. All faults come at once,
// with their lines.
func TestBadTemplates(t *testing.T) {
	t.Parallel()
	tests := []struct{ old, now, want string }{
		{"name: sent-in-error", "name: Sent in error", `t.md:2: name: "Sent in error" is no name of a template`},
		{"name: sent-in-error\n", "", `name: "" is no name of a template`},
		{"name: sent-in-error", "name: " + strings.Repeat("x", 41), "is no name of a template"},
		{"kind: withdrawal", "kind: apology", `t.md:3: kind: "apology" is no kind of template`},
		{"kind: withdrawal\n", "", "is no kind of template"},
		{"kind: withdrawal", "kind: withdrawal\naudiences: [public]", `t.md:4: the key "audiences" is not known`},
		{"kind: withdrawal", "kind: withdrawal\nwithdraws: m1", `t.md:4: the key "withdraws" is not known`},
		{"kind: withdrawal", "kind: withdrawal\nkind: correction", "stands on line 3 already"},
		{`title: "{title}"`, `title: "{titel}"`, `t.md:5: title: "{titel}" is no placeholder here; those that are: {title}, {date}, {time}, {department}`},
		{`title: "{title}"`, `title: {title}`, "t.md:5: title: this is not text"},
		{`title: "{title}"`, "title: " + strings.Repeat("x", message.MaxTitle+1), "the limit is 300"},
		{"summary: It was sent in error.\n", "", "summary: there is no summary"},
		{"title: Gone", "text: \"{title}\"", "t.md:9: variants[web].text:"},
		{"title: Gone", "colour: red", `the key "colour" is not known`},
		{"*{title}* was", "{body} was", "body: a withdrawal would publish again"},
		{"*{title}* was sent in error.", "", "body: there is no body"},
		{"department: Rivers", "department: Rivers\nlanguage: klingon-x-", "is no language tag"},
	}
	for _, test := range tests {
		_, err := announcement.ParseTemplate("t.md", []byte(strings.Replace(templateFile, test.old, test.now, 1)), office())
		var faults announcement.Faults
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.now, err, test.want)
		}
	}
	_, err := announcement.ParseTemplate("t.md", []byte("---\n---\n"), announcement.Defaults{})
	var faults announcement.Faults
	if !errors.As(err, &faults) || len(faults) != 6 {
		t.Errorf("of an empty one: %v", err)
	}
}

func TestFormatTemplateRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"rivers", "été", "- x", "#", ": ", `"`, "true", "{title}", "[y]", "{date}", "\\"})
		text := func(name string) string {
			return "a" + strings.Join(rapid.SliceOfN(word, 0, 5).Draw(t, name), " ") + "z"
		}
		x := message.Template{
			Name: "a-1", Kind: rapid.SampledFrom([]message.TemplateKind{message.Correction, message.Withdrawal}).Draw(t, "kind"),
			Department: text("department"), Language: "cy", Title: text("title"), Summary: text("summary"), Body: text("body"),
			Variants: map[string]channels.Variant{"web": {Title: text("variant")}},
		}
		got, err := announcement.ParseTemplate("t.md", announcement.FormatTemplate(x), announcement.Defaults{})
		if err != nil || !cmp.Equal(got, x) {
			t.Fatalf("%v %s\n%s", err, cmp.Diff(x, got), announcement.FormatTemplate(x))
		}
	})
}

// FuzzParseTemplate holds that a file is taken without a fault or refused with
// some, and that what is taken comes back from its file.
func FuzzParseTemplate(f *testing.F) {
	f.Add([]byte(templateFile))
	f.Add([]byte("---\nname: x\n---\n{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		x, err := announcement.ParseTemplate("t.md", text, announcement.Defaults{Language: "en"})
		if err != nil {
			var faults announcement.Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("%v", err)
			}
			return
		}
		if again, err := announcement.ParseTemplate("t.md", announcement.FormatTemplate(x), announcement.Defaults{}); err != nil || again.Digest() != x.Digest() {
			t.Fatalf("%v\n%+v\n%+v", err, x, again)
		}
	})
}
