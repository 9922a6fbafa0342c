package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/config"
)

func TestLoadWithoutAFile(t *testing.T) {
	t.Parallel()
	_, err := config.Load(filepath.Join(t.TempDir(), "clarion.toml"), kinds())
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	for _, part := range []string{"clarion.toml: cannot be read: no such file", "clarion config init"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
}

func TestLoadWhatIsNoFile(t *testing.T) {
	t.Parallel()
	_, err := config.Load(t.TempDir(), kinds())
	if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "cannot be read: is a directory") {
		t.Error(err)
	}
}

func TestLoadStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "clarion.toml")
	if err := os.WriteFile(path, make([]byte, 50<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(path, kinds())
	if err == nil || !strings.Contains(err.Error(), "is longer than 1048576 bytes") {
		t.Error(err)
	}
}

func TestFaultString(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]config.Fault{
		"a.toml:3: b.c: is odd; even it":  {File: "a.toml", Line: 3, Key: "b.c", Says: "is odd", Try: "even it"},
		"environment: X: is odd; even it": {File: "environment", Key: "X", Says: "is odd", Try: "even it"},
		"a.toml: is odd":                  {File: "a.toml", Says: "is odd"},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
