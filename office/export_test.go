package office_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/credentials"
	"clarion/export"
	"clarion/ledger"
	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// withKeys gives the office a place for its key.
func (b *bundle) withKeys() {
	b.settings.Vault = credentials.In(b.dir)
	b.renew()
}

func oneLine(e export.Entry) ([]byte, error) { return append([]byte(e.Kind), '\n'), nil }

// exported makes a signed export and checks it.
func (b *bundle) exported(within export.Range, by office.Actor) (export.Report, string) {
	b.Helper()
	var stream bytes.Buffer
	b.no(b.Office.View(by).ExportSigned(b.ctx, within, "1.0", oneLine, &stream))
	dir := b.TempDir()
	b.no(export.Unpack(&stream, dir))
	key, err := b.Office.View(by).ExportKey(b.ctx)
	b.no(err)
	r, err := export.Check(dir, key)
	b.no(err)
	if len(r.Faults) > 0 {
		b.Errorf("a fresh export: %v", r.Faults)
	}
	return r, dir
}

// One key signs all exports, until it is lost; the ledger tells of each.
func TestTheKeyOfExports(t *testing.T) {
	b := setup(t)
	b.withKeys()
	first, _ := b.exported(export.Range{}, ann())
	b.renew() // as after a start
	second, _ := b.exported(export.Range{}, bob())
	if first.Key != second.Key || first.Manifest.MadeBy != "ann" || first.Manifest.Office != "Rivers" || first.Manifest.Version != "1.0" {
		t.Errorf("two exports: %+v and %+v", first, second)
	}
	b.no(os.RemoveAll(filepath.Join(b.dir, "credentials"))) // as after a restore
	if third, _ := b.exported(export.Range{}, ann()); third.Key == first.Key {
		t.Error("a lost key came back")
	}
	var told []string
	for _, e := range b.entries() {
		if e.Kind == ledger.KeyMade {
			told = append(told, string(e.Body))
		}
	}
	if len(told) != 2 || !strings.Contains(told[0], "ssh-ed25519 AAAA") || told[0] == told[1] {
		t.Errorf("the ledger tells of %q", told)
	}
	b.no(os.WriteFile(filepath.Join(b.dir, "credentials", "ledger-export-key"), []byte("short"), 0o600))
	if _, err := b.ExportKey(b.ctx); err == nil || !strings.Contains(err.Error(), "is damaged; move it away") {
		t.Errorf("a damaged key: %v", err)
	}
}

func TestWhoMayExport(t *testing.T) {
	b := setup(t)
	b.withKeys()
	b.hire("viv", people.Everywhere, people.Viewer, people.Author, people.Publisher)
	b.hire("rob", "Rivers", people.Roles()...)
	for _, name := range []string{"viv", "rob", "stranger"} {
		view := b.Office.View(as(name))
		b.refused(view.ExportSigned(b.ctx, export.Range{}, "", oneLine, io.Discard), office.Forbidden)
		_, err := view.ExportKey(b.ctx)
		b.refused(err, office.Forbidden)
		_, err = view.Export(b.ctx, export.Range{}, func(export.Entry) error { return errors.New("handed out") })
		b.refused(err, office.Forbidden)
	}
	if _, err := os.Stat(filepath.Join(b.dir, "credentials")); err == nil {
		t.Error("a key was made for somebody who may not export")
	}
}

