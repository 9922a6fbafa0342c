package channels

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

const hidden = "correct-horse"

func TestSecretFromEnvironment(t *testing.T) {
	t.Setenv("CLARION_TEST_SECRET", hidden)
	t.Setenv("CLARION_TEST_EMPTY", "")
	tests := []struct{ reference, want, says string }{
		{"env:CLARION_TEST_SECRET", hidden, ""},
		{"env:CLARION_TEST_EMPTY", "", "CLARION_TEST_EMPTY is not set"},
		{"env:CLARION_TEST_MISSING", "", "CLARION_TEST_MISSING is not set"},
		{"env:", "", "by reference"},
		{"file:", "", "by reference"},
		{"", "", "by reference"},
		{hidden, "", "by reference"},
		{"vault:" + hidden, "", "by reference"},
	}
	for _, test := range tests {
		var s Secret
		checkSecret(t, test.reference, s.UnmarshalText([]byte(test.reference)), s, test.want, test.says)
	}
}

func TestSecretFromFile(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want, says string }{
		{"a value", hidden, hidden, ""},
		{"a line", hidden + "\n", hidden, ""},
		{"a line of Windows", hidden + "\r\n", hidden, ""},
		{"spaces are part of it", " a b \n", " a b ", ""},
		{"empty", "", "", "is empty"},
		{"only a line end", "\r\n", "", "is empty"},
		{"below the limit", strings.Repeat("x", maxSecret-1), strings.Repeat("x", maxSecret-1), ""},
		{"at the limit", strings.Repeat("x", maxSecret), strings.Repeat("x", maxSecret), ""},
		{"above the limit", strings.Repeat("x", maxSecret+1), "", "over the limit of 65536 bytes"},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		var s Secret
		checkSecret(t, test.name, s.UnmarshalText([]byte("file:"+path)), s, test.want, test.says)
	}
}

func checkSecret(t *testing.T, name string, err error, s Secret, want, says string) {
	t.Helper()
	switch {
	case says == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
		t.Errorf("%s: got %v, want %q", name, err, says)
	case err != nil && strings.Contains(err.Error(), hidden):
		t.Errorf("%s: the error shows the value: %v", name, err)
	}
	if s.Reveal() != want {
		t.Errorf("%s: got %d bytes, want %d", name, len(s.Reveal()), len(want))
	}
}

func TestSecretFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, path := range []string{filepath.Join(t.TempDir(), "missing"), t.TempDir()} {
		var s Secret
		err := s.UnmarshalText([]byte("file:" + path))
		if err == nil || !strings.Contains(err.Error(), path) || !s.IsZero() {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestSecretEndlessFileIsOverTheLimit(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero on this system")
	}
	var s Secret
	if err := s.UnmarshalText([]byte("file:/dev/zero")); err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("got %v", err)
	}
}

func TestSecretRefusedReferenceKeepsTheValue(t *testing.T) {
	t.Parallel()
	s := NewSecret(hidden)
	if err := s.UnmarshalText([]byte("in the open")); err == nil || s.Reveal() != hidden {
		t.Errorf("got %v", err)
	}
}

// adapter keeps its secret as adapters do: in an unexported field.
type adapter struct {
	host     string
	password Secret
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	s := NewSecret(hidden)
	values := map[string]any{
		"value": s, "pointer": &s, "exported field": struct{ Password Secret }{s}, "slice": []Secret{s},
		"unexported field": adapter{"host", s}, "pointer to struct": &adapter{"host", s},
		"map": map[string]Secret{"password": s}, "error": errors.Join(fmt.Errorf("log in with %v", s)),
	}
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%10.3v"} {
			checkHidden(t, name+" by "+verb, fmt.Sprintf(verb, value))
		}
		text, err := json.Marshal(value)
		checkHidden(t, name+" as JSON", string(text)+fmt.Sprint(err))
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("made", "value", value)
		checkHidden(t, name+" in a log", log.String())
	}
	text, err := toml.Marshal(map[string]any{"password": s, "channel": struct{ Password Secret }{s}})
	if err != nil {
		t.Fatal(err)
	}
	checkHidden(t, "TOML", string(text))
	if !strings.Contains(string(text), "<secret>") {
		t.Errorf("TOML does not say that there is a secret: %s", text)
	}
}

func checkHidden(t *testing.T, where, text string) {
	t.Helper()
	hex := fmt.Sprintf("%x", hidden)
	if strings.Contains(text, hidden) || strings.Contains(strings.ToLower(text), hex) {
		t.Errorf("%s shows the secret: %s", where, text)
	}
}

func TestSecretWords(t *testing.T) {
	t.Parallel()
	var none Secret
	if !none.IsZero() || none.String() != "" || fmt.Sprint(none) != "" {
		t.Errorf("no secret prints as %q", fmt.Sprint(none))
	}
	if s := NewSecret(hidden); s.IsZero() || fmt.Sprint(s) != "<secret>" || fmt.Sprintf("%#v", s) != "<secret>" {
		t.Errorf("a secret prints as %v", s)
	}
}
