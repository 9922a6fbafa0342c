package announcement_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/message"
	"clarion/message/announcement"
)

func readGood(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/good.md")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func mustParse(t *testing.T, text []byte) announcement.Announcement {
	t.Helper()
	a, err := announcement.Parse("a.md", text, office())
	if err != nil {
		t.Fatalf("Parse() = %v", err)
	}
	return a
}

func instant(t *testing.T, s string) *message.Instant {
	t.Helper()
	at, err := message.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return &at
}

func TestParseEveryKey(t *testing.T) {
	t.Parallel()
	got := mustParse(t, readGood(t))
	want := message.Content{
		Title:      "Flood warnings: what changes on 1 May",
		Summary:    "Warnings for 120 places become clearer and arrive earlier.",
		Body:       "    indented code is kept\n\nSecond paragraph, line 40.\n\n---\n\nA rule above does not end anything.",
		Language:   "en-GB",
		Objective:  "People near rivers know what a warning asks of them.",
		Department: "Floods Office",
		Topics:     []string{"floods", "warnings"},
		Assets:     []channels.Asset{{Name: "map.png", Alt: "Map of the 120 places", Focus: "-0.5,0.25"}, {Name: "places.csv"}},
		Notes:      "1. The new warnings were tried in three places.\n\n2. Figures are for 2026.",
		Contact:    "Press desk\npress@rivers.example.org",
		Embargo:    instant(t, "2027-05-01 00:01 Europe/London"),
		Variants: map[string]channels.Variant{
			"mastodon": {Text: "Clearer flood warnings from 1 May.", Warning: "Floods", Visibility: "unlisted"},
			"email":    {Title: "Clearer flood warnings", Summary: "From 1 May."},
		},
		Plan: message.Plan{Audiences: []string{"public", "press"}, Channels: []string{"web", "email"}},
		Schedule: message.Schedule{
			Earliest: instant(t, "2027-05-01 09:00 Europe/London"), LateLimit: 2 * time.Hour,
			Expires: instant(t, "2027-05-08T00:00:00+01:00"),
		},
		Corrects: "m-abc123",
	}
	if diff := cmp.Diff(want, got.Content); diff != "" {
		t.Errorf("content differs (-want +got):\n%s", diff)
	}
	wantFiles := []announcement.AssetFile{{Name: "map.png", Alt: "Map of the 120 places", Focus: "-0.5,0.25", Line: 25}, {Name: "places.csv", Line: 28}}
	if diff := cmp.Diff(wantFiles, got.Assets); diff != "" {
		t.Errorf("assets differ (-want +got):\n%s", diff)
	}
}

func TestLinesPointIntoTheFile(t *testing.T) {
	t.Parallel()
	text := readGood(t)
	lines := strings.Split(string(text), "\n")
	got := mustParse(t, text).Lines
	for field, begins := range map[string]string{
		"title": "title:", "publish": "publish:", "topics[2]": "topics:", "assets[2].file": "  - file: places.csv",
		"assets[map.png].alt": "    alt: Map", "assets[map.png]": "  - file: map.png", "variants[email].summary": "    summary:",
		"corrects": "corrects:", "body": "    indented code",
	} {
		if n := got[field]; n < 1 || !strings.HasPrefix(lines[n-1], begins) {
			t.Errorf("Lines[%q] = %d", field, n)
		}
	}
	if n := got["body"] + 3 - 1; !strings.Contains(lines[n-1], "Second paragraph") {
		t.Errorf("line 3 of the body is not line %d of the file", n)
	}
}

func TestParseDefaults(t *testing.T) {
	t.Parallel()
	text := []byte("---\ntitle: T\naudiences: [public]\n---\nBody")
	got := mustParse(t, text).Content
	if got.Language != "en-GB" || got.Department != office().Department {
		t.Errorf("defaults are not used: %q, %q", got.Language, got.Department)
	}
	if s := got.Schedule; s.Earliest != nil || s.Expires != nil || s.LateLimit != message.DefaultLateLimit {
		t.Errorf("schedule = %+v", s)
	}
	_, err := announcement.Parse("a.md", text, announcement.Defaults{})
	if err == nil || !strings.Contains(err.Error(), "no language") || !strings.Contains(err.Error(), "no department") {
		t.Errorf("without defaults: %v", err)
	}
}

func TestParseTellsPlatformsNotApart(t *testing.T) {
	t.Parallel()
	text := readGood(t)
	want := mustParse(t, text)
	for name, other := range map[string][]byte{
		"CRLF": bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
		"BOM":  append([]byte("\uFEFF"), text...),
	} {
		if got := mustParse(t, other); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: differs\n%s", name, cmp.Diff(want, got))
		}
	}
}

func TestWhenApproved(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"when approved", "When  Approved", `"when approved"`} {
		a := mustParse(t, []byte("---\ntitle: T\naudiences: [public]\npublish: "+value+"\n---\nBody"))
		if a.Content.Schedule.Earliest != nil {
			t.Errorf("%s: %v", value, a.Content.Schedule.Earliest)
		}
	}
}

func TestBidirectionalTextIsFine(t *testing.T) {
	t.Parallel()
	text := "---\ntitle: دریا کی سطح 👩‍🚒🏴󠁧󠁢󠁷󠁬󠁳󠁿\nlanguage: ur\naudiences: [public]\n---\n\u2067متن\u2069 River\n"
	if got := mustParse(t, []byte(text)).Content; got.Language != "ur" || !strings.Contains(got.Body, "\u2067") {
		t.Errorf("got %+v", got)
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	text := "---\ntitle: T\naudiences: [public]\n" + strings.Repeat("x", 8) + ": 1\n"
	for i := range 3 * announcement.MaxFaults {
		text += "unknown" + strings.Repeat("y", i) + ": 1\n"
	}
	_, err := announcement.Parse("a.md", []byte(text+"---\nBody"), office())
	faults := mustFaults(t, err)
	if len(faults) != announcement.MaxFaults+1 || !strings.Contains(faults[len(faults)-1].Says, "more faults") {
		t.Errorf("%d faults, the last %v", len(faults), faults[len(faults)-1])
	}
}

func mustFaults(t *testing.T, err error) announcement.Faults {
	t.Helper()
	var faults announcement.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("err = %v, want Faults", err)
	}
	return faults
}
