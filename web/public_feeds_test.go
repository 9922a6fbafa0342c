package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// parsedFeed is what the three formats have in common.
type parsedFeed struct {
	id, title, self string
	entries         []string // titles
}

func parseFeed(t *testing.T, format, body string) parsedFeed {
	t.Helper()
	var f parsedFeed
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	type entry struct {
		Title string `xml:"title" json:"title"`
	}
	var atom struct {
		ID    string  `xml:"id"`
		Title string  `xml:"title"`
		Links []link  `xml:"link"`
		All   []entry `xml:"entry"`
	}
	var rss struct {
		Title string  `xml:"channel>title"`
		All   []entry `xml:"channel>item"`
	}
	var object struct {
		Title string  `json:"title"`
		Self  string  `json:"feed_url"`
		All   []entry `json:"items"`
	}
	var err error
	switch format {
	case "atom":
		err = xml.Unmarshal([]byte(body), &atom)
		f.id, f.title = atom.ID, atom.Title
		for _, l := range atom.Links {
			if l.Rel == "self" {
				f.self = l.Href
			}
		}
	case "rss":
		err = xml.Unmarshal([]byte(body), &rss)
		f.title = rss.Title
	case "json":
		err = json.Unmarshal([]byte(body), &object)
		f.title, f.self = object.Title, object.Self
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", format, err, body)
	}
	for _, e := range append(append(atom.All, rss.All...), object.All...) {
		f.entries = append(f.entries, e.Title)
	}
	return f
}

// What was meant for one audience shows in its feed and in that of all, and
// nowhere else.
func TestPublicFeeds(t *testing.T) {
	r := openRoom(t)
	r.publish("For everyone", "public")
	r.now = r.now.Add(time.Minute)
	r.publish("For stakeholders", "stakeholders")
	r.now = r.now.Add(time.Minute)
	r.publish("For the press and everyone", "press", "public")
	types := map[string]string{"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8", "json": "application/feed+json"}
	for name, want := range map[string]parsedFeed{
		"all":          {title: "Example news", entries: []string{"For the press and everyone", "For stakeholders", "For everyone"}},
		"public":       {title: "Example news – Everyone", entries: []string{"For the press and everyone", "For everyone"}},
		"stakeholders": {title: "Example news – Stakeholders", entries: []string{"For stakeholders"}},
	} {
		for format, mediaType := range types {
			address := "/feeds/" + name + "." + format
			got := r.found(address)
			f := parseFeed(t, format, got.body)
			if f.title != want.title || fmt.Sprint(f.entries) != fmt.Sprint(want.entries) || got.header.Get("Content-Type") != mediaType {
				t.Errorf("%s is %+v as %s", address, f, got.header.Get("Content-Type"))
			}
			if format == "atom" && f.id != baseURL+"/feeds/"+name || format != "rss" && f.self != baseURL+address {
				t.Errorf("%s calls itself %q at %q", address, f.id, f.self)
			}
		}
	}
}

func TestPublicFeedsThatAreNot(t *testing.T) {
	r := openRoom(t)
	r.publish("For the press and everyone", "press", "public")
	for _, path := range []string{
		"/feeds/press.atom", "/feeds/nobody.atom", "/feeds/all.xml", "/feeds/all", "/feeds/.atom", "/feeds/", "/feeds", "/feeds/all.atom.gz",
		"/feeds/ALL.atom", "/feeds/all.atom/", "/feeds/all/atom", "//feeds/all.atom", "/feeds/../feeds/all.atom",
	} {
		if got := r.get(path); got.status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, got.status)
		}
	}
}

func TestPublicEmptyFeedStaysTheSame(t *testing.T) {
	r := openRoom(t)
	first := r.found("/feeds/all.atom")
	r.public.Invalidate()
	second := r.found("/feeds/all.atom")
	if first.body != second.body || !strings.Contains(first.body, "<updated>1970-01-01T00:00:00Z</updated>") || first.header.Get("Last-Modified") != "" {
		t.Errorf("%v\n%s", first.header, first.body)
	}
	if index := r.found("/"); !strings.Contains(index.body, "Nothing has been published yet.") {
		t.Error(index.body)
	}
}

