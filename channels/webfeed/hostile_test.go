package webfeed

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
)

// hostile are texts that try to leave their place.
func hostile() []string {
	return []string{
		"</title><script>alert(1)</script>", "]]>", "]]>]]>\n]]", "a\nb\r\nc", `" onmouseover="alert(1)`, "'><img src=x onerror=y>",
		"</entry><entry>", "</item></channel>", `","id":"x`, `\`, `\u0022}`, "<!--", "<![CDATA[", "&amp;&#0;&#x1;&bogus;", "%s%d%!",
		"a\x00b\x01\x1f\uFFFE\uFFFF", "\xff\xfe\xc3", "\u2028\u2029\u0085", "\u202Eabc", "{{.}}", "</bdi></h1></main>", "?>", "<?xml",
	}
}

func hostilePost(s string) channels.Post {
	return channels.Post{
		Title: "T" + s, Summary: s, Body: "B `" + s + "`", Language: "en", Department: s, Topics: []string{s, "b" + s},
		Notes: "N `" + s + "`", Contact: s, Corrects: s, HasPage: true,
		Audiences: []channels.Audience{{Name: "a" + s, Title: s, Public: true}},
		Assets: []channels.Asset{
			{Name: s, Alt: "A" + s, MediaType: "image/png" + s, SHA256: sum("1"), Size: 1, Width: 1, Height: 1},
			{Name: "f" + s, MediaType: s, SHA256: sum("2"), Size: 2},
		},
	}
}

func TestHostileTexts(t *testing.T) {
	t.Parallel()
	want := slots(t, hostilePost("plain"))
	for _, s := range hostile() {
		post := hostilePost(s)
		if len(check(post)) > 0 { // what the body may not hold is refused; all else is escaped
			post.Body, post.Notes = "B", "N"
		}
		soundDocuments(t, rendered(t, post))
		if diff := cmp.Diff(want, slots(t, post)); diff != "" {
			t.Errorf("%q changes the slots (-want +got):\n%s", s, diff)
		}
	}
}

func TestHostileTitleReadsBack(t *testing.T) {
	t.Parallel()
	const title = `"Quotes" & </title><script>alert('1')</script> ]]> \ end`
	post := posts()["plain"]
	post.Title = title
	docs := rendered(t, post)
	var item Item
	if err := json.Unmarshal(docs[DocItem], &item); err != nil {
		t.Fatal(err)
	}
	entries, items := readAtom(t, Atom(feed(), [][]byte{docs[DocAtom]})), readRSS(t, RSS(feed(), [][]byte{docs[DocRSS]}))
	if item.Title != title || entries.Entries[0].Title != title || items.Items[0].Title != title {
		t.Errorf("titles %q, %q, %q; want %q", item.Title, entries.Entries[0].Title, items.Items[0].Title, title)
	}
}

func TestCDATAEndInContentReadsBack(t *testing.T) {
	t.Parallel()
	post := posts()["plain"]
	post.Corrects = "x]]>y" // becomes ]]&gt; in HTML
	b := &builder{}
	b.cdata([]channels.Part{{Literal: []byte("a]]>b]]")}, {Literal: []byte(">c")}})
	doc := "<feed><entry><content>" + string(b.text()) + "</content></entry></feed>"
	if got := readAtom(t, []byte(doc)).Entries[0].Content; got != "a]]>b]]>c" {
		t.Errorf("content %q", got)
	}
	soundDocuments(t, rendered(t, post))
}

// slots lists the slots of every document with their forms.
func slots(t testing.TB, post channels.Post) []channels.Part {
	t.Helper()
	r, problems := channel(t).Render(post)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	var list []channels.Part
	for _, d := range r.Documents {
		for _, p := range d.Parts {
			if p.Slot != channels.NoSlot {
				list = append(list, p)
			}
		}
	}
	return list
}

// withoutAssets leaves out the slots that a body's image references make.
func withoutAssets(list []channels.Part) []channels.Part {
	return slices.DeleteFunc(list, func(p channels.Part) bool { return p.Slot == channels.AssetAddress })
}

// FuzzRender holds any author text to well-formed documents with the same
// slots.
func FuzzRender(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s, "body `"+s+"`")
	}
	f.Add("t", "![](1)\n\n| a |\n|---|\n| ]]> |\n\n> - *a*")
	want := withoutAssets(slots(f, hostilePost("plain")))
	f.Fuzz(func(t *testing.T, text, body string) {
		post := hostilePost(text)
		post.Body, post.Notes = body, ""
		if _, problems := channel(t).Render(post); len(problems) > 0 {
			return
		}
		soundDocuments(t, rendered(t, post))
		got := slots(t, post)
		for _, p := range got {
			if p.Slot == channels.AssetAddress && !strings.Contains(sum("1")+" "+sum("2"), p.Arg) {
				t.Errorf("slot of an unknown asset %q", p.Arg)
			}
		}
		if diff := cmp.Diff(want, withoutAssets(got)); diff != "" {
			t.Errorf("the text changes the slots (-want +got):\n%s", diff)
		}
	})
}
