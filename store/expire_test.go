package store

import (
	"context"
	"testing"
	"time"

	"clarion/ledger"
	"clarion/message"
)

func (b *bundle) expireHeld() int {
	b.Helper()
	n, err := b.store.ExpireHeld(context.Background(), b.now)
	b.no(err)
	return n
}

// expiring sets when a message expires.
func (b *bundle) expiring(id string, at time.Time) {
	b.Helper()
	b.raw("UPDATE messages SET expires_at = ? WHERE id = ?", ms(at), id)
}

// TestHeldMessagesExpire goes below, to and past the instant.
func TestHeldMessagesExpire(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	end := b.now.Add(time.Hour)
	held, waits, never := b.approved(to("wire", "mail")...), b.approved(to("wire")...), b.approved(to("wire")...)
	b.materialise()
	for _, id := range []string{held, never} {
		b.hold(id)
	}
	b.expiring(held, end)
	b.expiring(waits, end)
	b.update(func(tx *Tx) error {
		_, _, err := tx.Countersign("release", held, "freeze", "ann")
		return err
	})
	b.now = end.Add(-time.Millisecond)
	if n := b.expireHeld(); n != 0 {
		t.Errorf("%d expired before the instant", n)
	}
	b.wants(held, message.Held, "wire", message.SendHeld)
	b.now = end
	if n := b.expireHeld(); n != 1 {
		t.Errorf("%d expired at the instant, want 1", n)
	}
	s := b.wants(held, message.Expired, "mail", message.SendCancelled)
	if s.Tally[message.SendCancelled] != 2 {
		t.Errorf("tally %v", s.Tally)
	}
	b.wants(waits, message.Approved, "wire", message.Planned) // that is the gate's
	b.wants(never, message.Held, "wire", message.SendHeld)
	if n := b.kinds()[ledger.MessageExpired]; n != 1 {
		t.Errorf("%d expiries in the ledger", n)
	}
	if firsts, err := b.store.FirstDecisions(context.Background(), nil); err != nil || len(firsts) != 0 {
		t.Errorf("a first of two waits for what expired: %v, %v", firsts, err)
	}
	if n := b.expireHeld(); n != 0 {
		t.Errorf("%d expired twice", n)
	}
	b.sound()
}

// TestHeldRestExpires cancels what is held of a message under way; what has
// left has left.
func TestHeldRestExpires(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	id := b.approved(to("wire", "web", "mail")...)
	b.materialise()
	b.send("web", message.Sent)
	mail := b.claim("mail", 1).Opened
	b.hold(id)
	b.expiring(id, b.now)
	b.settle(b.outcome(mail[0], message.Sent))
	if n := b.expireHeld(); n != 2 {
		t.Errorf("%d sends ended, want 2", n)
	}
	b.wants(id, message.Released, "wire", message.SendCancelled)
	s := b.wants(id, message.Released, "mail", message.Sent)
	if s.Tally[message.SendCancelled] != 2 || s.Tally[message.Sent] != 1 {
		t.Errorf("tally %v", s.Tally)
	}
	b.sound()
}
