package store

import (
	"context"
	"testing"
	"time"

	"clarion/ledger"
	"clarion/message"
)

func (b *bundle) tally(id string, want message.Tally) {
	b.Helper()
	got := b.sendOf(id, "mail").Tally
	for _, state := range message.SendStates() {
		if got[state] != want[state] {
			b.Errorf("%d recipients are %s, want %d; tally %v", got[state], state, want[state], got)
		}
	}
	b.sound()
}

func TestAddressedSend(t *testing.T) {
	b := setup(t)
	b.subscribers(5, "press")
	id := b.approved(to("mail")...)
	if claim := b.claim("mail", 10); len(claim.Opened) != 0 {
		t.Errorf("claimed before the candidates were fixed: %+v", claim)
	}
	b.materialise()
	b.subscribers(7, "press") // come too late
	b.materialise()
	b.tally(id, message.Tally{message.Planned: 5})
	claim := b.claim("mail", 3)
	b.tally(id, message.Tally{message.Planned: 2, message.Sending: 3})
	keys := map[string]bool{}
	all := claim.Opened
	for _, o := range all {
		item := o.Item
		keys[item.Key] = true
		if item.Address == "" || item.Name == "" || item.Recipient == 0 || item.Attempt != 1 || item.Rendering != nil {
			t.Errorf("item %+v", item)
		}
	}
	if len(keys) != 3 {
		t.Errorf("%d keys of 3 recipients", len(keys))
	}
	b.wants(id, message.Releasing, "mail", message.Sending)
	b.settle(b.outcome(all[0], message.Sent), b.outcome(all[1], message.Waiting), b.outcome(all[2], message.Failed))
	b.tally(id, message.Tally{message.Planned: 2, message.Sent: 1, message.Waiting: 1, message.Failed: 1})
	b.send("mail", message.Sent)
	b.wants(id, message.Releasing, "mail", message.Sending)
	b.now = b.now.Add(time.Minute)
	retry := b.claim("mail", 10).Opened[0]
	if retry.Item.Attempt != 2 || !keys[retry.Item.Key] {
		t.Errorf("retry %+v", retry)
	}
	b.settle(b.outcome(retry, message.Sent))
	b.wants(id, message.ReleasedWithOpen, "mail", message.Failed)
	b.tally(id, message.Tally{message.Sent: 4, message.Failed: 1})
	recipients, err := b.store.Recipients(context.Background(), b.sendOf(id, "mail").ID, message.Failed, 0, 10)
	if err != nil || len(recipients) != 1 || recipients[0].Reason != "refused" || recipients[0].Class != "permanent" {
		t.Errorf("failed ones: %+v, %v", recipients, err)
	}
}

func TestTwoAudiencesOneRecipient(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press", "staff")
	b.suppress(0, "press") // still reached as staff
	b.suppress(1, "press")
	b.suppress(1, "staff")
	b.suppress(2, "")
	id := b.approved(rendered("mail", "press", "staff"))
	b.materialise()
	b.tally(id, message.Tally{message.Planned: 1, message.Suppressed: 2})
	if n := b.send("mail", message.Sent); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	b.tally(id, message.Tally{message.Sent: 1, message.Suppressed: 2})
}

func TestSuppressedAfterCandidatesWereFixed(t *testing.T) {
	b := setup(t)
	b.subscribers(4, "press", "staff")
	id := b.approved(rendered("mail", "press", "staff"))
	b.materialise()
	b.suppress(0, "press")
	b.suppress(1, "")
	first := b.claim("mail", 2) // 1 is left out here
	if len(first.Stopped) != 1 || first.Stopped[0].Recipient == 0 || first.Stopped[0].Verdict.Why != "suppressed" {
		t.Errorf("stopped %+v", first.Stopped)
	}
	b.tally(id, message.Tally{message.Planned: 2, message.Sending: 1, message.Suppressed: 1})
	b.suppress(2, "press")
	b.suppress(2, "staff")
	opened := append(first.Opened, b.claim("mail", 2).Opened...) // 2 is left out here
	sent := 0
	for _, o := range opened {
		b.settle(b.outcome(o, message.Sent))
		sent++
	}
	if sent != 2 {
		t.Errorf("%d mails, want 2", sent)
	}
	b.tally(id, message.Tally{message.Sent: 2, message.Suppressed: 2})
	b.wants(id, message.Released, "mail", message.Sent)
}

