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

	"clarion/ledger"
	"clarion/message"
)

// lived has something in every state that a restore must stop, and an asset.
func lived(t *testing.T) (*bundle, map[string]string) {
	b := setup(t)
	b.subscribers(4, "press")
	sum, err := b.store.PutAsset([]byte("a picture"))
	b.no(err)
	b.update(func(tx *Tx) error { return tx.InsertAsset(sum, "image/png", 9) })
	ids := map[string]string{}
	ids["released"] = b.approved(to("wire")...)
	b.send("wire", message.Sent)
	ids["waiting"] = b.approved(to("wire")...)
	b.send("wire", message.Waiting)
	ids["failed"] = b.approved(to("wire")...)
	b.send("wire", message.Failed)
	ids["mailing"] = b.approved(to("mail")...)
	b.materialise()
	mails := b.open(b.claim("mail", 2).Items...)
	b.settle(b.outcome(mails[0], message.Sent))
	b.claim("mail", 1)
	ids["sending"] = b.approved(to("wire")...)
	b.open(b.claim("wire", 1).Items...)
	ids["claimed"] = b.approved(to("wire")...)
	b.claim("wire", 1)
	ids["approved"] = b.approved(to("web", "wire", "mail")...)
	b.materialise()
	ids["held"] = b.approved(to("wire")...)
	b.hold(ids["held"])
	ids["rehearsing"] = b.draft(content("Try"))
	b.submit(ids["rehearsing"], to("wire", "mail")...)
	b.with(ids["rehearsing"], func(tx *Tx, m message.Message) error { _, err := tx.PlanRehearsal(m); return err })
	b.update(func(tx *Tx) error { _, err := tx.Countersign("release", ids["held"], "ann"); return err })
	for _, name := range []string{"lock", "clarion.sock", "FREEZE", "instance", "credentials"} {
		b.no(os.WriteFile(filepath.Join(b.dir, name), []byte("secret"), 0o600))
	}
	b.sound()
	return b, ids
}

func (b *bundle) backup() (Manifest, []byte) {
	b.Helper()
	var buffer bytes.Buffer
	m, err := b.store.Backup(context.Background(), &buffer)
	b.no(err)
	return m, buffer.Bytes()
}

// restore restores into a new folder and opens it.
func restore(t *testing.T, archive []byte) *bundle {
	t.Helper()
	dir := t.TempDir()
	if _, err := Restore(context.Background(), dir, bytes.NewReader(archive)); err != nil {
		t.Fatal(err)
	}
	r := &bundle{tester: t, dir: dir, now: start, count: 1_000}
	r.reopen()
	t.Cleanup(r.close)
	return r
}

func listing(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, strings.TrimPrefix(path, dir))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestBackupHoldsWhatIsNeededAndNoMore(t *testing.T) {
	b, _ := lived(t)
	before := listing(t, b.dir)
	m, archive := b.backup()
	var names []string
	files := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		b.no(err)
		names = append(names, h.Name)
	}
	sum := m.Files[1].SHA256
	if want := []string{"clarion.db", "assets/" + sum[:2] + "/" + sum, "manifest.json"}; !slices.Equal(names, want) {
		t.Errorf("the backup holds %v, want %v", names, want)
	}
	heads, err := b.store.Heads(context.Background())
	b.no(err)
	if m.Schema < 1 || m.At.IsZero() || len(m.Files) != 2 || !slices.Equal(m.Heads, heads) {
		t.Errorf("manifest %+v", m)
	}
	if after := listing(t, b.dir); !slices.Equal(after, before) {
		t.Errorf("left behind %v, before %v", after, before)
	}
}

