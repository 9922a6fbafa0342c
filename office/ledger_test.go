package office_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"clarion/audience"
	"clarion/export"
	"clarion/ledger"
	"clarion/message"
	"clarion/office"
)

// entries exports the ledger.
func (b *bundle) entries() []export.Entry {
	b.Helper()
	var all []export.Entry
	_, err := b.Export(b.ctx, export.Range{}, func(e export.Entry) error {
		all = append(all, e)
		return nil
	})
	b.no(err)
	return all
}

// fields are what the tests look at in a body.
type fields struct {
	By, With, Reason, Subject string
	From, To                  message.State
	Verified                  bool
}

// entry runs a use case and gives the one entry of a kind that it left, after
// verifying the chain.
func (b *bundle) entry(kind ledger.Kind, act func() error) (export.Entry, fields) {
	b.Helper()
	before := len(b.entries())
	b.no(act())
	v, err := b.Verify(b.ctx, nil)
	b.no(err)
	if len(v.Faults) > 0 {
		b.Fatalf("after %s the ledger does not verify: %v", kind, v.Faults)
	}
	var found []export.Entry
	for _, e := range b.entries()[before:] {
		if e.Kind == kind && (e.Ties["by"] != "" || kind == ledger.Unsubscribed) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		b.Fatalf("no entry of kind %s by a person", kind)
	}
	last := found[len(found)-1]
	var f fields
	b.no(json.Unmarshal(last.Body, &f))
	return last, f
}

// TestEveryUseCaseIsInTheLedger goes through a life and looks at the kind of
// each entry, at who is tied to it and at why.
func TestEveryUseCaseIsInTheLedger(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	b.rehearse("email")
	var id, digest string
	var run int
	press := audience.Audience{Name: "press", Title: "Newsrooms", Channels: []string{"email"}}
	steps := []struct {
		kind   ledger.Kind
		by     string
		reason string
		act    func() error
	}{
		{ledger.DepartmentChanged, "ann", "", func() error { return b.AddDepartment(b.ctx, "Roads", ann()) }},
		{ledger.AudienceChanged, "ann", "", func() error { return b.SetAudience(b.ctx, press, ann()) }},
		{ledger.AudienceImported, "bob", "", func() error {
			_, err := b.Import(b.ctx, "press", strings.NewReader(birds), false, bob())
			return err
		}},
		{ledger.MessageAdded, "ann", "", func() error {
			added, err := b.Add(b.ctx, draft("audiences: [public, press]"), ann())
			id = added.ID
			return err
		}},
		{ledger.MessageEdited, "cat", "", func() error {
			_, err := b.Edit(b.ctx, id, draft("audiences: [public, press]"), cat())
			return err
		}},
		{ledger.MessageSubmitted, "ann", "", func() error {
			submitted, err := b.Submit(b.ctx, id, ann())
			digest = submitted.Digest
			return err
		}},
		{ledger.MessageReturned, "bob", "wren@example.net is wrong", func() error {
			return b.Return(b.ctx, id, "wren@example.net is wrong", bob())
		}},
		{ledger.MessageSubmitted, "ann", "", func() error {
			submitted, err := b.Submit(b.ctx, id, ann())
			digest = submitted.Digest
			return err
		}},
		{ledger.MessageRehearsed, "cat", "", func() (err error) {
			run, err = b.Rehearse(b.ctx, id, cat())
			return err
		}},
		{ledger.MessageApproved, "bob", "", func() error { return b.Approve(b.ctx, id, digest, bob()) }},
		{ledger.MessageHeld, "cat", "Jenny Wren asked", func() error { return b.Hold(b.ctx, id, "Jenny Wren asked", cat()) }},
		{ledger.MessageReleased, "ann", "she agreed", func() error {
			_, err := b.Release(b.ctx, id, "she agreed", ann())
			return err
		}},
		{ledger.ChannelPaused, "ann", "Fred Finch called", func() error { return b.PauseChannel(b.ctx, "web", "Fred Finch called", ann()) }},
		{ledger.ChannelResumed, "ann", "", func() error { return b.ResumeChannel(b.ctx, "web", ann()) }},
		{ledger.ChannelMode, "ann", "", func() error { return b.RehearseChannel(b.ctx, "email", false, ann()) }},
		{ledger.SendResolved, "bob", "the log has it", func() error {
			b.leave(message.SendUnknown, "mastodon")
			_, err := b.Resolve(b.ctx, b.send(id, "mastodon", 0).ID, message.Planned, "the log has it", bob())
			return err
		}},
		{ledger.SendRetried, "bob", "again", func() error {
			b.leave(message.Failed, "mastodon")
			_, err := b.Retry(b.ctx, b.send(id, "mastodon", 0).ID, true, "again", bob())
			return err
		}},
		{ledger.Unsubscribed, "", "", func() error {
			b.leave(message.Sent, "email")
			all, err := b.Recipients(b.ctx, b.send(id, "email", 0).ID, "", 0, 1)
			b.no(err)
			return b.Unsubscribe(b.ctx, all[0].ID)
		}},
		{ledger.Frozen, "ann", "Jenny Wren again", func() error {
			b.Freeze(b.ctx, "Jenny Wren again", ann())
			b.claim("web", soon())
			return nil
		}},
		{ledger.Countersigned, "ann", "fine", func() error {
			_, err := b.Thaw(b.ctx, "fine", ann())
			return err
		}},
		{ledger.Thawed, "bob", "fine", func() error {
			_, err := b.Thaw(b.ctx, "fine", bob())
			return err
		}},
		{ledger.Countersigned, "cat", "fine", func() error {
			_, err := b.Release(b.ctx, id, "fine", cat())
			return err
		}},
		{ledger.MessageReleased, "bob", "fine", func() error {
			_, err := b.Release(b.ctx, id, "fine", bob())
			return err
		}},
		{ledger.MessageCancelled, "cat", "wren@example.net insists", func() error {
			return b.Cancel(b.ctx, id, "wren@example.net insists", cat())
		}},
	}
	for _, s := range steps {
		e, f := b.entry(s.kind, s.act)
		if e.Ties["by"] != s.by || e.Ties["reason"] != s.reason {
			t.Errorf("%s: by %q because %q, want %q because %q", s.kind, e.Ties["by"], e.Ties["reason"], s.by, s.reason)
		}
		if f.Verified || s.by != "" && (len(f.By) != 64 || f.By == s.by) {
			t.Errorf("%s: the person is not tied by a hash: %s", s.kind, e.Body)
		}
		if f.From != "" && f.To != "" && f.From != f.To && !f.From.Can(f.To) {
			t.Errorf("%s: from %s to %s, which no message goes", s.kind, f.From, f.To)
		}
		if (s.kind == ledger.Thawed || s.kind == ledger.MessageReleased && s.by == "bob") && e.Ties["with"] != map[ledger.Kind]string{ledger.Thawed: "ann", ledger.MessageReleased: "cat"}[s.kind] {
			t.Errorf("%s: together with %q", s.kind, e.Ties["with"])
		}
	}
	if run != 1 {
		t.Errorf("run %d", run)
	}
	b.wants(id, message.Cancelled)
	b.noPersonalData()
	b.exportedHeadsHold()
}

