package credentials

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"clarion/channels"
)

var _ channels.Vault = (*Vault)(nil)

func setup(t *testing.T) (*Vault, string) {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	return In(dir), filepath.Join(dir, "credentials")
}

func no(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}

// wants checks what stands under a name.
func wants(t *testing.T, v *Vault, name string, value []byte) {
	t.Helper()
	got, err := v.Load(name)
	no(t, err)
	if !bytes.Equal(got, value) {
		t.Errorf("%s is %q, want %q", name, got, value)
	}
}

func TestWhatIsSavedIsThere(t *testing.T) {
	v, dir := setup(t)
	wants(t, v, "bluesky", nil)
	no(t, v.Save("bluesky", []byte("one")))
	no(t, v.Save("x", []byte("other")))
	no(t, v.Save("bluesky", []byte("two")))
	wants(t, v, "bluesky", []byte("two"))
	wants(t, In(filepath.Dir(dir)), "bluesky", []byte("two")) // and for the next process
	wants(t, v, "x", []byte("other"))
}

// TestForItsOwnerAlone, whatever stood there before.
func TestForItsOwnerAlone(t *testing.T) {
	v, dir := setup(t)
	no(t, os.Mkdir(dir, 0o755))
	no(t, os.WriteFile(filepath.Join(dir, "x"), []byte("old"), 0o644))
	no(t, os.WriteFile(filepath.Join(dir, ".x"), []byte("left"), 0o644))
	no(t, v.Save("x", []byte("new")))
	for path, mode := range map[string]fs.FileMode{dir: fs.ModeDir | 0o700, filepath.Join(dir, "x"): 0o600} {
		info, err := os.Stat(path)
		no(t, err)
		if info.Mode() != mode {
			t.Errorf("%s has mode %v, want %v", filepath.Base(path), info.Mode(), mode)
		}
	}
}

// TestACrashLeavesTheOldValue: whatever part of the new one was written, the
// old one stands, and the next save goes well.
func TestACrashLeavesTheOldValue(t *testing.T) {
	v, dir := setup(t)
	no(t, v.Save("x", []byte("old")))
	for _, written := range []string{"", "ne", "newer than what comes next"} {
		no(t, write(filepath.Join(dir, ".x"), []byte(written))) // and there it ended
		wants(t, In(filepath.Dir(dir)), "x", []byte("old"))
	}
	no(t, v.Save("x", []byte("new")))
	wants(t, v, "x", []byte("new"))
	entries, err := os.ReadDir(dir)
	no(t, err)
	if len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}

// TestASaveThatFails leaves what stood there.
func TestASaveThatFails(t *testing.T) {
	v, dir := setup(t)
	no(t, v.Save("x", []byte("old")))
	no(t, os.MkdirAll(filepath.Join(dir, ".x", "inside"), 0o700)) // no file can be made there
	if err := v.Save("x", []byte("s3cret")); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	wants(t, v, "x", []byte("old"))
	no(t, os.RemoveAll(filepath.Join(dir, ".x")))
	no(t, os.MkdirAll(filepath.Join(dir, "y", "inside"), 0o700)) // nor be put in place here
	if err := v.Save("y", []byte("s3cret")); err == nil {
		t.Error("a folder was written over")
	}
	if _, err := v.Load("y"); err == nil {
		t.Error("a folder was loaded")
	}
	if _, err := os.Lstat(filepath.Join(dir, ".y")); err == nil {
		t.Error("what could not be put in place was left")
	}
}

func TestLimits(t *testing.T) {
	v, dir := setup(t)
	for _, c := range []struct {
		size int
		good bool
	}{{0, true}, {maxValue - 1, true}, {maxValue, true}, {maxValue + 1, false}} {
		name := fmt.Sprintf("size-%d", c.size)
		value := bytes.Repeat([]byte("v"), c.size)
		if err := v.Save(name, value); (err == nil) != c.good {
			t.Errorf("%d bytes: %v", c.size, err)
		}
		no(t, os.WriteFile(filepath.Join(dir, name), value, 0o600))
		if got, err := v.Load(name); (err == nil) != c.good || c.good && !bytes.Equal(got, value) {
			t.Errorf("%d bytes: loaded %d, %v", c.size, len(got), err)
		}
	}
	for _, c := range []struct {
		name string
		good bool
	}{
		{strings.Repeat("n", maxName), true}, {strings.Repeat("n", maxName+1), false}, {"a", true}, {"bluesky.tokens", true}, {"a_b-1", true},
		{"", false}, {".", false}, {"..", false}, {".a", false}, {"a/b", false}, {"../a", false}, {"/a", false}, {"A", false}, {"ä", false}, {"a b", false}, {"a\x00", false},
	} {
		_, loading := v.Load(c.name)
		if saving := v.Save(c.name, []byte("v")); (saving == nil) != c.good || (loading == nil) != c.good {
			t.Errorf("%q: load %v, save %v", c.name, loading, saving)
		}
	}
}

// TestALinkIsNotFollowed out of the folder.
func TestALinkIsNotFollowed(t *testing.T) {
	v, dir := setup(t)
	outside := filepath.Join(filepath.Dir(dir), "outside")
	no(t, os.WriteFile(outside, []byte("outside"), 0o600))
	no(t, os.Mkdir(dir, 0o700))
	no(t, os.Symlink(outside, filepath.Join(dir, "x")))
	no(t, os.Symlink(outside, filepath.Join(dir, ".x")))
	if got, err := v.Load("x"); err == nil {
		t.Errorf("loaded %q through a link", got)
	}
	no(t, v.Save("x", []byte("inside")))
	wants(t, v, "x", []byte("inside"))
	if content, err := os.ReadFile(outside); err != nil || string(content) != "outside" {
		t.Errorf("outside is %q, %v", content, err)
	}
}

// TestTogether: of many saves at once one stands, whole.
func TestTogether(t *testing.T) {
	v, _ := setup(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if err := v.Save("x", bytes.Repeat([]byte{byte('a' + i)}, 4_000)); err != nil {
				t.Error(err)
			}
			if got, err := v.Load("x"); err != nil || len(got) != 4_000 || !bytes.Equal(got, bytes.Repeat(got[:1], 4_000)) {
				t.Errorf("loaded %d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
}

// TestAsAMap: a vault is a map from names to values.
func TestAsAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		no(t, err)
		v, want := In(dir), map[string][]byte{}
		names := rapid.SampledFrom([]string{"a", "b", "a.b"})
		rt.Repeat(map[string]func(*rapid.T){
			"save": func(rt *rapid.T) {
				name, value := names.Draw(rt, "name"), rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(rt, "value")
				no(t, v.Save(name, value))
				want[name] = value
			},
			"restart": func(*rapid.T) { v = In(dir) },
			"": func(*rapid.T) {
				for _, name := range []string{"a", "b", "a.b"} {
					wants(t, v, name, want[name])
				}
			},
		})
	})
}