func TestAllSuppressedBeforeTheFirstAttempt(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	b.suppress(0, "")
	if claim := b.claim("mail", 1); len(claim.Opened) != 0 {
		t.Errorf("claimed %+v", claim)
	}
	b.wants(id, message.Approved, "mail", message.Planned) // one is left: nothing has begun
	b.suppress(1, "")
	if claim := b.claim("mail", 5); len(claim.Opened) != 0 {
		t.Errorf("claimed %+v", claim)
	}
	b.wants(id, message.Cancelled, "mail", message.Suppressed)
	b.tally(id, message.Tally{message.Suppressed: 2})
}

func TestEmptyAudienceGoesToNobody(t *testing.T) {
	b := setup(t)
	alone := b.approved(to("mail")...)
	missing := b.approved(rendered("mail", "nobody-knows"))
	with := b.approved(to("wire", "mail")...)
	b.materialise()
	for _, id := range []string{alone, missing} {
		if s := b.wants(id, message.Cancelled, "mail", message.Suppressed); s.Reason != "empty-audience" {
			t.Errorf("reason %q", s.Reason)
		}
	}
	b.wants(with, message.Approved, "mail", message.Suppressed)
	b.send("wire", message.Sent)
	b.wants(with, message.Released, "mail", message.Suppressed)
	b.sound()
}

func TestHeldRecipientHoldsItsSend(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	o := b.claim("mail", 1).Opened[0]
	s := b.outcome(o, message.SendHeld)
	s.Hold = message.HoldFreeze
	b.settle(s)
	if s := b.wants(id, message.Releasing, "mail", message.Sending); s.Hold != message.HoldFreeze {
		t.Errorf("held for %q", s.Hold)
	}
	b.tally(id, message.Tally{message.Planned: 3})
	if claim := b.claim("mail", 5); len(claim.Opened) != 0 {
		t.Errorf("claimed %+v", claim)
	}
	if _, planned, err := b.store.NextDue(context.Background(), lane("mail"), time.Minute); planned || err != nil {
		t.Errorf("a held send is due: %v %v", planned, err)
	}
	b.release(id)
	if n := b.send("mail", message.Sent); n != 3 {
		t.Errorf("%d mails after the release, want 3", n)
	}
}

func TestExpiryUnderWayLeavesWhatWasSent(t *testing.T) {
	b := setup(t)
	b.subscribers(4, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	all := b.claim("mail", 2).Opened
	b.settle(b.outcome(all[0], message.Sent))
	b.raw("UPDATE messages SET expires_at = ? WHERE id = ?", ms(b.now), id)
	if claim := b.claim("mail", 5); len(claim.Opened) != 0 || len(claim.Stopped) != 1 {
		t.Errorf("claimed %+v", claim)
	}
	b.wants(id, message.Releasing, "mail", message.Sending) // one is still under way
	b.tally(id, message.Tally{message.Sent: 1, message.Sending: 1, message.SendCancelled: 2})
	b.settle(b.outcome(all[1], message.Sent))
	b.wants(id, message.Released, "mail", message.Sent)
	if n := b.kinds()[ledger.SendDropped]; n != 1 {
		t.Errorf("%d drops in the ledger", n)
	}
}

func TestNextDueOfAddressedSends(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	ctx, before := context.Background(), 15*time.Minute
	due := func(want time.Time, planned bool) {
		t.Helper()
		next, ok, err := b.store.NextDue(ctx, lane("mail"), before)
		if err != nil || ok != planned || ok && !next.Equal(want) {
			t.Errorf("next due %v %v %v; want %v %v", next, ok, err, want, planned)
		}
	}
	due(time.Time{}, false)
	c := content("Later")
	instant := message.Instant{Wall: "2027-05-01 10:00", Zone: "UTC", At: start.Add(2 * time.Hour)}
	c.Schedule.Earliest = &instant
	id := b.draft(c)
	b.submit(id, to("mail")...)
	b.approve(id)
	due(instant.At.Add(-before), true) // its candidates are to be fixed
	b.now = instant.At.Add(-before)
	b.materialise()
	due(instant.At, true)
	if claim := b.claim("mail", 5); len(claim.Opened) != 0 {
		t.Errorf("claimed before its instant: %+v", claim)
	}
	b.now = instant.At
	all := b.claim("mail", 5).Opened
	due(time.Time{}, false) // all is under way
	b.settle(b.outcome(all[0], message.Waiting), b.outcome(all[1], message.Sent))
	due(b.now.Add(time.Minute), true)
	b.hold(id)
	due(time.Time{}, false)
}
