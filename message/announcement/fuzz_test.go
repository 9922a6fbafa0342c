package announcement_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clarion/message/announcement"
)

// FuzzParse holds that nothing makes Parse panic, that every fault lies in the
// file, and that what is accepted keeps its limits and survives Format.
func FuzzParse(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*/*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(seeds, "testdata/good.md") {
		text, err := os.ReadFile(file) // test data
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := announcement.Parse("a.md", text, office())
		if err != nil {
			last := bytes.Count(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) + 1
			for _, fault := range mustFaults(t, err) {
				if fault.Line < 1 || fault.Line > last || fault.Says == "" || fault.Try == "" || fault.File != "a.md" {
					t.Fatalf("fault %+v in a file of %d lines", fault, last)
				}
			}
			return
		}
		if problems := announcement.Check(a.Content); len(problems) > 0 {
			t.Fatalf("accepted with problems: %v", problems)
		}
		again, err := announcement.Parse("b.md", announcement.Format(a.Content), announcement.Defaults{})
		if err != nil {
			t.Fatalf("formatted, it is refused: %v\n%s", err, announcement.Format(a.Content))
		}
		if diff := cmp.Diff(a.Content, again.Content, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("formatted, it differs:\n%s", diff)
		}
	})
}