func TestRestoredSendsNothingUntilReleased(t *testing.T) {
	b, ids := lived(t)
	_, archive := b.backup()
	r := restore(t, archive)
	ctx := context.Background()
	want := map[string]struct {
		state   message.State
		channel string
		send    message.SendState
		hold    message.HoldReason
	}{
		"released": {message.Released, "wire", message.Sent, ""},
		"waiting":  {message.Releasing, "wire", message.SendHeld, message.HoldRestored},
		"failed":   {message.ReleasedWithOpen, "wire", message.Failed, message.HoldRestored},
		"mailing":  {message.Releasing, "mail", message.Sending, message.HoldRestored},
		"sending":  {message.ReleasedWithOpen, "wire", message.SendUnknown, message.HoldRestored},
		"claimed":  {message.Held, "wire", message.SendHeld, message.HoldRestored},
		"approved": {message.Held, "mail", message.SendHeld, message.HoldRestored},
		"held":     {message.Held, "wire", message.SendHeld, message.HoldRestored},
	}
	for name, w := range want {
		if s := r.wants(ids[name], w.state, w.channel, w.send); s.Hold != w.hold {
			t.Errorf("%s is held for %q, want %q", name, s.Hold, w.hold)
		}
	}
	r.tally(ids["mailing"], message.Tally{message.Sent: 1, message.SendUnknown: 1, message.Planned: 2})
	r.now = r.now.AddDate(1, 0, 0)
	nothing := func() {
		t.Helper()
		r.materialise()
		for channel := range lanes() {
			if claim := r.claim(channel, 100); len(claim.Items)+len(claim.Stopped) != 0 {
				t.Errorf("%s claimed %+v", channel, claim)
			}
			if next, planned, err := r.store.NextDue(ctx, lane(channel), 0); planned || err != nil {
				t.Errorf("%s is due %v, %v", channel, next, err)
			}
		}
	}
	nothing()
	// One person alone brings nothing back on its way.
	for _, name := range []string{"failed", "sending"} {
		s := r.sendOf(ids[name], "wire")
		r.update(func(tx *Tx) error { _, err := tx.Resolve(s, s.State, message.Planned); return err })
	}
	mailing := r.sendOf(ids["mailing"], "mail")
	r.update(func(tx *Tx) error {
		_, err := tx.Resolve(mailing, message.SendUnknown, message.Planned)
		return err
	})
	nothing()
	r.update(func(tx *Tx) error {
		first, err := tx.Countersign("release", ids["held"], "bob")
		if first != "" {
			t.Errorf("the first of two from before the backup counts: %q", first)
		}
		return err
	})
	for _, name := range []string{"waiting", "failed", "mailing", "sending", "claimed", "approved", "held"} {
		r.release(ids[name])
	}
	if n := r.send("wire", message.Sent); n != 6 {
		t.Errorf("%d posts after the release, want 6", n)
	}
	if n := r.send("mail", message.Sent); n != 7 {
		t.Errorf("%d mails after the release, want 7", n)
	}
	if got, err := r.store.PutAsset([]byte("a picture")); err != nil || got == "" {
		t.Error(err)
	}
	r.sound()
}

func TestRestoreStartsAChainOfItsOwn(t *testing.T) {
	b, _ := lived(t)
	m, archive := b.backup()
	one, two := restore(t, archive), restore(t, archive)
	ctx := context.Background()
	names := map[string]bool{}
	for _, r := range []*bundle{one, two} {
		r.sound()
		heads, err := r.store.Heads(ctx)
		r.no(err)
		if len(heads) != 2 || heads[0] != m.Heads[0] {
			t.Fatalf("heads %+v, backed up %+v", heads, m.Heads)
		}
		names[heads[1].Writer] = true
		if k := r.kinds(); k[ledger.Restored] != 1 || k[ledger.Opened] != 2 {
			t.Errorf("kinds %v", k)
		}
		if faults := r.faults(m.Heads...); len(faults) > 0 {
			t.Errorf("faults %v", faults)
		}
		r.raw("DELETE FROM ledger_links WHERE writer_id = 1 AND number = (SELECT max(number) FROM ledger_links WHERE writer_id = 1)")
		r.raw("DELETE FROM ledger_entries WHERE writer_id = 1 AND seq >= (SELECT sum(count) + 1 FROM ledger_links WHERE writer_id = 1)")
		if faults := r.faults(); len(faults) == 0 {
			t.Error("the tail of the chain before was cut and nothing found")
		}
	}
	if len(names) != 2 {
		t.Errorf("two restores share a writer: %v", names)
	}
	_, again := two.backup()
	third := restore(t, again)
	if heads, err := third.store.Heads(ctx); err != nil || len(heads) != 3 {
		t.Errorf("restored from a restored one: %+v, %v", heads, err)
	}
}

func TestRestoreRefusesAFolderInUse(t *testing.T) {
	b, _ := lived(t)
	_, archive := b.backup()
	before := listing(t, b.dir)
	_, err := Restore(context.Background(), b.dir, bytes.NewReader(archive))
	if err == nil || !strings.Contains(err.Error(), "move") {
		t.Errorf("restored over a database: %v", err)
	}
	if after := listing(t, b.dir); !slices.Equal(after, before) {
		t.Errorf("the folder changed: %v, before %v", after, before)
	}
}

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
	m, archive := b.backup()
	asset := m.Files[1]
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
	b.no(os.WriteFile(path, []byte("a picture"), 0o600))
	_, err := Restore(context.Background(), dir, bytes.NewReader(archive))
	b.no(err)
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
