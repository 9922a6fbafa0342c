package feed

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/channels/commonmark"
)

// A government's own feed, where it is at hand.
func TestRealFeed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(cmp.Or(os.Getenv("CLARION_TEST_DATA"), "../../../shared/data"), "news-gov-scot.rss")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no real feed to read: set CLARION_TEST_DATA to the folder that has it: %v", err)
	}
	entries, err := Parse(text)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if problems := commonmark.Check(e.Body, nil); len(problems) > 0 || e.Language != "en" || len(e.Topics) == 0 || !strings.HasSuffix(e.Body, "Source: <"+e.Link+">") {
			t.Errorf("%+v: %+v", e, problems)
		}
	}
	if s := entries[0].Summary; !strings.HasPrefix(s, "First Minister Nicola Sturgeon today") || !strings.Contains(entries[0].Body, "We don't need a referendum") {
		t.Errorf("summary %q, body %q", s, entries[0].Body)
	}
}
