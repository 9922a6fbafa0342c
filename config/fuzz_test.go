package config_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"

	"clarion/config"
)

// FuzzParse holds Parse to three promises: it never panics; what it refuses
// has printable faults inside the file, in order; and what it accepts shows
// itself as a configuration that shows the same.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.toml", "testdata/bad/*.toml"} {
		for _, name := range files(f, pattern) {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add(config.InitFile())
	f.Add([]byte("channel = [{name = \"a\", kind = \"webfeed\"}, 1]\n\"\\u0000\" = 1"))
	f.Add([]byte("\"\u0080\u202e\" = 1"))
	f.Add([]byte("[ledger]\nexport_every = \"CRON_TZ=\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		if strings.Contains(string(text), "file:") {
			t.Skip("a secret's file could be anything on this machine")
		}
		c, err := config.Parse("f", text, kinds())
		if err != nil {
			checkFaults(t, err, 1+strings.Count(string(text), "\n"))
			return
		}
		shown := c.Show()
		again := parse(t, string(withSecrets(shown)))
		if string(again.Show()) != string(shown) {
			t.Errorf("shown:\n%s\nread back:\n%s", shown, again.Show())
		}
	})
}

func checkFaults(t *testing.T, err error, lines int) {
	t.Helper()
	found, ok := errors.AsType[config.Faults](err)
	if !ok || len(found) == 0 {
		t.Fatalf("no faults in %T", err)
	}
	last := 0
	for _, fault := range found {
		if fault.Line < last || fault.Line > lines {
			t.Errorf("line %d after %d, of %d", fault.Line, last, lines)
		}
		last = fault.Line
		if fault.Says == "" || fault.Try == "" || strings.ContainsFunc(fault.String(), unicode.IsControl) {
			t.Errorf("fault %q", fault)
		}
	}
}
