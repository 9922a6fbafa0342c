package announcement_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/message/announcement"
)

// fine is a content with nothing wrong.
func fine() message.Content {
	return message.Content{
		Title: "T", Body: "B", Language: "en-GB", Department: "D",
		Plan:     message.Plan{Audiences: []string{"public"}},
		Schedule: message.Schedule{LateLimit: message.DefaultLateLimit},
	}
}

// numbered gives n names that differ.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	return names
}

// TestLimits tries every limit below, at and above it, in a content and in the
// file of that content.
func TestLimits(t *testing.T) {
	t.Parallel()
	wide, narrow := func(n int) string { return strings.Repeat("é", n) }, func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		field string
		limit int
		set   func(c *message.Content, n int)
	}{
		{"title", message.MaxTitle, func(c *message.Content, n int) { c.Title = wide(n) }},
		{"summary", message.MaxSummary, func(c *message.Content, n int) { c.Summary = wide(n) }},
		{"objective", message.MaxField, func(c *message.Content, n int) { c.Objective = wide(n) }},
		{"department", message.MaxField, func(c *message.Content, n int) { c.Department = wide(n) }},
		{"contact", message.MaxField, func(c *message.Content, n int) { c.Contact = wide(n) }},
		{"notes", message.MaxNotes, func(c *message.Content, n int) { c.Notes = narrow(n) }},
		{"body", message.MaxBody, func(c *message.Content, n int) { c.Body = narrow(n) }},
		{"topics", message.MaxTopics, func(c *message.Content, n int) { c.Topics = numbered(n) }},
		{"topics[1]", message.MaxField, func(c *message.Content, n int) { c.Topics = []string{wide(n)} }},
		{"audiences", message.MaxAudiences, func(c *message.Content, n int) { c.Plan.Audiences = numbered(n) }},
		{"audiences[1]", 40, func(c *message.Content, n int) { c.Plan.Audiences = []string{narrow(n)} }},
		{"channels", message.MaxChannels, func(c *message.Content, n int) { c.Plan.Channels = numbered(n) }},
		{"channels[1]", 40, func(c *message.Content, n int) { c.Plan.Channels = []string{narrow(n)} }},
		{"corrects", 100, func(c *message.Content, n int) { c.Corrects = narrow(n) }},
		{"withdraws", 100, func(c *message.Content, n int) { c.Withdraws = narrow(n) }},
		{"variants[web].warning", message.MaxField, func(c *message.Content, n int) {
			c.Variants = map[string]channels.Variant{"web": {Warning: wide(n)}}
		}},
		{"variants[web].visibility", message.MaxField, func(c *message.Content, n int) {
			c.Variants = map[string]channels.Variant{"web": {Visibility: wide(n)}}
		}},
		{"assets", message.MaxAssets, func(c *message.Content, n int) {
			for _, name := range numbered(n) {
				c.Assets = append(c.Assets, channels.Asset{Name: name})
			}
		}},
		{"assets[1].file", 255, func(c *message.Content, n int) { c.Assets = []channels.Asset{{Name: narrow(n)}} }},
		{"assets[1].alt", message.MaxField, func(c *message.Content, n int) {
			c.Assets = []channels.Asset{{Name: "a.png", Alt: wide(n)}}
		}},
		{"variants", message.MaxChannels, func(c *message.Content, n int) {
			c.Variants = map[string]channels.Variant{}
			for _, name := range numbered(n) {
				c.Variants[name] = channels.Variant{Text: "x"}
			}
		}},
		{"variants[web].title", message.MaxTitle, func(c *message.Content, n int) {
			c.Variants = map[string]channels.Variant{"web": {Title: wide(n)}}
		}},
		{"variants[web].summary", message.MaxSummary, func(c *message.Content, n int) {
			c.Variants = map[string]channels.Variant{"web": {Summary: wide(n)}}
		}},
		{"variants[web].text", message.MaxBody, func(c *message.Content, n int) {
			c.Variants = map[string]channels.Variant{"web": {Text: narrow(n)}}
		}},
		{"late_limit", int(announcement.MaxLateLimit / time.Second), func(c *message.Content, n int) {
			c.Schedule.LateLimit = time.Duration(n) * time.Second
		}},
	}
	for _, tt := range tests {
		t.Run(tt.field, func(t *testing.T) {
			t.Parallel()
			for _, over := range []int{-1, 0, 1} {
				c := fine()
				tt.set(&c, tt.limit+over)
				checkLimit(t, c, tt.field, over > 0)
			}
		})
	}
}

