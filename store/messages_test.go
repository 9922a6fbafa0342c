package store

import (
	"context"
	"errors"
	"slices"
	"testing"

	"clarion/ledger"
	"clarion/message"
)

func TestEditVoidsApprovalAndReusesRows(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	wire, mail := b.sendOf(id, "wire"), b.sendOf(id, "mail")
	before := b.recipients(mail.ID)

	b.edit(id)
	b.wants(id, message.Draft, "wire", message.SendCancelled)
	b.wants(id, message.Draft, "mail", message.SendCancelled)
	if m := b.message(id); m.Revision != 2 || m.ApprovedDigest != "" || m.SubmittedDigest != "" || m.Title != "Bridge opens late" {
		t.Errorf("after the edit: %+v", m)
	}
	voided := map[string]int{}
	b.pairs(voided, "SELECT message_id, count(*) FROM approvals WHERE voided_at > 0 GROUP BY message_id")
	if voided[id] != 1 {
		t.Errorf("%d approvals are void, want 1", voided[id])
	}
	if claim := b.claim("wire", 10); len(claim.Opened) != 0 {
		t.Errorf("an edited message was claimed: %+v", claim)
	}
	b.sound()

	b.submit(id, to("wire", "mail")...)
	b.approve(id)
	b.materialise()
	again := b.wants(id, message.Approved, "wire", message.Planned)
	if again.ID != wire.ID || again.Key != wire.Key || again.Revision != 2 {
		t.Errorf("the send was not reused: %+v, before %+v", again, wire)
	}
	if after := b.recipients(mail.ID); !slices.Equal(after, before) {
		t.Errorf("recipients were not reused: %v, before %v", after, before)
	}
	if n := b.send("mail", message.Sent); n != 3 {
		t.Errorf("%d mails, want 3", n)
	}
	b.sound()
}

// recipients lists id, key and state of a send's recipients.
func (b *bundle) recipients(send int64) []string {
	b.Helper()
	found := map[string]int{}
	b.pairs(found, "SELECT id || ' ' || key || ' ' || state, 1 FROM recipients WHERE send_id = ?", send)
	var all []string
	for k := range found {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func TestRehearsedMessageGoesLiveAfterAnEdit(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	b.send("wire", message.SendRehearsed)
	b.send("mail", message.SendRehearsed)
	b.wants(id, message.Rehearsed, "mail", message.SendRehearsed)

	b.edit(id)
	b.submit(id, to("wire", "mail")...)
	b.approve(id)
	b.materialise()
	if wire, mail := b.send("wire", message.Sent), b.send("mail", message.Sent); wire != 1 || mail != 2 {
		t.Errorf("%d posts and %d mails, want 1 and 2", wire, mail)
	}
	b.wants(id, message.Released, "mail", message.Sent)
	b.sound()
}

func TestEditIsRefusedOnceBegun(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	b.send("wire", message.Sent)
	m := b.message(id)
	err := b.store.Update(context.Background(), b.now, func(tx *Tx) error { return tx.InsertRevision(m, content("x"), "ann") })
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("an edit of a released message: %v", err)
	}
	if after := b.message(id); after != m {
		t.Errorf("it changed: %+v", after)
	}
}

func TestPlanLeavesOutWhatALaterSubmitDropped(t *testing.T) {
	b := setup(t)
	id := b.draft(content("Bridge opens"))
	b.submit(id, to("web", "wire")...)
	b.with(id, func(tx *Tx, m message.Message) error {
		_, err := tx.PlanRehearsal(m)
		return err
	})
	b.with(id, func(tx *Tx, _ message.Message) error { return tx.SetReturned(id) })
	b.submit(id, to("web")...)
	b.approve(id)
	all, err := b.store.Sends(context.Background(), SendFilter{Message: id, Channel: "wire", Limit: 10})
	b.no(err)
	if len(all) != 1 || all[0].Run != 1 {
		t.Errorf("wire was left out of the plan and has %+v", all)
	}
	if plan, err := b.store.Plan(context.Background(), id, 1); err != nil || len(plan) != 1 || plan[0].Channel != "web" {
		t.Errorf("plan is %+v, %v", plan, err)
	}
}

func TestHoldBeforeItBeginsHoldsTheWholeMessage(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	leased := b.lease("wire", 5).Items
	b.hold(id)
	if o := b.record(leased...)[0]; o.Attempt != 0 || o.Stopped == nil {
		t.Errorf("an attempt was opened of a held message: %+v", o)
	}
	if claim := b.claim("mail", 1); len(claim.Opened) != 0 {
		t.Errorf("a held message was claimed: %+v", claim)
	}
	b.wants(id, message.Held, "wire", message.SendHeld)
	b.wants(id, message.Held, "mail", message.SendHeld)
	b.sound()
	b.release(id)
	if wire, mail := b.send("wire", message.Sent), b.send("mail", message.Sent); wire != 1 || mail != 3 {
		t.Errorf("after the release %d posts and %d mails, want 1 and 3", wire, mail)
	}
	b.wants(id, message.Released, "mail", message.Sent)
	b.sound()
}

func TestHoldUnderWayHoldsSendBySend(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("web", "wire", "mail")...)
	b.materialise()
	wire := b.claim("wire", 1).Opened[0]
	mail := b.claim("mail", 1).Opened[0]
	b.hold(id)
	b.wants(id, message.Releasing, "web", message.SendHeld)
	b.wants(id, message.Releasing, "wire", message.Sending)
	if s := b.wants(id, message.Releasing, "mail", message.Sending); s.Hold != message.HoldManual {
		t.Errorf("the mail has no flag: %+v", s)
	}
	if held := b.kinds()[ledger.SendHeld]; held != 3 {
		t.Errorf("%d holds in the ledger, want 3", held)
	}
	b.settle(b.outcome(wire, message.Waiting), b.outcome(mail, message.Sent))
	b.wants(id, message.Releasing, "wire", message.SendHeld)
	b.now = b.now.Add(message.DefaultLateLimit * 3)
	for _, channel := range []string{"web", "wire", "mail"} {
		if claim := b.claim(channel, 10); len(claim.Opened)+len(claim.Stopped) != 0 {
			t.Errorf("%s claimed %+v while held", channel, claim)
		}
	}
	b.release(id)
	for channel, want := range map[string]int{"web": 1, "wire": 1, "mail": 2} {
		if n := b.send(channel, message.Sent); n != want {
			t.Errorf("after the release %s sent %d, want %d", channel, n, want)
		}
	}
	if s := b.wants(id, message.Released, "mail", message.Sent); s.Hold != "" {
		t.Errorf("the flag stayed: %+v", s)
	}
	b.sound()
}