// An audience that is made public, or renamed, or closed, shows at once.
func TestPublicFeedFollowsItsAudience(t *testing.T) {
	r := openRoom(t)
	r.audience("press", "Press", true)
	r.public.Invalidate()
	before := r.found("/feeds/press.atom")
	r.audience("press", "Journalists", true)
	r.public.Invalidate()
	if after := r.found("/feeds/press.atom"); !strings.Contains(after.body, "Example news – Journalists") || after.header.Get("ETag") == before.header.Get("ETag") {
		t.Errorf("%v\n%s", after.header, after.body)
	}
	r.audience("press", "Journalists", false)
	r.public.Invalidate()
	if got := r.get("/feeds/press.atom"); got.status != http.StatusNotFound {
		t.Errorf("a closed audience's feed answers %d", got.status)
	}
}

func TestPublicEntriesLimit(t *testing.T) {
	r := openRoom(t)
	s := r.settings(storeReader{r.store})
	s.Feed.Entries = 2
	r.public = NewPublic(s)
	r.serve(r.public)
	for n := range 3 {
		r.now = r.now.Add(time.Minute)
		r.publish(fmt.Sprint("Message ", n), "public")
		want := min(n+1, 2)
		if got := len(parseFeed(t, "atom", r.found("/feeds/all.atom").body).entries); got != want {
			t.Errorf("of %d messages the feed holds %d", n+1, got)
		}
		if got := strings.Count(r.found("/").body, `<a href="`+baseURL+"/news/"); got != want {
			t.Errorf("of %d messages the front page lists %d", n+1, got)
		}
	}
}

func TestFeedLimit(t *testing.T) {
	t.Parallel()
	sized := func(sizes ...int) []PublicEntry {
		all := make([]PublicEntry, len(sizes))
		for i, n := range sizes {
			all[i].Atom = make([]byte, n)
		}
		return all
	}
	for _, tc := range []struct {
		entries []PublicEntry
		want    int
	}{
		{sized(maxFeed-2, 1), 2}, {sized(maxFeed-1, 1), 2}, {sized(maxFeed, 1), 1}, {sized(maxFeed + 1), 1}, {sized(1, maxFeed, 1), 1}, {nil, 0},
	} {
		if got := bounded(tc.entries, func(e PublicEntry) []byte { return e.Atom }); len(got) != tc.want {
			t.Errorf("%d entries stay of %d, want %d", len(got), len(tc.entries), tc.want)
		}
	}
}

// A feed is at most what its entries are and its own compressed form, so the
// largest fits into memory with room for others.
func TestFeedLimitFitsTheCache(t *testing.T) {
	t.Parallel()
	if 3*maxFeed > maxCached {
		t.Errorf("a feed of %d bytes takes most of %d", maxFeed, maxCached)
	}
}

func TestPublicCompression(t *testing.T) {
	r := openRoom(t)
	q := r.publish("Bridge opens "+strings.Repeat("and opens ", 20), "public")
	for _, path := range []string{"/", "/news/" + q.slug, "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/assets/public.css"} {
		plain, zipped := r.found(path), r.ask(http.MethodGet, path, map[string]string{"Accept-Encoding": "br, gzip"})
		if plain.header.Get("Content-Encoding") != "" || zipped.header.Get("Content-Encoding") != "gzip" || unzip(t, zipped.body) != plain.body {
			t.Errorf("%s: %v, %v", path, plain.header, zipped.header)
		}
		if a, b := plain.header.Get("ETag"), zipped.header.Get("ETag"); a == b || !strings.HasPrefix(a, `"`) || !strings.HasPrefix(b, `"`) {
			t.Errorf("%s: tags %s and %s", path, a, b)
		}
		if plain.header.Get("Vary") != "Accept-Encoding" || zipped.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s does not vary", path)
		}
	}
}

func unzip(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}
