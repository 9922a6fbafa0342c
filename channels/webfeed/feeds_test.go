package webfeed

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"testing"
	"time"
)

type atomFeed struct {
	ID      string `xml:"id"`
	Title   string `xml:"title"`
	Updated string `xml:"updated"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID        string `xml:"id"`
		Title     string `xml:"title"`
		Published string `xml:"published"`
		Updated   string `xml:"updated"`
		Content   string `xml:"content"`
	} `xml:"entry"`
}

type rssFeed struct {
	Title string `xml:"channel>title"`
	Built string `xml:"channel>lastBuildDate"`
	Items []struct {
		Title string `xml:"title"`
		Link  string `xml:"link"`
		GUID  struct {
			Value     string `xml:",chardata"`
			PermaLink string `xml:"isPermaLink,attr"`
		} `xml:"guid"`
		Date      string `xml:"pubDate"`
		Content   string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
		Enclosure struct {
			URL    string `xml:"url,attr"`
			Length string `xml:"length,attr"`
			Type   string `xml:"type,attr"`
		} `xml:"enclosure"`
	} `xml:"channel>item"`
}

func readAtom(t testing.TB, doc []byte) (f atomFeed) {
	t.Helper()
	if err := xml.Unmarshal(doc, &f); err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	return f
}

func readRSS(t testing.TB, doc []byte) (f rssFeed) {
	t.Helper()
	if err := xml.Unmarshal(doc, &f); err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	return f
}

// entries fills one document of several posts.
func entries(t testing.TB, doc string) [][]byte {
	t.Helper()
	return [][]byte{rendered(t, posts()["attachment"])[doc], rendered(t, posts()["arabic"])[doc]}
}

func TestWholeFeeds(t *testing.T) {
	t.Parallel()
	golden(t, "feed.atom", Atom(feed(), entries(t, DocAtom)))
	golden(t, "feed.rss", RSS(feed(), entries(t, DocRSS)))
	golden(t, "feed.json", JSON(feed(), entries(t, DocJSON)))
}

func TestEmptyFeeds(t *testing.T) {
	t.Parallel()
	hostileFeed := feed()
	hostileFeed.Title, hostileFeed.Description = `a & "b" </title>`, "]]>\x01"
	for _, f := range []Feed{feed(), hostileFeed, {Title: "bare"}} {
		if got := readAtom(t, Atom(f, nil)); got.Title != f.Title || len(got.Entries) != 0 {
			t.Errorf("Atom %+v", got)
		}
		if got := readRSS(t, RSS(f, nil)); got.Title != f.Title || (got.Built == "") != f.Updated.IsZero() {
			t.Errorf("RSS %+v", got)
		}
		soundJSON(t, JSON(f, nil))
	}
}

func TestAtomEntry(t *testing.T) {
	t.Parallel()
	got := readAtom(t, Atom(feed(), entries(t, DocAtom)))
	if got.ID != feed().ID || got.Links[0].Rel != "self" || got.Links[0].Href != feed().Self {
		t.Errorf("feed %+v", got)
	}
	e, v := got.Entries[0], values(t)
	if e.ID != v.EntryID || e.Published != "2027-05-01T09:00:00+01:00" || e.Updated != "2027-05-02T10:30:00+01:00" {
		t.Errorf("entry %+v", e)
	}
}

func TestRSSItem(t *testing.T) {
	t.Parallel()
	got, v := readRSS(t, RSS(feed(), entries(t, DocRSS))).Items[0], values(t)
	if got.GUID.Value != v.EntryID || got.GUID.PermaLink != "false" || got.Link != v.PageAddress {
		t.Errorf("item %+v", got)
	}
	if at, err := time.Parse(time.RFC1123Z, got.Date); err != nil || !at.Equal(v.PublishedAt) {
		t.Errorf("pubDate %q: %v", got.Date, err)
	}
	if got.Enclosure.URL != v.AssetBase+sum("a") || got.Enclosure.Length != "1250000" || got.Enclosure.Type != "application/pdf" {
		t.Errorf("enclosure %+v", got.Enclosure)
	}
}

func TestContentIsTheSameInEveryFormat(t *testing.T) {
	t.Parallel()
	for name, post := range posts() {
		docs := rendered(t, post)
		var item struct {
			Content string `json:"content_html"`
		}
		if err := json.Unmarshal(docs[DocJSON], &item); err != nil {
			t.Fatal(err)
		}
		atom := readAtom(t, Atom(feed(), [][]byte{docs[DocAtom]})).Entries[0].Content
		rss := readRSS(t, RSS(feed(), [][]byte{docs[DocRSS]})).Items[0].Content
		if item.Content == "" || item.Content != atom || item.Content != rss {
			t.Errorf("%s: contents differ:\n%s\n%s\n%s", name, item.Content, atom, rss)
		}
	}
}

func TestJSONFeed(t *testing.T) {
	t.Parallel()
	var got struct {
		Version, Title string
		Items          []struct {
			ID, URL     string
			Attachments []struct {
				URL  string
				Size int64 `json:"size_in_bytes"`
			}
		}
	}
	if err := json.Unmarshal(JSON(feed(), entries(t, DocJSON)), &got); err != nil {
		t.Fatal(err)
	}
	v := values(t)
	if got.Version != "https://jsonfeed.org/version/1.1" || len(got.Items) != 2 || got.Items[0].ID != v.EntryID || got.Items[0].URL != v.PageAddress {
		t.Errorf("feed %+v", got)
	}
	want := fmt.Sprintf("[{%s%s 1250000} {%s%s 999} {%s%s 48213}]", v.AssetBase, sum("a"), v.AssetBase, sum("b"), v.AssetBase, sum("4"))
	if fmt.Sprint(got.Items[0].Attachments) != want {
		t.Errorf("attachments %v, want %s", got.Items[0].Attachments, want)
	}
}
