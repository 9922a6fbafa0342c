package main

import (
	"fmt"
	"strings"
	"testing"

	"clarion/ledger"
)

func headLine(pad int) string {
	h := strings.Repeat("ab", 32)
	line := fmt.Sprintf(`{"writer":"w1","number":1,"hash":%q,"at":"2026-01-02T03:04:05.006Z"}`, h)
	return line + strings.Repeat(" ", max(pad-len(line), 0))
}

func TestParseHeads(t *testing.T) {
	t.Parallel()
	good := headLine(0)
	for name, c := range map[string]struct {
		text string
		n    int
		says string
	}{
		"one":          {good, 1, ""},
		"two":          {good + "\n" + good + "\n", 2, ""},
		"none":         {"", 0, "holds no head"},
		"no JSON":      {good + "\nhead\n", 0, "heads:2: "},
		"short hash":   {strings.Replace(good, "abab", "ab", 1), 0, "heads:1: "},
		"no writer":    {strings.Replace(good, "w1", "", 1), 0, "heads:1: "},
		"no number":    {strings.Replace(good, ":1,", ":0,", 1), 0, "heads:1: "},
		"below limit":  {headLine(maxHeadLine-2) + "\n", 1, ""},
		"at limit":     {headLine(maxHeadLine-1) + "\n", 1, ""}, // with its line break
		"above limit":  {headLine(maxHeadLine) + "\n", 0, "too long"},
		"an empty one": {"\n", 0, "heads:1: "},
	} {
		got, err := parseHeads("heads", strings.NewReader(c.text))
		if len(got) != c.n || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %d heads, %v", name, len(got), err)
		}
	}
}

func FuzzParseHeads(f *testing.F) {
	f.Add(headLine(0))
	f.Add("")
	f.Add(headLine(0) + "\n{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		heads, err := parseHeads("heads", strings.NewReader(text))
		if (err == nil) != (len(heads) > 0) {
			t.Fatalf("%d heads with %v", len(heads), err)
		}
		for _, h := range heads {
			if _, err := ledger.ParseHash(h.Hash); err != nil || h.Writer == "" || h.Number < 1 {
				t.Fatalf("took %+v", h)
			}
		}
	})
}
