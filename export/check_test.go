package export

import (
	"archive/tar"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/ledger"
)

var noon = time.Date(2027, time.May, 1, 12, 0, 0, 5_000_000, time.UTC)

func someEntries() []Entry {
	entry := func(seq int64, kind ledger.Kind, body string, ties map[string]string) Entry {
		e := ledger.Entry{Seq: seq, At: noon, Kind: kind, Body: json.RawMessage(body)}
		return Entry{Writer: "w1", Seq: seq, At: noon, Kind: kind, Body: e.Body, Hash: e.Hash().String(), Ties: ties}
	}
	ref := strings.Repeat("ab", 32)
	return []Entry{
		entry(1, ledger.Opened, `{"writer":"w1"}`, nil),
		entry(2, ledger.MessageAdded, `{"message":"m1","revision":1,"by":"`+ref+`"}`, map[string]string{"by": "ann"}),
		entry(3, ledger.MessageReturned, `{"message":"m1","revision":1,"by":"`+ref+`","reason":"x"}`, map[string]string{"by": "=cmd|x!A0", "reason": "@SUM(A1)\r\nsay where; =1"}),
	}
}

func line(e Entry) ([]byte, error) { return []byte(fmt.Sprintf("%s %d\n", e.Kind, e.Seq)), nil }

// exported writes an export into a folder.
func exported(t *testing.T, key byte) string {
	t.Helper()
	var stream bytes.Buffer
	m := Manifest{Office: "Rivers", Version: "1", MadeAt: noon, MadeBy: "ann", Range: Range{Message: "m1", Since: noon}}
	m, err := Bundle(&stream, m, testKey(key), line, func(hand func(Entry) error) ([]ledger.Head, error) {
		for _, e := range someEntries() {
			if err := hand(e); err != nil {
				return nil, err
			}
		}
		return []ledger.Head{{Writer: "w1", Number: 3, Hash: strings.Repeat("0", 64), At: noon}}, nil
	})
	dir := t.TempDir()
	if err := errors.Join(err, Unpack(&stream, dir)); err != nil {
		t.Fatal(err)
	}
	if m.Entries != 3 || len(m.Files) != 4 {
		t.Errorf("the manifest is %+v", m)
	}
	return dir
}

func TestAnExportHolds(t *testing.T) {
	t.Parallel()
	dir := exported(t, 1)
	for _, key := range []bool{false, true} {
		public := public(testKey(1))
		if !key {
			public = nil
		}
		r, err := Check(dir, public)
		if err != nil || len(r.Faults) > 0 || r.Known != key || r.Manifest.MadeBy != "ann" || r.Manifest.Heads[0].Number != 3 {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// Whatever is done to a folder is found.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	replace := func(name, old, fresh string) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			text, err := os.ReadFile(path)
			if err == nil && !strings.Contains(string(text), old) {
				err = fmt.Errorf("%q is not in %s", old, name)
			}
			return errors.Join(err, os.WriteFile(path, []byte(strings.Replace(string(text), old, fresh, 1)), 0o600))
		}
	}
	resigned := func(key byte) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, ManifestFile)
			text, err := os.ReadFile(path)
			text = bytes.Replace(text, []byte(`"ann"`), []byte(`"eve"`), 1)
			return errors.Join(err, os.WriteFile(path, text, 0o600), os.WriteFile(filepath.Join(dir, SignatureFile), Sign(testKey(key), text), 0o600))
		}
	}
	for name, c := range map[string]struct {
		change func(dir string) error
		says   string
	}{
		"a line cut":            {replace(LinesFile, "message.added 2\n", ""), "ledger.jsonl was changed"},
		"a row cut":             {replace(TableFile, "w1,2,", ""), "ledger.csv was changed"},
		"a line added":          {replace(LinesFile, "message.added 2\n", "message.added 2\nmessage.added 2\n"), "ledger.jsonl was changed"},
		"a head changed":        {replace(HeadsFile, "0", "1"), "heads.jsonl was changed"},
		"the manifest edited":   {replace(ManifestFile, `"ann"`, `"eve"`), "the manifest was changed, or somebody else signed"},
		"the manifest extended": {replace(ManifestFile, `"office"`, `"more": 1, "office"`), "the manifest was changed, or somebody else signed"},
		"another format":        {replace(ManifestFile, Format, "other/1"), "the manifest was changed"},
		"another key's":         {resigned(2), "or somebody else signed"},
		"another key enclosed": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, KeyFile), []byte(PublicLine(public(testKey(2)))+"\n"), 0o600)
		}, "signing-key.pub was changed"},
		"a file missing":    {func(dir string) error { return os.Remove(filepath.Join(dir, LinesFile)) }, "ledger.jsonl is missing"},
		"the table missing": {func(dir string) error { return os.Remove(filepath.Join(dir, TableFile)) }, "ledger.csv is missing"},
		"no signature":      {func(dir string) error { return os.Remove(filepath.Join(dir, SignatureFile)) }, "manifest.json.sig can't be read"},
		"a file added":      {func(dir string) error { return os.WriteFile(filepath.Join(dir, "more.csv"), nil, 0o600) }, "more.csv is not of this export"},
		"a folder added":    {func(dir string) error { return os.Mkdir(filepath.Join(dir, "more"), 0o700) }, "more is not of this export"},
		"a link in place": {func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, LinesFile), filepath.Join(dir, "..", "elsewhere")), os.Symlink("../elsewhere", filepath.Join(dir, LinesFile)))
		}, "ledger.jsonl can't be read: it is no plain file"},
	} {
		dir := exported(t, 1)
		if err := c.change(dir); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r, err := Check(dir, public(testKey(1)))
		if err != nil || !slices.ContainsFunc(r.Faults, func(s string) bool { return strings.Contains(s, c.says) }) {
			t.Errorf("%s: found %q, %v; want %q", name, r.Faults, err, c.says)
		}
	}
}

