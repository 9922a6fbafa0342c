package announcement_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/message"
	"clarion/message/announcement"
)

func TestFormatIsFixed(t *testing.T) {
	t.Parallel()
	got := announcement.Format(mustParse(t, readGood(t)).Content)
	golden(t, "testdata/good.formatted", string(got))
}

// TestFormatRoundTrip holds that a content of any texts comes back from its
// file as it was.
func TestFormatRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawContent(t)
		file := announcement.Format(c)
		a, err := announcement.Parse("a.md", file, announcement.Defaults{})
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if diff := cmp.Diff(c, a.Content, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("differs (-want +got):\n%s\n%s", diff, file)
		}
		if again := announcement.Format(a.Content); string(again) != string(file) {
			t.Fatalf("the file changed:\n%s\n%s", file, again)
		}
	})
}

// words has what YAML and CommonMark could take for something of theirs.
func words() []string {
	return []string{
		"rivers", "été", "دریا", "👩‍👩‍👧‍👦", "---", "...", "- x", "#", ": ", " #c", "'", `"`, "`", "true", "no", "~", "null", "7", "1e3",
		"2027-05-01", "<<", "&a", "*a", "!t", "{x}", "[y]", "|", ">", "%", "@", "\\", "=1+1", "?", ",", "\u00a0", "\u200d", "<b>", "key: value",
	}
}

func line(t *rapid.T, name string) string {
	return drawText(t, name, []string{" ", "", "  "})
}

func lines(t *rapid.T, name string) string {
	return drawText(t, name, []string{" ", "", "\n", "\n\n", "\n  ", "\n\t", " \n"})
}

// drawText joins words, beginning and ending with a word.
func drawText(t *rapid.T, name string, gaps []string) string {
	text := "w"
	for range rapid.IntRange(0, 6).Draw(t, name) {
		text += rapid.SampledFrom(gaps).Draw(t, "gap") + rapid.SampledFrom(words()).Draw(t, "word")
	}
	if rapid.Bool().Draw(t, "ends plain") {
		text = strings.TrimSpace(rapid.SampledFrom(words()[:20]).Draw(t, "first")) + text
	}
	return text + "w"
}

func maybe(t *rapid.T, draw func(*rapid.T, string) string, name string) string {
	if rapid.Bool().Draw(t, "has "+name) {
		return draw(t, name)
	}
	return ""
}

func drawInstant(t *rapid.T, name string) *message.Instant {
	if !rapid.Bool().Draw(t, "has "+name) {
		return nil
	}
	at := time.Unix(rapid.Int64Range(1<<30, 1<<34).Draw(t, name), 0)
	zone := rapid.SampledFrom([]string{"UTC", "Asia/Kathmandu", "+05:45", "-03:30", "+00:00", "Etc/GMT+12"}).Draw(t, "zone")
	text := at.UTC().Format("2006-01-02 15:04:05 ") + zone
	if zone[0] == '+' || zone[0] == '-' {
		text = at.UTC().Format("2006-01-02T15:04:05") + zone
	}
	instant, err := message.ParseInstant(text)
	if err != nil {
		t.Fatal(err)
	}
	return &instant
}

func drawContent(t *rapid.T) message.Content {
	c := message.Content{
		Title: line(t, "title"), Summary: maybe(t, lines, "summary"), Body: lines(t, "body"), Language: "en-GB",
		Objective: maybe(t, lines, "objective"), Department: line(t, "department"),
		Notes: maybe(t, lines, "notes"), Contact: maybe(t, lines, "contact"), Embargo: drawInstant(t, "embargo"),
		Topics: rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string { return line(t, "topic") }), 0, 3, rapid.ID).Draw(t, "topics"),
		Plan:   message.Plan{Audiences: rapid.SampledFrom([][]string{{"public"}, {"null", "true"}, {"7", "no", "1e3"}}).Draw(t, "audiences")},
	}
	c.Plan.Channels = rapid.SampledFrom([][]string{nil, {"web"}, {"0x1", "x"}}).Draw(t, "channels")
	c.Corrects = rapid.SampledFrom([]string{"", "m-1", "123", "0_1"}).Draw(t, "corrects")
	if c.Corrects == "" {
		c.Withdraws = rapid.SampledFrom([]string{"", "m-2", "1e3"}).Draw(t, "withdraws")
	}
	c.Schedule.LateLimit = time.Duration(rapid.Int64Range(0, int64(announcement.MaxLateLimit/time.Second)).Draw(t, "late limit")) * time.Second
	if c.Schedule.Earliest = drawInstant(t, "earliest"); c.Schedule.Earliest == nil {
		c.Schedule.Expires = drawInstant(t, "expires")
	}
	if rapid.Bool().Draw(t, "has assets") {
		c.Assets = []channels.Asset{{Name: "a.png", Alt: line(t, "alt"), Focus: rapid.SampledFrom([]string{"", "0,1", "-1,.5"}).Draw(t, "focus")}, {Name: "- b #1'.csv"}}
	}
	if rapid.Bool().Draw(t, "has variants") {
		c.Variants = map[string]channels.Variant{
			"true": {Title: line(t, "variant title"), Warning: maybe(t, line, "warning"), Visibility: rapid.SampledFrom([]string{"", "no", "unlisted"}).Draw(t, "visibility")}, "7": {Text: lines(t, "variant text"), Summary: maybe(t, lines, "variant summary")},
		}
	}
	return c
}