// noPersonalData scans every body for the names, addresses and reasons of the
// test.
func (b *bundle) noPersonalData() {
	b.Helper()
	words := append(private(), "Zander", "fine", "she agreed", "insists", "the log has it")
	people := append(staff(), "zoe")
	for _, e := range b.entries() {
		for _, word := range words {
			if bytes.Contains(bytes.ToLower(e.Body), []byte(strings.ToLower(word))) {
				b.Errorf("%s holds %q: %s", e.Kind, word, e.Body)
			}
		}
		for _, name := range people {
			if bytes.Contains(e.Body, []byte(`"`+name+`"`)) {
				b.Errorf("%s holds the person %q: %s", e.Kind, name, e.Body)
			}
		}
	}
}

func (b *bundle) exportedHeadsHold() {
	b.Helper()
	heads, err := b.Heads(b.ctx)
	b.no(err)
	b.add()
	v, err := b.Verify(b.ctx, heads)
	b.no(err)
	if len(v.Faults) > 0 || v.Entries == 0 || len(heads) == 0 {
		b.Errorf("against exported heads: %+v", v)
	}
	heads[0].Hash = strings.Repeat("0", 64)
	if v, err = b.Verify(b.ctx, heads); err != nil || len(v.Faults) == 0 {
		b.Errorf("a head that never was passes: %+v, %v", v, err)
	}
}

// TestVerifiedPersonIsRecordedAsSuch is for the day on which people sign in.
func TestVerifiedPersonIsRecordedAsSuch(t *testing.T) {
	b := setup(t)
	proved := office.Actor{Name: "ann", Verified: true}
	_, f := b.entry(ledger.MessageAdded, func() error {
		_, err := b.Add(b.ctx, draft(), proved)
		return err
	})
	if !f.Verified {
		t.Error("a proved person is recorded as unproved")
	}
}

// TestOneHoldUnderWayGoesOnReleasing holds that the ledger says no transition
// that there is not.
func TestOneHoldUnderWayGoesOnReleasing(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.begin("mastodon")
	_, f := b.entry(ledger.MessageHeld, func() error { return b.Hold(b.ctx, id, "", ann()) })
	if f.From != message.Releasing || f.To != "" {
		t.Errorf("from %s to %s", f.From, f.To)
	}
}

func TestBackup(t *testing.T) {
	b := setup(t)
	b.approved()
	var out bytes.Buffer
	m, err := b.Backup(b.ctx, &out)
	b.no(err)
	if out.Len() == 0 || len(m.Files) == 0 {
		t.Errorf("backed up %d bytes: %+v", out.Len(), m)
	}
}
