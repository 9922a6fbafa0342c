package feed

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"clarion/channels/commonmark"
	"clarion/message"
	"clarion/message/announcement"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEntries(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"atom.xml", "feed.json", "rss.xml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, name+".golden", entries)
	}
}

// golden compares what was read with what a person looked at.
func golden(t *testing.T, name string, entries []Entry) {
	t.Helper()
	got, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != string(got)+"\n" {
		t.Errorf("%s: got\n%s\n%v", name, got, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	item := "<item><title>x</title></item>"
	rss := func(items string) string { return "<rss version='2.0'><channel>" + items + "</channel></rss>" }
	for says, text := range map[string]string{
		"no RSS, Atom or JSON feed": "<html>it works</html>",
		"can be read":               rss(item)[:30],
		"no entries":                rss(""),
		"the limit is 200; take":    rss(strings.Repeat(item, MaxEntries+1)),
		"entities of its own":       `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + rss(item),
		"the limit is 5242880":      rss(item) + strings.Repeat(" ", MaxFeed),
		"nests deeper":              rss("<item><description>" + strings.Repeat("&lt;div&gt;", maxDepth+2) + "</description></item>"),
		"that can be read; look":    "",
		"brackets, the limit is":    rss("<item><description>" + strings.Repeat("[", maxBrackets) + "&amp;#91;</description></item>"),
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}

func TestAtTheLimits(t *testing.T) {
	t.Parallel()
	item := "<item><title>x</title></item>"
	rss := "<rss version='2.0'><channel>" + strings.Repeat(item, MaxEntries) + "</channel></rss>"
	if entries, err := Parse([]byte(rss + strings.Repeat(" ", MaxFeed-len(rss)))); err != nil || len(entries) != MaxEntries {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	for n := message.MaxSummary - 1; n <= message.MaxSummary+1; n++ {
		text := "First. " + strings.Repeat("é", n-len("First. "))
		want := text
		if n > message.MaxSummary {
			want = "First."
		}
		if got := summary(text); got != want {
			t.Errorf("%d characters: %d left", n, utf8.RuneCountInString(got))
		}
	}
	if got := summary(strings.Repeat("x", message.MaxSummary+1)); got != "" {
		t.Errorf("a sentence without end: %q", got)
	}
}

func TestBrackets(t *testing.T) {
	t.Parallel()
	for n := maxBrackets - 1; n <= maxBrackets+1; n++ {
		_, _, err := commonMark(strings.Repeat("<p>[</p>", n), "")
		if refused := n > maxBrackets; refused != (err != nil) {
			t.Errorf("%d brackets: %v", n, err)
		}
	}
}

// Entries that have neither an id nor a link are told apart by what they say.
func TestEntriesWithoutAnID(t *testing.T) {
	t.Parallel()
	item := func(title, text string) string {
		return "<item><title>" + title + "</title><description>" + text + "</description></item>"
	}
	ids := func(items ...string) []string {
		t.Helper()
		entries, err := Parse([]byte("<rss version='2.0'><channel>" + strings.Join(items, "") + "</channel></rss>"))
		if err != nil {
			t.Fatal(err)
		}
		all := make([]string, len(entries))
		for i, e := range entries {
			all[i] = e.ID
		}
		return all
	}
	first := ids(item("One", "Text."), item("Two", "Text."), item("One", "More."))
	if first[0] == "" || first[0] == first[1] || first[0] == first[2] || first[1] == first[2] {
		t.Errorf("ids are %q", first)
	}
	if again := ids(item("One", "Text.")); again[0] != first[0] {
		t.Errorf("read again it is %q, not %q", again[0], first[0])
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://example.org/a_(b)?c=d*e": "https://example.org/a_(b)?c=d*e", " http://x ": "http://x", "ftp://x": "", "javascript:x": "",
		"https://x y": "", "https://x>y": "", "https://x\ny": "", "": "",
	} {
		if got := web(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}

// FuzzParse: whatever a feed holds, nothing of it becomes markup, and each
// entry can be written as an announcement file.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"atom.xml", "feed.json", "rss.xml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("<rss><channel><item><title>---\n</title><description>&lt;/p&gt;---\n~~~</description></item></channel></rss>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := Parse(text)
		if err != nil {
			return
		}
		for _, e := range entries {
			for _, p := range commonmark.Check(e.Body, nil) {
				if strings.Contains(p.Says, "HTML") {
					t.Errorf("markup is left in %q: %+v", e.Body, p)
				}
			}
			c := message.Content{Title: e.Title, Summary: e.Summary, Body: e.Body, Topics: e.Topics, Language: "en", Department: "x", Plan: message.Plan{Audiences: []string{"public"}}}
			back, err := announcement.Parse("x", announcement.Format(c), announcement.Defaults{Language: "en", Zone: "UTC", Department: "x"})
			if len(announcement.Check(c)) == 0 && (err != nil || back.Content.Title != c.Title) {
				t.Errorf("%s does not read back: %v", fmt.Sprintf("%q", e.Title), err)
			}
		}
	})
}
