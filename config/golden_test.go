package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clarion/config"
)

func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files of %s: %v", pattern, err)
	}
	return names
}

// golden compares with a stored file, or stores it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestGoodFilesShowWhatIsInEffect(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "testdata/good/*.toml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(name, kinds())
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(name, ".toml")+".show", c.Show())
		})
	}
}

func TestBadFilesReportEveryFault(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "testdata/bad/*.toml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(name, kinds())
			if err == nil || c != nil {
				t.Fatalf("want faults and no configuration, got %v", c)
			}
			got := strings.ReplaceAll(err.Error(), name, filepath.Base(name)) + "\n"
			if strings.Contains(got, "hunter2") {
				t.Errorf("a secret written in the open is repeated:\n%s", got)
			}
			golden(t, strings.TrimSuffix(name, ".toml")+".faults", []byte(got))
		})
	}
}

func TestShowReadsBack(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "testdata/good/*.toml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(name, kinds())
			if err != nil {
				t.Fatal(err)
			}
			shown := c.Show()
			again := parse(t, string(withSecrets(shown)))
			if diff := cmp.Diff(string(shown), string(again.Show())); diff != "" {
				t.Errorf("shown, then read (-first +second):\n%s", diff)
			}
		})
	}
}

// withSecrets puts a reference where Show hides a secret.
func withSecrets(shown []byte) []byte {
	return bytes.ReplaceAll(shown, []byte("<secret>"), []byte("env:CLARION_TEST_SECRET"))
}
