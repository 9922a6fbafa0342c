package store

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
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
	mails := b.claim("mail", 2).Opened
	b.settle(b.outcome(mails[0], message.Sent))
	ids["sending"] = b.approved(to("wire")...)
	b.claim("wire", 1)
	ids["claimed"] = b.approved(to("wire")...)
	b.lease("wire", 1)
	ids["approved"] = b.approved(to("web", "wire", "mail")...)
	b.materialise()
	ids["held"] = b.approved(to("wire")...)
	b.hold(ids["held"])
	ids["rehearsing"] = b.draft(content("Try"))
	b.submit(ids["rehearsing"], to("wire", "mail")...)
	b.with(ids["rehearsing"], func(tx *Tx, m message.Message) error { _, err := tx.PlanRehearsal(m); return err })
	b.update(func(tx *Tx) error { _, _, err := tx.Countersign("release", ids["held"], "manual", "ann"); return err })
	b.no(os.Mkdir(filepath.Join(b.dir, "credentials"), 0o700))
	for _, name := range []string{"lock", "clarion.sock", "FREEZE", "instance", "credentials/mastodon", "credentials/.mastodon"} {
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
	if d, in, err := r.store.Doubt(ctx, r.sendOf(ids["sending"], "wire").ID); !in || !d.Restored || err != nil {
		t.Errorf("the doubt of a restored send is %+v, %v, %v", d, in, err)
	}
	r.now = r.now.AddDate(1, 0, 0)
	nothing := func() {
		t.Helper()
		r.materialise()
		for _, channel := range []string{"web", "wire", "mail"} {
			if claim := r.claim(channel, 100); len(claim.Opened)+len(claim.Stopped) != 0 {
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
		first, _, err := tx.Countersign("release", ids["held"], "manual", "bob")
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

// What was signed in, or waits for a password to be chosen, when a backup was
// made ends with its restore; tokens stay.
func TestRestoreEndsSessionsAndLinks(t *testing.T) {
	b := setup(t)
	ctx := context.Background()
	b.no(b.store.Sessions().CommitCtx(ctx, "hashed", []byte("x"), time.Now().Add(time.Hour)))
	b.update(func(tx *Tx) error {
		b.no(tx.PutPerson(people.Person{Name: "ann", FullName: "Ann", Kind: people.Human}))
		_, err := tx.InsertToken(people.Token{Name: "cms", Owner: "ann", Hash: "token", Scope: people.ScopeAll, ExpiresAt: b.now.Add(time.Hour)})
		return errors.Join(err, tx.InsertReset("link", "ann", b.now.Add(time.Hour)))
	})
	_, archive := b.backup()
	r := restore(t, archive)
	if _, found, err := r.store.Sessions().FindCtx(ctx, "hashed"); found || err != nil {
		t.Errorf("the session is there: %v, %v", found, err)
	}
	r.update(func(tx *Tx) error {
		if who, ok, err := tx.Reset("link"); ok || err != nil {
			t.Errorf("the link is there, for %q: %v", who, err)
		}
		return nil
	})
	if _, found, err := r.store.TokenByHash(ctx, "token"); !found || err != nil {
		t.Errorf("the token is there: %v, %v", found, err)
	}
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
