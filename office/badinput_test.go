package office_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"clarion/office"
)

// TestBadInput is the "Bad input": each is refused by Check and by Add
// with file, line and remedy, and the store is as it was.
func TestBadInput(t *testing.T) {
	b := setup(t)
	b.add() // something that must stay as it is
	body := func(text string) office.Draft {
		d := draft()
		d.Text = append(d.Text, text...)
		return d
	}
	whole := func(text string) office.Draft { return office.Draft{File: "bad.md", Text: []byte(text)} }
	for name, tt := range map[string]struct {
		draft office.Draft
		line  int
		says  string
	}{
		"invalid UTF-8":           {body("\n\xff\xfe\n"), 7, "UTF-8"},
		"invalid UTF-8 in a key":  {draft("summary: \xc3("), 4, "UTF-8"},
		"no title":                {whole("---\naudiences: [public]\n---\nBody\n"), 1, "no title"},
		"an empty title":          {draft("title: ''"), 3, "no value"},
		"nothing at all":          {whole(""), 1, "front matter"},
		"no front matter":         {whole("# Bridge opens\n"), 1, "front matter"},
		"front matter left open":  {whole("---\ntitle: Bridge\n"), 1, "not closed"},
		"no body":                 {whole("---\ntitle: Bridge\naudiences: [public]\n---\n"), 4, "no body"},
		"a past time":             {draft("publish: 2020-05-01 09:00 Europe/London"), 4, "past"},
		"unknown audience":        {draft("audiences: [nobody]"), 3, "no audience"},
		"unknown channel":         {draft("channels: [pigeon]"), 4, "no channel"},
		"a naive time":            {draft("publish: 2027-05-01 09:00"), 4, "no zone"},
		"a time that is skipped":  {draft("publish: 2027-03-28 01:30 Europe/London"), 4, "does not exist"},
		"a time that comes twice": {draft("publish: 2027-10-31 01:30 Europe/London"), 4, "twice"},
		"no zone of that name":    {draft("publish: 2027-05-01 09:00 Europe/Atlantis"), 4, "IANA"},
		"the machine's own zone":  {draft("publish: 2027-05-01 09:00 Local"), 4, "machine"},
		"an image without alt":    {draft("assets:", "  - file: photo.png"), 5, "alt"},
		"a 50 MB body":            {body(strings.Repeat("long ", 10<<20)), 1, "limit"},
		"HTML in the body":        {body("\n<script>alert(1)</script>\n"), 7, "HTML"},
		"a link that acts":        {body("\n[x](javascript:alert(1))\n"), 7, "javascript"},
		"a header in the title":   {draft(`title: "Bridge\r\nBcc: all@example.org"`), 3, "one line"},
		"a hidden character":      {draft("title: Bridge\u202eopens"), 3, "turns the direction"},
		"a NUL":                   {body("\n\x00\n"), 7, "U+0000"},
		"YAML that is a bomb":     {draft("topics: [&a [x, x], *a, *a]"), 4, "anchor"},
		"an unknown key":          {draft("audience: [public]"), 4, "did you mean audiences"},
		"a key twice":             {draft("summary: one", "summary: two"), 5, "already"},
		"no id of a message":      {draft("corrects: ../../etc"), 4, "no id"},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			inner.bad(tt.draft, tt.line, tt.says)
		})
	}
}

// bad checks that a draft is refused at a line, once as a rehearsal and once
// in earnest, and that nothing of it stays.
func (b *bundle) bad(d office.Draft, line int, says string) {
	b.Helper()
	before := fmt.Sprint(b.counts(), b.files())
	_, checked := b.Check(b.ctx, d)
	_, added := b.Add(b.ctx, d, ann())
	for _, err := range []error{checked, added} {
		r := b.refused(err, office.Invalid, d.File, says)
		at := slices.ContainsFunc(r.Problems, func(p office.Problem) bool {
			return p.Line == line && strings.Contains(p.Says+p.Try, says)
		})
		if !at {
			b.Errorf("not refused at line %d: %.1000v", line, r)
		}
		for _, p := range r.Problems {
			if p.File != d.File || p.Line < 1 || p.Line > 1+bytes.Count(d.Text, []byte("\n")) || p.Says == "" || p.Try == "" {
				b.Errorf("the problem lacks its place or remedy: %+v", p)
			}
		}
	}
	if after := fmt.Sprint(b.counts(), b.files()); after != before {
		b.Errorf("the store changed from %s to %s", before, after)
	}
}
