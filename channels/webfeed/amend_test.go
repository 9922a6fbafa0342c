package webfeed

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"clarion/channels"
)

func corrections(t testing.TB) []Correction {
	t.Helper()
	var all []Correction
	for _, name := range []string{"withdrawn-welsh", "withdrawn", "corrected"} {
		var c Correction
		if err := json.Unmarshal(rendered(t, posts()[name])[DocCorrection], &c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func TestCorrections(t *testing.T) {
	t.Parallel()
	got := Corrections(feed(), corrections(t))
	soundHTML(t, got)
	golden(t, "corrections.html", got)
}

func TestCorrectionLine(t *testing.T) {
	t.Parallel()
	all, v := corrections(t), values(t)
	for i, c := range all {
		if c.URL != v.PageAddress || !c.Published.Equal(v.UpdatedAt) || c.Withdrawn != (i < 2) {
			t.Errorf("line %d: %+v", i, c)
		}
	}
	if all[2].Title != "Works begin on <Monday>" || all[2].Summary != "The works begin on Tuesday, not on <Monday>." {
		t.Errorf("%+v", all[2])
	}
}

func TestNoCorrections(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"en": "<p>Nothing has been corrected or withdrawn.</p>",
		"cy": "<p>Nid oes dim wedi&#39;i gywiro na&#39;i dynnu&#39;n ôl.</p>",
		"ar": `<p lang="en" dir="ltr">Nothing has been corrected or withdrawn.</p>`,
	} {
		f := feed()
		f.Language = lang
		got := Corrections(f, nil)
		soundHTML(t, got)
		if !strings.Contains(string(got), want) {
			t.Errorf("in %q it lacks %q:\n%s", lang, want, got)
		}
	}
}

func TestCorrectionsOfHostileItems(t *testing.T) {
	t.Parallel()
	for _, s := range hostile() {
		f := feed()
		f.Title = s
		soundHTML(t, Corrections(f, []Correction{{Item: Item{Title: s, Summary: s, URL: "https://news.example/" + s, Language: s}}}))
	}
}

// TestWithdrawalLeavesNothingBehind holds that every document reads as
// withdrawn, and that the one who reads only titles is told as well.
func TestWithdrawalLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	docs := rendered(t, posts()["withdrawn"])
	const title = "Withdrawn: Works begin on "
	for name, doc := range docs {
		if name != DocCorrection && !strings.Contains(string(doc), title) {
			t.Errorf("%s is not headed %q:\n%s", name, title, doc)
		}
	}
	for _, name := range []string{DocPage, DocAtom, DocRSS, DocJSON} {
		if !strings.Contains(string(docs[name]), "This announcement was withdrawn on") {
			t.Errorf("%s does not say when it was withdrawn", name)
		}
	}
}

// TestTombstone reads the tombstone as RFC 6721 has it, beside the entry.
func TestTombstone(t *testing.T) {
	t.Parallel()
	var f struct {
		Deleted []struct {
			Ref     string `xml:"ref,attr"`
			When    string `xml:"when,attr"`
			Comment string `xml:"http://purl.org/atompub/tombstones/1.0 comment"`
		} `xml:"http://purl.org/atompub/tombstones/1.0 deleted-entry"`
		Entries []struct {
			ID      string `xml:"id"`
			Updated string `xml:"updated"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	doc := Atom(feed(), [][]byte{rendered(t, posts()["withdrawn"])[DocAtom], rendered(t, posts()["corrected"])[DocAtom]})
	if err := xml.Unmarshal(doc, &f); err != nil {
		t.Fatal(err)
	}
	v := values(t)
	if len(f.Deleted) != 1 || len(f.Entries) != 2 || f.Deleted[0].Ref != v.EntryID || f.Entries[0].ID != v.EntryID {
		t.Fatalf("feed %+v\n%s", f, doc)
	}
	if d := f.Deleted[0]; d.When != "2027-05-02T10:30:00+01:00" || d.When != f.Entries[0].Updated ||
		d.Comment != "Withdrawn: Works begin on <Monday>. The works are put off & a new date follows." {
		t.Errorf("tombstone %+v", d)
	}
}

// TestSlotsOfAmendments holds that no words of the author form or drop a slot.
func TestSlotsOfAmendments(t *testing.T) {
	t.Parallel()
	for _, action := range []channels.Action{channels.Edit, channels.Delete} {
		var want int
		for i, s := range append([]string{"plain words"}, hostile()...) {
			post := posts()["plain"]
			post.Action, post.Corrects, post.Withdraws, post.Summary = action, s, s, "x"+s
			r, problems := channel(t).Render(post)
			if len(problems) > 0 {
				t.Fatalf("%q: %+v", s, problems)
			}
			n := 0
			for _, d := range r.Documents {
				for _, p := range d.Parts {
					if p.Slot != channels.NoSlot {
						n++
					}
				}
			}
			if i == 0 {
				want = n
			}
			if n != want {
				t.Errorf("%s with %q has %d slots, want %d", action, s, n, want)
			}
			soundDocuments(t, rendered(t, post))
		}
	}
}