// checkLimit holds that a content is refused, or not, for one field and no
// other, in hand and in a file.
func checkLimit(t *testing.T, c message.Content, field string, refused bool) {
	t.Helper()
	problems := announcement.Check(c)
	_, err := announcement.Parse("a.md", announcement.Format(c), office())
	if !refused {
		if len(problems) > 0 || err != nil {
			t.Errorf("refused below or at the limit: %v; %v", problems, err)
		}
		return
	}
	if len(problems) != 1 || problems[0].Field != field || problems[0].Try == "" {
		t.Errorf("Check() = %v, want one problem of %s", problems, field)
	}
	if faults := mustFaults(t, err); len(faults) != 1 || faults[0].Key != field {
		t.Errorf("Parse() = %v, want one fault of %s", err, field)
	}
}

// TestFocus tries a point at the edges of an image and beyond.
func TestFocus(t *testing.T) {
	t.Parallel()
	for focus, good := range map[string]bool{
		"": true, "0,0": true, "-1,1": true, "1.0,-1.0": true, ".5,-.25": true, "0.33333,0.33333": true,
		"1.01,0": false, "0,-1.01": false, "0": false, "0,0,0": false, "0, 0": false, ",": false, "NaN,0": false, "0x1,0": false,
		"1e0,0": false, "left,top": false, "0.0000000000000000001,0": false, "+1,0": false,
	} {
		c := fine()
		c.Assets = []channels.Asset{{Name: "a.png", Alt: "A bridge", Focus: focus}}
		checkLimit(t, c, "assets[1].focus", !good)
	}
	c := fine()
	c.Assets = []channels.Asset{{Name: "a.csv", Focus: "0,0"}}
	checkLimit(t, c, "assets[1].focus", true)
}

func TestEitherCorrectsOrWithdraws(t *testing.T) {
	t.Parallel()
	c := fine()
	c.Corrects, c.Withdraws = "m-1", "m-2"
	checkLimit(t, c, "withdraws", true)
}

func TestFileLimit(t *testing.T) {
	t.Parallel()
	const head = "---\ntitle: T\naudiences: [public]\n#"
	const tail = "\n---\nBody\n"
	for over, good := range map[int]bool{-1: true, 0: true, 1: false} {
		text := head + strings.Repeat("c", announcement.MaxFile+over-len(head)-len(tail)) + tail
		_, err := announcement.Parse("a.md", []byte(text), office())
		if (err == nil) != good {
			t.Errorf("%+d bytes: %v, want good %v", over, err, good)
		}
	}
}

func TestHugeFileIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := announcement.Parse("a.md", make([]byte, 50<<20), office())
	if faults := mustFaults(t, err); len(faults) != 1 || faults[0].Line != 1 {
		t.Errorf("got %v", err)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		field  string
		change func(*message.Content)
	}{
		"no title":            {"title", func(c *message.Content) { c.Title = " " }},
		"no body":             {"body", func(c *message.Content) { c.Body = "\n \n" }},
		"no language":         {"language", func(c *message.Content) { c.Language = "" }},
		"undetermined":        {"language", func(c *message.Content) { c.Language = "und" }},
		"a huge language":     {"language", func(c *message.Content) { c.Language = strings.Repeat("en-", 1000) }},
		"no department":       {"department", func(c *message.Content) { c.Department = "" }},
		"no audience":         {"audiences", func(c *message.Content) { c.Plan.Audiences = nil }},
		"empty topic":         {"topics[2]", func(c *message.Content) { c.Topics = []string{"a", ""} }},
		"header injection":    {"department", func(c *message.Content) { c.Department = "D\r\nBcc: x" }},
		"title not UTF-8":     {"title", func(c *message.Content) { c.Title = "a\xff" }},
		"body not UTF-8":      {"body", func(c *message.Content) { c.Body = "a\xff" }},
		"NUL in the body":     {"body", func(c *message.Content) { c.Body = "a\x00b" }},
		"CR in the body":      {"body", func(c *message.Content) { c.Body = "a\r\nb" }},
		"negative late limit": {"late_limit", func(c *message.Content) { c.Schedule.LateLimit = -time.Second }},
		"empty variant":       {"variants[web]", func(c *message.Content) { c.Variants = map[string]channels.Variant{"web": {}} }},
		"hostile channel":     {"variants", func(c *message.Content) { c.Variants = map[string]channels.Variant{"a]\n": {Text: "x"}} }},
		"image without alt":   {"assets[1].alt", func(c *message.Content) { c.Assets = []channels.Asset{{Name: "A.JPG"}} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := fine()
			tt.change(&c)
			problems := announcement.Check(c)
			if len(problems) != 1 || problems[0].Field != tt.field || problems[0].Says == "" || problems[0].Try == "" {
				t.Errorf("Check() = %+v, want one problem of %s", problems, tt.field)
			}
		})
	}
	if problems := announcement.Check(fine()); len(problems) > 0 {
		t.Errorf("a fine content is refused: %v", problems)
	}
}
