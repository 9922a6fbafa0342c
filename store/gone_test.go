package store

import (
	"context"
	"testing"
	"time"

	"clarion/message"
)

func (b *bundle) holdGone(configured ...string) []message.Stopped {
	b.Helper()
	stopped, err := b.store.HoldGone(context.Background(), configured, false, b.now)
	b.no(err)
	return stopped
}

// TestHoldGone holds what is due by a channel that is no longer configured, and
// nothing else.
func TestHoldGone(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	unbegun := b.approved(to("web", "wire")...)
	b.now = b.now.Add(time.Second)
	if got := b.holdGone("web", "wire", "mail"); len(got) != 0 {
		t.Errorf("with every channel there %v was stopped", got)
	}
	stopped := b.holdGone("web", "mail")
	if len(stopped) != 1 || stopped[0].Channel != "wire" || stopped[0].Verdict.Hold != message.HoldChannelChanged || stopped[0].Message != unbegun {
		t.Errorf("stopped %+v", stopped)
	}
	b.wants(unbegun, message.Held, "web", message.SendHeld) // a message that has not begun is held whole
	b.wants(unbegun, message.Held, "wire", message.SendHeld)
	if got := b.holdGone("web", "mail"); len(got) != 0 {
		t.Errorf("stopped again: %v", got)
	}
	b.sound()
}

// TestHoldGoneOfWhatHasBegun holds the rest of a message send by send.
func TestHoldGoneOfWhatHasBegun(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	begun := b.approved(to("web", "wire", "mail")...)
	b.publish("first")
	b.materialise()
	b.settle(b.outcome(b.claim("mail", 1).Opened[0], message.Sent))
	if s := b.sendOf(begun, "mail"); s.State != message.Sending {
		t.Fatalf("mail is %s", s.State)
	}
	stopped := b.holdGone("web")
	if len(stopped) != 2 {
		t.Errorf("stopped %+v", stopped)
	}
	b.wants(begun, message.Releasing, "wire", message.SendHeld)
	if s := b.sendOf(begun, "mail"); s.State != message.Sending || s.Hold != message.HoldChannelChanged {
		t.Errorf("mail is %s, held %q", s.State, s.Hold)
	}
	if got := b.holdGone("web"); len(got) != 0 {
		t.Errorf("stopped again: %v", got)
	}
	b.sound()
}

// TestHoldGoneWaitsForTheInstant: until then a channel may come back.
func TestHoldGoneWaitsForTheInstant(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	now := b.now
	b.now = b.sendOf(id, "wire").Due.Add(-time.Millisecond)
	if got := b.holdGone(); len(got) != 0 {
		t.Errorf("stopped %v before its instant", got)
	}
	b.now = now.Add(time.Second)
	if got := b.holdGone(); len(got) != 1 {
		t.Errorf("stopped %v", got)
	}
}

// TestHoldGoneInPieces stops more than fit into one transaction.
func TestHoldGoneInPieces(t *testing.T) {
	b := setup(t)
	for range goneAtOnce + 1 {
		b.approved(to("wire")...)
	}
	b.now = b.now.Add(time.Second)
	if got := b.holdGone("web"); len(got) != goneAtOnce+1 {
		t.Errorf("%d were stopped", len(got))
	}
	b.sound()
}
