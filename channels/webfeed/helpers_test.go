package webfeed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"clarion/channels"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

// open makes a channel whose own keys are what set writes.
func open(set func(*Settings)) (*Channel, error) {
	c, err := Kind().New(channels.Settings{
		Name: "web", Office: "Example Press Office", BaseURL: "https://news.example",
		Decode: func(into any) error {
			own, ok := into.(*Settings)
			if !ok {
				return errors.New("no settings to decode into")
			}
			set(own)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return c.(*Channel), nil
}

func channel(t testing.TB) *Channel {
	t.Helper()
	c, err := open(func(*Settings) {})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func values(t testing.TB) channels.Values {
	t.Helper()
	return channels.Values{
		PublishedAt: time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC),
		UpdatedAt:   time.Date(2027, 5, 2, 9, 30, 0, 0, time.UTC),
		PageAddress: "https://news.example/news/works-begin-4k2x?a=1&b=2",
		EntryID:     "urn:uuid:2d4b0d2e-6f6c-4b0e-9a3e-0c1d2e3f4a5b",
		Zone:        london(t),
		AssetBase:   "https://news.example/assets/",
	}
}

// rendered fills every document of a post, by name.
func rendered(t testing.TB, post channels.Post) map[string][]byte {
	t.Helper()
	r, problems := channel(t).Render(post)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	filled := map[string][]byte{}
	for _, d := range r.Documents {
		b, err := d.Fill(values(t))
		if err != nil {
			t.Fatal(err)
		}
		filled[d.Name] = b
	}
	return filled
}

func feed() Feed {
	return Feed{
		ID: "tag:news.example,2027:all", Title: "Example Press Office", Description: "News of the office",
		Home: "https://news.example/", Self: "https://news.example/feeds/all.atom", Language: "en-GB",
		Updated: time.Date(2027, 5, 2, 9, 30, 0, 0, time.UTC),
	}
}

// soundDocuments reads every document with a parser of its own format.
func soundDocuments(t testing.TB, docs map[string][]byte) {
	t.Helper()
	soundXML(t, Atom(feed(), [][]byte{docs[DocAtom]}), "entry")
	soundXML(t, RSS(feed(), [][]byte{docs[DocRSS]}), "item")
	soundJSON(t, JSON(feed(), [][]byte{docs[DocJSON]}))
	soundJSON(t, docs[DocItem])
	soundHTML(t, docs[DocPage])
}

// soundXML wants one well-formed document with one element of a name, and
// with every prefix declared.
func soundXML(t testing.TB, doc []byte, entry string) {
	t.Helper()
	d, entries := xml.NewDecoder(bytes.NewReader(doc)), 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("XML: %v\n%s", err, doc)
		}
		if start, ok := token.(xml.StartElement); ok {
			if start.Name.Local == entry {
				entries++
			}
			if start.Name.Space != "" && !strings.HasPrefix(start.Name.Space, "http://") {
				t.Errorf("prefix %q is not declared", start.Name.Space)
			}
		}
	}
	if entries != 1 {
		t.Errorf("%d elements <%s>, want 1\n%s", entries, entry, doc)
	}
}

func soundJSON(t testing.TB, doc []byte) {
	t.Helper()
	if !json.Valid(doc) {
		t.Errorf("not valid JSON:\n%s", doc)
	}
}

// soundHTML wants balanced tags, one h1, a language, a title, descriptions of
// all images, and nothing that runs or loads from elsewhere.
func soundHTML(t testing.TB, doc []byte) {
	t.Helper()
	var stack []string
	count := map[string]int{}
	z := html.NewTokenizer(bytes.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(stack) > 0 || count["h1"] != 1 || count["title"] != 1 || count["main"] != 1 {
				t.Errorf("open %v, counts %v\n%s", stack, count, doc)
			}
			return
		case html.StartTagToken:
			token := z.Token()
			count[token.Data]++
			soundElement(t, token)
			if !slices.Contains([]string{"meta", "link", "img", "br", "hr"}, token.Data) {
				stack = append(stack, token.Data)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(stack) == 0 || stack[len(stack)-1] != name {
				t.Fatalf("</%s> within %v\n%s", name, stack, doc)
			}
			stack = stack[:len(stack)-1]
		case html.CommentToken:
			t.Errorf("comment %q", z.Token().Data)
		}
	}
}

func soundElement(t testing.TB, token html.Token) {
	t.Helper()
	if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "form", "base"}, token.Data) {
		t.Errorf("element <%s>", token.Data)
	}
	attrs := map[string]string{}
	for _, a := range token.Attr {
		attrs[a.Key] = a.Val
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
			t.Errorf("attribute %s in <%s>", a.Key, token.Data)
		}
	}
	switch token.Data {
	case "img":
		if attrs["alt"] == "" || !strings.HasPrefix(attrs["src"], "https://news.example/assets/") {
			t.Errorf("image %v", attrs)
		}
	case "html":
		if attrs["lang"] == "" || attrs["dir"] == "" {
			t.Errorf("html %v", attrs)
		}
	case "a":
		scheme, _, _ := strings.Cut(attrs["href"], ":")
		if !slices.Contains([]string{"https", "http", "mailto", "tel", "#main", "/", CorrectionsPath}, strings.ToLower(scheme)) {
			t.Errorf("link to %q", attrs["href"])
		}
	}
}

func sum(c string) string { return strings.Repeat(c, 64) }

func jpeg(name, alt string, n int) channels.Asset {
	return channels.Asset{
		Name: name, Alt: alt, MediaType: "image/jpeg", SHA256: sum(fmt.Sprint(n)), Size: 48_213, Width: 800, Height: 600,
	}
}