// An export of one message holds all about it and nothing else.
func TestExportOfOneMessage(t *testing.T) {
	b := setup(t)
	b.withKeys()
	id, other := b.approved(), b.approved()
	b.no(b.Hold(b.ctx, id, "wait", cat()))
	within := export.Range{Message: id}
	var kinds []ledger.Kind
	_, err := b.Export(b.ctx, within, func(e export.Entry) error {
		kinds = append(kinds, e.Kind)
		if strings.Contains(string(e.Body), other) {
			t.Errorf("an entry about another message: %s", e.Body)
		}
		return nil
	})
	b.no(err)
	if want := []ledger.Kind{ledger.MessageAdded, ledger.MessageSubmitted, ledger.MessageApproved, ledger.MessageHeld}; !slices.Equal(kinds, want) {
		t.Errorf("exported %v, want %v", kinds, want)
	}
	r, dir := b.exported(within, ann())
	if r.Manifest.Entries != 4 || r.Manifest.Range.Message != id {
		t.Errorf("the manifest is %+v", r.Manifest)
	}
	heads, err := b.Heads(b.ctx)
	b.no(err)
	if !slices.Equal(heads, r.Manifest.Heads) {
		t.Errorf("heads %+v, want %+v", r.Manifest.Heads, heads)
	}
	if table, err := os.ReadFile(filepath.Join(dir, export.TableFile)); err != nil || strings.Count(string(table), "\r\n") != 5 {
		t.Errorf("the table is %s, %v", table, err)
	}
	none, _ := b.exported(export.Range{Until: time.Now().Add(-time.Hour)}, ann())
	if none.Manifest.Entries != 0 {
		t.Errorf("%d entries of before", none.Manifest.Entries)
	}
}

// An export of a message tells that another was added, or edited, to correct or
// withdraw it. One about a message that is not there is refused: none has
// nothing about it.
func TestExportNamesWhatAmends(t *testing.T) {
	b := setup(t)
	original := b.public()
	withdrawal := b.add("withdraws: " + original)
	var told []string
	_, err := b.Export(b.ctx, export.Range{Message: original}, func(e export.Entry) error {
		told = append(told, export.Story(e))
		return nil
	})
	b.no(err)
	if want := "ann added message " + withdrawal + " as a draft that withdraws message " + original + "."; !slices.Contains(told, want) {
		t.Errorf("no story is %q: %q", want, told)
	}
	_, err = b.Export(b.ctx, export.Range{Message: "mnone"}, func(export.Entry) error { return errors.New("handed out") })
	b.refused(err, office.NotFound, "there is no message mnone")
}

// Whoever was erased stays somebody else: four eyes are still four.
func TestFourEyesAfterAnErasure(t *testing.T) {
	b := setup(t)
	id := b.add()
	_, err := b.Edit(b.ctx, id, draft(), cat())
	b.no(err)
	_, err = b.Edit(b.ctx, id, draft(), bob())
	b.no(err)
	digest := b.submitBy(id, cat())
	for _, name := range []string{"cat", "dan"} {
		b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error {
			p, err := t.Person(name)
			if err != nil {
				return err
			}
			if err := t.SetDisabled(name, true); err != nil {
				return err
			}
			e, err := t.Erase(p, "")
			if err != nil {
				return err
			}
			return t.Record(ledger.PersonErased, ledger.DecisionBody{Subject: e.Name, Count: len(e.Ties), Digest: ledger.RootOf(e.Ties).String()})
		}))
	}
	m, err := b.store.Message(b.ctx, id)
	b.no(err)
	if m.SubmittedBy != "erased person 1" || m.State != message.InReview {
		t.Errorf("the message is %+v", m)
	}
	b.refused(b.Approve(b.ctx, id, digest, bob()), office.Forbidden, "bob edited")
	b.refused(b.Approve(b.ctx, id, digest, cat()), office.Forbidden, "no person called")
	b.refused(b.Approve(b.ctx, id, digest, as("erased person 2")), office.Forbidden)
	b.no(b.Approve(b.ctx, id, digest, as("eve")))
	var by []string
	for _, d := range b.detail(id).Decisions {
		by = append(by, d.By)
	}
	if want := []string{"ann", "erased person 1", "bob", "erased person 1", "eve"}; !slices.Equal(by, want) {
		t.Errorf("decided by %q, want %q", by, want)
	}
	v, err := b.Verify(b.ctx, nil)
	b.no(err)
	if len(v.Faults) > 0 {
		t.Errorf("the ledger: %v", v.Faults)
	}
}
