package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clarion/message"
)

// entry is one file of a tar stream made by hand.
type entry struct {
	name string
	kind byte
	link string
	size int64 // of the header; -1: as long as the content
	body []byte
}

func entriesOf(t *testing.T, archive []byte) []entry {
	t.Helper()
	var all []entry
	files := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{h.Name, h.Typeflag, h.Linkname, -1, body})
	}
}

func archiveOf(t *testing.T, all []entry) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, e := range all {
		size := e.size
		if size < 0 {
			size = int64(len(e.body))
		}
		if err := w.WriteHeader(&tar.Header{Name: e.name, Typeflag: e.kind, Linkname: e.link, Size: size, Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Flush() // a header that promises more than there is stays as it is
	return buffer.Bytes()
}

func TestBadArchivesLeaveTheFolderAsItWas(t *testing.T) {
	b, _ := lived(t)
	_, archive := b.backup()
	good := entriesOf(t, archive)
	file := func(name string) entry { return entry{name, tar.TypeReg, "", -1, []byte("x")} }
	change := func(edit func(all []entry) []entry) []byte { return archiveOf(t, edit(slices.Clone(good))) }
	manifest := func(edit func(*Manifest)) []byte {
		return change(func(all []entry) []entry {
			var m Manifest
			b.no(json.Unmarshal(all[2].body, &m))
			edit(&m)
			body, err := json.Marshal(m)
			b.no(err)
			all[2].body = body
			return all
		})
	}
	with := func(e entry) []byte {
		return change(func(all []entry) []entry { return append([]entry{e}, all...) })
	}
	flipped := func(at int) []byte {
		return change(func(all []entry) []entry {
			body := bytes.Clone(all[at].body)
			body[len(body)/2] ^= 1
			all[at].body = body
			return all
		})
	}
	sum := strings.Repeat("ab", 32)
	tests := map[string][]byte{
		"nothing":                    nil,
		"no tar":                     []byte(strings.Repeat("no tar ", 1000)),
		"cut in the database":        archive[:len(archive)/2],
		"cut in the manifest":        archive[:len(archive)-2048],
		"no manifest":                change(func(all []entry) []entry { return all[:2] }),
		"no database":                change(func(all []entry) []entry { return all[1:] }),
		"no asset":                   change(func(all []entry) []entry { return []entry{all[0], all[2]} }),
		"a damaged database":         flipped(0),
		"a damaged asset":            flipped(1),
		"a damaged manifest":         change(func(all []entry) []entry { all[2].body = []byte("{"); return all }),
		"a wrong sum":                manifest(func(m *Manifest) { m.Files[0].SHA256 = sum }),
		"a wrong size":               manifest(func(m *Manifest) { m.Files[0].Size++ }),
		"an unnamed file":            manifest(func(m *Manifest) { m.Files = m.Files[:1] }),
		"an empty manifest":          manifest(func(m *Manifest) { m.Files = nil }),
		"twice":                      with(good[0]),
		"after the manifest":         change(func(all []entry) []entry { return append(all, file("assets/ab/"+sum)) }),
		"out of the folder":          with(file("../evil")),
		"out by an asset":            with(file("assets/../../evil")),
		"absolute":                   with(file("/tmp/evil")),
		"a lock":                     with(file("lock")),
		"credentials":                with(file("credentials")),
		"a journal":                  with(file("clarion.db-wal")),
		"an asset in a wrong folder": with(file("assets/cd/" + sum)),
		"an asset of a wrong name":   with(file("assets/ab/" + strings.ToUpper(sum))),
		"a link":                     with(entry{"clarion.db", tar.TypeSymlink, "/etc/passwd", -1, nil}),
		"a hard link":                with(entry{"assets/ab/" + sum, tar.TypeLink, "/etc/passwd", -1, nil}),
		"a folder":                   with(entry{"assets", tar.TypeDir, "", -1, nil}),
		"no SQLite": change(func(all []entry) []entry {
			text := []byte("this is no database at all")
			hash := fmt.Sprintf("%x", sha256.Sum256(text))
			m := Manifest{Schema: 1, Files: []ManifestFile{{fileName, int64(len(text)), hash}}}
			body, err := json.Marshal(m)
			b.no(err)
			return []entry{{fileName, tar.TypeReg, "", -1, text}, {manifestName, tar.TypeReg, "", -1, body}}
		}),
	}
	for name, archive := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "lock"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			before := listing(t, dir)
			if _, err := Restore(context.Background(), dir, bytes.NewReader(archive)); err == nil {
				t.Error("it was restored")
			}
			if after := listing(t, dir); !slices.Equal(after, before) {
				t.Errorf("the folder has %v, before %v", after, before)
			}
		})
	}
}

