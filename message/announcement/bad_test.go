package announcement_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"clarion/message/announcement"
)

var update = flag.Bool("update", false, "write the golden files anew")

func office() announcement.Defaults {
	return announcement.Defaults{Language: "en-GB", Zone: "Europe/London", Department: "Department for Rivers and Coasts"}
}

// TestBadFiles holds every bad file against the exact faults it must give.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.md")
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a, err := announcement.Parse(filepath.Base(file), text, office())
			var faults announcement.Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("Parse() = %v, want faults", err)
			}
			if !reflect.DeepEqual(a, announcement.Announcement{}) {
				t.Errorf("something was read in spite of faults: %+v", a)
			}
			golden(t, strings.TrimSuffix(file, ".md")+".faults", faults.Error()+"\n")
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file) // a golden file of this test
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%swant\n%s", file, got, want)
	}
}
