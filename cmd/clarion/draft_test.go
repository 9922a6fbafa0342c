package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/api"
	"clarion/message"
	"clarion/message/announcement"
)

const front = "---\ntitle: T\naudiences: [public]\n"

// folder writes files of sizes into a new folder; text is what they begin
// with.
func folder(t *testing.T, text string, sizes map[string]int64) string {
	t.Helper()
	dir := t.TempDir()
	for name, size := range sizes {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadDraftLimitOfTheFile(t *testing.T) {
	t.Parallel()
	for _, over := range []int64{-1, 0, 1} {
		dir := folder(t, front+"---\n\nText\n", map[string]int64{"a.md": announcement.MaxFile + over})
		d, err := readDraft(filepath.Join(dir, "a.md"))
		refusal, refused := errors.AsType[*api.Error](err)
		if refused != (over > 0) {
			t.Errorf("%+d bytes: %v", over, err)
		}
		if over > 0 && (len(refusal.Problems) != 1 || refusal.Problems[0].Line != 1) {
			t.Errorf("%+d bytes: the problems are %+v", over, refusal.Problems)
		}
		if over <= 0 && int64(len(d.Text)) != announcement.MaxFile+over {
			t.Errorf("%+d bytes: read %d", over, len(d.Text))
		}
	}
}

func TestReadDraftLimitOfAnAsset(t *testing.T) {
	t.Parallel()
	for _, over := range []int64{-1, 0, 1} {
		dir := folder(t, "a,b\n", map[string]int64{"a.csv": message.MaxAsset + over})
		d, err := writeDraft(t, dir, "a.csv")
		if (err != nil) != (over > 0) {
			t.Errorf("%+d bytes: %v", over, err)
		}
		if over <= 0 && (len(d.Assets) != 1 || int64(len(d.Assets[0].Content)) != message.MaxAsset+over) {
			t.Errorf("%+d bytes: %d assets", over, len(d.Assets))
		}
	}
}

func TestReadDraftLimitOfAllAssets(t *testing.T) {
	t.Parallel()
	for _, over := range []int64{-1, 0, 1} {
		dir := folder(t, "a,b\n", map[string]int64{
			"a.csv": message.MaxAsset, "b.csv": message.MaxAsset, "c.csv": message.MaxAssetsAll - 2*message.MaxAsset + over,
		})
		_, err := writeDraft(t, dir, "a.csv", "b.csv", "c.csv")
		if (err != nil) != (over > 0) {
			t.Errorf("%+d bytes: %v", over, err)
		}
		if over > 0 && !strings.Contains(err.Error(), fmt.Sprintf("%d bytes together, the limit is %d", message.MaxAssetsAll+1, message.MaxAssetsAll)) {
			t.Errorf("%+d bytes: %v", over, err)
		}
	}
}

// writeDraft writes an announcement that names assets, and reads it.
func writeDraft(t *testing.T, dir string, assets ...string) (api.Draft, error) {
	t.Helper()
	text := front + "assets:\n"
	for _, name := range assets {
		text += "  - file: " + name + "\n"
	}
	path := filepath.Join(dir, "draft.md")
	if err := os.WriteFile(path, []byte(text+"---\n\nText\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return readDraft(path)
}

func TestReadDraftReadsOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	dir := folder(t, "secret", map[string]int64{"a.csv": 10, "b.csv": 10})
	d, err := writeDraft(t, dir, "a.csv", "gone.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Assets) != 1 || d.Assets[0].Name != "a.csv" {
		t.Errorf("read %+v", d.Assets)
	}
}

func TestReadDraftStaysInItsFolder(t *testing.T) {
	t.Parallel()
	outside := folder(t, "secret", map[string]int64{"secret.csv": 10})
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(outside, "secret.csv"), filepath.Join(dir, "a.csv")); err != nil {
		t.Fatal(err)
	}
	d, err := writeDraft(t, dir, "a.csv")
	if _, ok := errors.AsType[*api.Error](err); !ok || len(d.Assets) != 0 {
		t.Errorf("a link out of the folder gave %+v, %v", d.Assets, err)
	}
	if err := os.Mkdir(filepath.Join(dir, "b.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := writeDraft(t, dir, "b.csv"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder as an asset: %v", err)
	}
}

func TestReadDraftLeavesFaultsToTheOffice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bad.md")
	if err := os.WriteFile(path, []byte("\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := readDraft(path)
	if err != nil || string(d.Text) != "\xff" || d.File != path {
		t.Errorf("got %+v, %v", d, err)
	}
}