// A limit is judged by the header: below and at it the content is read (and
// here found to be cut), above it nothing is.
func TestRestoreLimits(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("ab", 32)
	for name, limit := range map[string]int64{fileName: maxDatabase, manifestName: maxManifest, "assets/ab/" + sum: message.MaxAsset} {
		for _, size := range []int64{limit - 1, limit, limit + 1} {
			archive := archiveOf(t, []entry{{name, tar.TypeReg, "", size, []byte("short")}})
			_, err := Restore(context.Background(), t.TempDir(), bytes.NewReader(archive))
			if err == nil || strings.Contains(err.Error(), "the limit is") != (size > limit) {
				t.Errorf("%s of %d bytes with limit %d: %v", name, size, limit, err)
			}
		}
	}
}

func TestRestoreKeepsAssetsThatAreThere(t *testing.T) {
	b, _ := lived(t)
	second, err := b.store.PutAsset([]byte("another picture"))
	b.no(err)
	b.update(func(tx *Tx) error { return tx.InsertAsset(second, "image/png", 15) })
	m, archive := b.backup()
	asset := m.Files[2] // the other one is placed before it
	dir := t.TempDir()
	path := filepath.Join(dir, filepath.FromSlash(asset.Name))
	b.no(os.MkdirAll(filepath.Dir(path), 0o700))
	b.no(os.WriteFile(path, []byte("damaged"), 0o600))
	before := listing(t, dir)
	if _, err := Restore(context.Background(), dir, bytes.NewReader(archive)); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("a damaged asset in the way: %v", err)
	}
	if after := listing(t, dir); !slices.Equal(after, before) {
		t.Errorf("the folder has %v, before %v", after, before)
	}
	good, err := b.store.Asset(asset.SHA256)
	b.no(err)
	b.no(os.WriteFile(path, good, 0o600))
	_, err = Restore(context.Background(), dir, bytes.NewReader(archive))
	b.no(err)
	for _, f := range m.Files {
		if info, err := os.Stat(filepath.Join(dir, f.Name)); err != nil || f.Name != fileName && info.Size() != f.Size {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

func TestBackupSaysWhichAssetIsDamaged(t *testing.T) {
	b, _ := lived(t)
	m, _ := b.backup()
	b.no(os.WriteFile(filepath.Join(b.dir, m.Files[1].Name), []byte("damaged"), 0o600))
	before := listing(t, b.dir)
	_, err := b.store.Backup(context.Background(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), m.Files[1].SHA256) {
		t.Errorf("backed up a damaged asset: %v", err)
	}
	if _, err := b.store.Backup(context.Background(), full{}); !errors.Is(err, errFull) {
		t.Errorf("wrote to a full disk: %v", err)
	}
	if after := listing(t, b.dir); !slices.Equal(after, before) {
		t.Errorf("left behind %v, before %v", after, before)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestLeftoversAreRemovedAtOpen(t *testing.T) {
	b := setup(t)
	b.close()
	b.no(os.WriteFile(filepath.Join(b.dir, backupPrefix+"x.db"), []byte("personal data"), 0o600))
	b.no(os.MkdirAll(filepath.Join(b.dir, restorePrefix+"y", "assets"), 0o700))
	b.reopen()
	for _, name := range listing(t, b.dir) {
		if strings.Contains(name, backupPrefix) || strings.Contains(name, restorePrefix) {
			t.Errorf("%s was left", name)
		}
	}
}

// Whatever the bytes, an archive is unpacked whole or refused, and nothing is
// written outside of the folder.
func FuzzUnpack(f *testing.F) {
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("x")))
	name := assetName(sum)
	manifest, err := json.Marshal(Manifest{Schema: 1, Files: []ManifestFile{{fileName, 1, sum}, {name, 1, sum}}})
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	w := tar.NewWriter(&whole)
	for _, e := range []entry{{name: fileName, body: []byte("x")}, {name: name, body: []byte("x")}, {name: manifestName, body: manifest}} {
		err := w.WriteHeader(&tar.Header{Name: e.name, Typeflag: tar.TypeReg, Size: int64(len(e.body)), Mode: 0o600})
		if _, write := w.Write(e.body); err != nil || write != nil {
			f.Fatal(err, write)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(bytes.ReplaceAll(whole.Bytes(), []byte(fileName), []byte("../evil.db")))
	f.Add(whole.Bytes()[:1024])
	f.Fuzz(func(t *testing.T, archive []byte) {
		root := t.TempDir()
		dir := filepath.Join(root, "in")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		m, err := unpack(context.Background(), dir, bytes.NewReader(archive))
		if outside := listing(t, root); !slices.Equal(slices.DeleteFunc(outside, func(s string) bool { return strings.HasPrefix(s, "/in") }), []string{""}) {
			t.Errorf("outside of the folder: %v", outside)
		}
		if err == nil && (len(m.Files) == 0 || m.Files[0].Name != fileName) {
			t.Errorf("taken without a database: %+v", m)
		}
	})
}
