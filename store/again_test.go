package store

import (
	"context"
	"slices"
	"testing"
	"time"

	"clarion/message"
)

// TestAPlanIsPlannedWholeOrNotAtAll holds that no send of an approval is lost:
// one that was sent is never planned again, and makes an error.
func TestAPlanIsPlannedWholeOrNotAtAll(t *testing.T) {
	for _, state := range message.SendStates() {
		b := openBundle(t, t.TempDir())
		id := b.approved(to("wire", "web")...)
		b.raw("UPDATE sends SET state = ?, attempts = 2 WHERE channel = 'wire'", state)
		err := b.store.Update(context.Background(), b.now, func(tx *Tx) error {
			_, err := tx.exec("UPDATE sends SET state = 'rehearsed' WHERE channel = 'web'")
			if err != nil {
				return err
			}
			m, err := tx.Message(id)
			if err != nil {
				return err
			}
			return tx.planSends(m, 0, b.now)
		})
		ended := slices.Contains([]message.SendState{message.SendCancelled, message.Suppressed, message.Abandoned, message.SendRehearsed}, state)
		if (err == nil) != ended {
			t.Errorf("with a send that is %s: %v", state, err)
		}
		if s := b.sendOf(id, "wire"); ended && (s.State != message.Planned || s.Attempts != 0) || !ended && s.State != state {
			t.Errorf("from %s it went to %s after %d attempts", state, s.State, s.Attempts)
		}
		b.close()
	}
}

// TestAcceptedChannelPasses lets a send go to what was accepted, until it is
// planned anew.
func TestAcceptedChannelPasses(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	moved := lane("wire")
	moved.Fingerprint = "another"
	claim := func() message.Claim {
		t.Helper()
		c, err := b.store.Claim(context.Background(), moved, 5, b.now)
		b.no(err)
		return c
	}
	if c := claim(); len(c.Items) != 0 {
		t.Fatalf("claimed %+v", c)
	}
	b.with(id, func(tx *Tx, m message.Message) error {
		changed, err := tx.ChangedChannels(id)
		if err != nil || len(changed) != 1 || changed[0].Fingerprint != destination("wire").Fingerprint() || changed[0].Mode != message.Live {
			t.Errorf("changed %+v, %v", changed, err)
		}
		if err := tx.Accept(changed[0].Send, "another", message.Live); err != nil {
			return err
		}
		return tx.Release(m)
	})
	if c := claim(); len(c.Items) != 1 {
		t.Errorf("what was accepted was not claimed: %+v", c)
	}
	b.edit(id)
	b.submit(id, to("wire")...)
	b.approve(id)
	if c := claim(); len(c.Items) != 0 {
		t.Errorf("a new approval goes by what was accepted before it: %+v", c)
	}
}

// TestBacklogOfAHalfSentMail shows what is left of a mail whose channel stands
// still.
func TestBacklogOfAHalfSentMail(t *testing.T) {
	b := setup(t)
	b.subscribers(5, "press")
	id := b.approved(to("mail")...)
	b.materialise()
	backlog := func() Backlog {
		t.Helper()
		got, err := b.store.Backlog(context.Background(), b.now, nil)
		b.no(err)
		return got
	}
	if got := backlog(); got.Due != 1 {
		t.Errorf("before it began %+v", got)
	}
	opened := b.claim("mail", 2).Opened
	b.settle(b.outcome(opened[0], message.Sent), b.outcome(opened[1], message.Waiting))
	if got := backlog(); got.Due != 3 || got.Overdue != 0 || !got.OldestDue.Equal(start) {
		t.Errorf("half sent %+v", got)
	}
	b.now = b.now.Add(time.Minute + time.Millisecond)
	if got := backlog(); got.Due != 4 || got.Overdue != 3 {
		t.Errorf("a minute later %+v", got)
	}
	b.hold(id)
	if got := backlog(); got.Due != 0 || got.Held != 1 || !got.OldestDue.IsZero() {
		t.Errorf("held %+v", got)
	}
}

// TestUnreached names audiences without anybody, and those whom everybody left.
func TestUnreached(t *testing.T) {
	b := setup(t)
	unreached := func(want ...string) {
		t.Helper()
		got, err := b.store.Unreached(context.Background(), []string{"press", "staff", "nobody"})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	}
	unreached("press", "staff", "nobody")
	b.subscribers(2, "press", "staff")
	unreached("nobody")
	b.suppress(0, "press")
	unreached("nobody")
	b.suppress(1, "press")
	unreached("press", "nobody")
	b.suppress(0, "")
	b.suppress(1, "")
	unreached("press", "staff", "nobody")
}

// TestHeldFor finds what is held in every place where a hold can stand.
func TestHeldFor(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	whole, rest, mail, open := b.approved(to("wire")...), b.approved(to("wire", "web")...), b.approved(to("mail")...), b.approved(to("web")...)
	b.materialise()
	b.hold(whole)
	b.claim("mail", 1)
	b.claim("wire", 5)
	b.hold(rest)
	b.hold(mail)
	b.send("web", message.SendUnknown)
	b.raw("UPDATE sends SET hold = 'manual' WHERE message_id = ?", open)
	b.approved(to("wire")...)
	b.update(func(tx *Tx) error {
		got, err := tx.HeldFor(message.HoldManual)
		if want := []string{whole, rest, mail, open}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
		if got, err = tx.HeldFor(message.HoldFreeze); err != nil || len(got) != 0 {
			t.Errorf("for another reason %v, %v", got, err)
		}
		return nil
	})
}
