package webfeed

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func items(t testing.TB) []Item {
	t.Helper()
	var list []Item
	for _, name := range []string{"long", "welsh", "arabic", "emoji"} {
		var item Item
		if err := json.Unmarshal(rendered(t, posts()[name])[DocItem], &item); err != nil {
			t.Fatal(err)
		}
		list = append(list, item)
	}
	return list
}

func TestIndex(t *testing.T) {
	t.Parallel()
	got := Index(feed(), items(t))
	soundHTML(t, got)
	golden(t, "index.html", got)
}

func TestIndexInOtherTongues(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"cy": "<p>Nid oes dim wedi&#39;i gyhoeddi eto.</p>",
		"ar": `<p lang="en" dir="ltr">Nothing has been published yet.</p>`,
		"":   "<p>Nothing has been published yet.</p>",
	} {
		f := feed()
		f.Language = lang
		got := Index(f, nil)
		soundHTML(t, got)
		if !strings.Contains(string(got), want) {
			t.Errorf("index in %q lacks %q:\n%s", lang, want, got)
		}
	}
}

func TestIndexOfHostileItems(t *testing.T) {
	t.Parallel()
	for _, s := range hostile() {
		f := feed()
		f.Title, f.Description = s, s
		soundHTML(t, Index(f, []Item{{Title: s, Summary: s, URL: "https://news.example/" + s, Language: s}}))
		soundHTML(t, NotFound(f))
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 31, 23, 30, 0, 0, time.UTC)
	for _, tc := range []struct {
		lang string
		at   time.Time
		want string
	}{
		{"en", at, "31 May 2027"},
		{"en", at.In(london(t)), "1 June 2027"},
		{"cy", at, "31 Mai 2027"},
		{"ar", at, "2027-05-31"},
		{"en", time.Time{}, ""},
	} {
		if got := date(tc.at, tongueOf(tc.lang).dates); got != tc.want {
			t.Errorf("date of %s in %q is %q, want %q", tc.at, tc.lang, got, tc.want)
		}
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	got := NotFound(feed())
	soundHTML(t, got)
	golden(t, "notfound.html", got)
}

func TestPathOfTheInstallation(t *testing.T) {
	t.Parallel()
	f := feed()
	f.Home = "https://www.example/press/"
	got := string(NotFound(f))
	for _, want := range []string{`href="/press/assets/public.css"`, `href="/press/"`, `href="https://www.example/press/feeds/all.rss"`} {
		if !strings.Contains(got, want) {
			t.Errorf("page lacks %s:\n%s", want, got)
		}
	}
}

func TestStylesheetIsACopy(t *testing.T) {
	t.Parallel()
	first := Stylesheet()
	first[0] = 'x'
	if second := Stylesheet(); bytes.Equal(first, second) || !bytes.Contains(second, []byte(".skip a:focus")) {
		t.Error("the stylesheet can be changed from outside, or is not the style of the pages")
	}
}