// One bit of any file counts, with the key given and without.
func TestEveryBitCounts(t *testing.T) {
	t.Parallel()
	dir := exported(t, 1)
	for _, name := range []string{LinesFile, TableFile, HeadsFile, KeyFile, ManifestFile, SignatureFile} {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(text); i += 3 {
			changed := bytes.Clone(text)
			changed[i] ^= 1 << (i % 8)
			if err := os.WriteFile(path, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			if r, err := Check(dir, public(testKey(1))); err == nil && len(r.Faults) == 0 {
				t.Errorf("a bit of byte %d of %s", i, name)
			}
			if r, err := Check(dir, nil); err == nil && len(r.Faults) == 0 {
				t.Errorf("a bit of byte %d of %s, without a key", i, name)
			}
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := Check(dir, nil); err != nil || len(r.Faults) > 0 {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// Who makes an export of their own has another key, which shows once theirs is
// compared.
func TestAnothersExport(t *testing.T) {
	t.Parallel()
	dir := exported(t, 2)
	if r, err := Check(dir, nil); err != nil || len(r.Faults) > 0 || r.Known || r.Key != Fingerprint(public(testKey(2))) {
		t.Errorf("in itself: %+v, %v", r, err)
	}
	if r, err := Check(dir, public(testKey(1))); err != nil || len(r.Faults) == 0 {
		t.Errorf("by the office's key: %+v, %v", r, err)
	}
	if _, err := Check(t.TempDir(), nil); err == nil {
		t.Error("an empty folder is an export")
	}
}

// The table reads back as what went in, and none of it is a formula.
func TestTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(exported(t, 1), TableFile))
	if err != nil {
		t.Fatal(err)
	}
	plain, marked := bytes.CutPrefix(text, []byte(byteOrderMark))
	if lines := bytes.Count(plain, []byte("\r\n")); !marked || lines < 4 || bytes.Count(plain, []byte("\n")) != lines {
		t.Errorf("%d lines in\n%s", lines, text)
	}
	rows, err := csv.NewReader(bytes.NewReader(plain)).ReadAll()
	if err != nil || len(rows) != 4 || !slices.Equal(rows[0], Columns()) {
		t.Fatalf("read back %q, %v", rows, err)
	}
	for i, e := range someEntries() {
		for j, cell := range rows[i+1] {
			if f := formulas(cell); len(f) > 0 {
				t.Errorf("%s of row %d is a formula: %q", Columns()[j], i, cell)
			}
			if want := cellsOf(e)[j]; Undo(cell) != want {
				t.Errorf("%s of row %d is %q, want %q", Columns()[j], i, Undo(cell), want)
			}
		}
	}
	var empty bytes.Buffer
	if err := NewTable(&empty).Close(); err != nil || !strings.HasPrefix(empty.String(), byteOrderMark+"chain,") {
		t.Errorf("an empty table is %q, %v", empty.String(), err)
	}
}

// What does not belong into an export is not written.
func TestUnpackBelievesNothing(t *testing.T) {
	t.Parallel()
	if err := Unpack(strings.NewReader(strings.Repeat("x", 1024)), t.TempDir()); err == nil {
		t.Error("nonsense was unpacked")
	}
	for _, name := range []string{"../ledger.jsonl", "/etc/passwd", "more"} {
		var stream bytes.Buffer
		b := bundle{tar: tar.NewWriter(&stream)}
		if err := errors.Join(b.add(name, strings.NewReader("x"), 1), b.tar.Close()); err != nil {
			t.Fatal(err)
		}
		if err := Unpack(&stream, t.TempDir()); err == nil || !strings.Contains(err.Error(), "does not belong") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