func TestCancel(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	leased := b.lease("wire", 1).Items
	b.update(func(tx *Tx) error { return tx.SetCancelled(id) })
	s := b.wants(id, message.Cancelled, "mail", message.SendCancelled)
	if s.Tally[message.SendCancelled] != 2 {
		t.Errorf("tally is %v, want 2 cancelled", s.Tally)
	}
	if o := b.record(leased...)[0]; o.Attempt != 0 || o.Stopped == nil {
		t.Errorf("a cancelled send was opened: %+v", o)
	}
	if claim := b.claim("mail", 2); len(claim.Opened) != 0 {
		t.Errorf("a cancelled recipient was opened: %+v", claim)
	}
	err := b.store.Update(context.Background(), b.now, func(tx *Tx) error { return tx.SetCancelled(id) })
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("cancelled twice: %v", err)
	}
	b.sound()
}

func TestCancelRestTouchesUnstartedOnly(t *testing.T) {
	b := setup(t)
	b.subscribers(5, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	all := b.claim("mail", 2).Opened
	b.settle(b.outcome(all[0], message.Sent))
	b.update(func(tx *Tx) error { return tx.CancelRest(id) })
	b.wants(id, message.Releasing, "wire", message.SendCancelled)
	b.wants(id, message.Releasing, "mail", message.Sending)
	b.settle(b.outcome(all[1], message.SendUnknown))
	s := b.wants(id, message.ReleasedWithOpen, "mail", message.SendUnknown)
	if s.Tally[message.SendCancelled] != 3 || s.Tally[message.Sent] != 1 || s.Tally[message.SendUnknown] != 1 {
		t.Errorf("tally is %v", s.Tally)
	}
	b.sound()
}

func TestMessagesPages(t *testing.T) {
	b := setup(t)
	var want []string
	for range 5 {
		want = append([]string{b.draft(content("A title"))}, want...)
	}
	b.submit(want[1], to("wire")...)
	var got []string
	for before := ""; ; {
		page, err := b.store.Messages(context.Background(), MessageFilter{Before: before, Limit: 2})
		b.no(err)
		if len(page) == 0 {
			break
		}
		for _, m := range page {
			got, before = append(got, m.ID), m.ID
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if page, err := b.store.Messages(context.Background(), MessageFilter{State: message.InReview, Limit: 9}); err != nil || len(page) != 1 || page[0].ID != want[1] {
		t.Errorf("in review: %+v, %v", page, err)
	}
	if _, err := b.store.Message(context.Background(), "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a message that is not there: %v", err)
	}
}

func TestEditorsSinceTheLastApproval(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	for _, editor := range []string{"cat", "dan", "cat"} {
		b.with(id, func(tx *Tx, m message.Message) error { return tx.InsertRevision(m, content("again"), editor) })
	}
	var got []string
	b.update(func(tx *Tx) (err error) {
		got, err = tx.Editors(id)
		return err
	})
	slices.Sort(got)
	if !slices.Equal(got, []string{"cat", "dan"}) {
		t.Errorf("editors are %v", got)
	}
}
