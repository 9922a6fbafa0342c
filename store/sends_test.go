package store

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/ledger"
	"clarion/message"
)

func TestSendOutcomes(t *testing.T) {
	tests := []struct {
		to      message.SendState
		message message.State
	}{
		{message.Sent, message.Released},
		{message.SendRehearsed, message.Rehearsed},
		{message.Waiting, message.Releasing},
		{message.Planned, message.Releasing},
		{message.Failed, message.ReleasedWithOpen},
		{message.SendUnknown, message.ReleasedWithOpen},
	}
	for _, test := range tests {
		t.Run(string(test.to), func(t *testing.T) {
			b := setup(t)
			id := b.approved(to("wire")...)
			claim := b.claim("wire", 10)
			b.wants(id, message.Approved, "wire", message.Claimed)
			if len(claim.Items) != 1 || claim.Items[0].Attempt != 1 || claim.Items[0].Key == "" || len(claim.Items[0].Rendering) == 0 {
				t.Fatalf("claimed %+v", claim)
			}
			if again := b.claim("wire", 10); len(again.Items) != 0 {
				t.Errorf("claimed twice: %+v", again)
			}
			o := b.open(claim.Items...)[0]
			b.wants(id, message.Releasing, "wire", message.Sending)
			s := b.outcome(o, test.to)
			b.settle(s)
			got := b.wants(id, test.message, "wire", test.to)
			if got.Attempts != 1 || got.Reason != s.Reason || got.RemoteID != s.Receipt.RemoteID || got.SentAt.IsZero() == (test.to == message.Sent || test.to == message.SendRehearsed) {
				t.Errorf("stored %+v of %+v", got, s)
			}
			attempts, err := b.store.Attempts(context.Background(), got.ID, 10)
			b.no(err)
			if len(attempts) != 1 || attempts[0].Outcome != test.to || !attempts[0].ClosedAt.Equal(b.now) || attempts[0].Detail != s.Receipt.Detail {
				t.Errorf("attempts are %+v", attempts)
			}
			if n := b.kinds()[ledger.SendAttempt]; n != 1 {
				t.Errorf("%d attempts in the ledger", n)
			}
			b.sound()
		})
	}
}

func TestRetryKeepsTheKey(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	key := b.sendOf(id, "wire").Key
	b.send("wire", message.Waiting)
	if n := b.send("wire", message.Sent); n != 0 {
		t.Error("it went before its next instant")
	}
	next, ok, err := b.store.NextDue(context.Background(), lane("wire"), 0)
	if err != nil || !ok || !next.Equal(b.now.Add(time.Minute)) {
		t.Errorf("next due %v %v %v", next, ok, err)
	}
	b.now = b.now.Add(time.Hour) // a retry is never late
	item := b.claim("wire", 1).Items[0]
	if item.Attempt != 2 || item.Key != key {
		t.Errorf("attempt %d with key %s; want 2 with %s", item.Attempt, item.Key, key)
	}
}

func TestSettledTwiceCountsOnce(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	all := b.open(append(b.claim("wire", 1).Items, b.claim("mail", 2).Items...)...)
	var outcomes []message.Settlement
	for _, o := range all {
		outcomes = append(outcomes, b.outcome(o, message.Sent))
	}
	b.settle(outcomes...)
	before := b.kinds()
	for i := range outcomes {
		outcomes[i].To = message.Failed
	}
	b.settle(outcomes...)
	b.wants(id, message.Released, "mail", message.Sent)
	if after := b.kinds(); after[ledger.SendAttempt] != before[ledger.SendAttempt] || after[ledger.SendRecipients] != before[ledger.SendRecipients] {
		t.Errorf("the ledger has it twice: %v, before %v", after, before)
	}
	b.sound()
}

// Between the claim and the attempt the gate is asked again.
func TestGateAtOpen(t *testing.T) {
	other := lane("wire")
	other.Fingerprint = "another"
	gone := lane("wire")
	gone.Available = false
	frozen := lane("wire")
	frozen.Frozen = true
	tests := []struct {
		name    string
		change  func(b *bundle, id string)
		lane    message.Lane
		message message.State
		send    message.SendState
		hold    message.HoldReason
	}{
		{"the row freezes", func(b *bundle, _ string) {
			b.update(func(tx *Tx) error { _, err := tx.SetFreeze("ann", "stop"); return err })
		}, lane("wire"), message.Held, message.SendHeld, message.HoldFreeze},
		{"the file freezes", nil, frozen, message.Held, message.SendHeld, message.HoldFreeze},
		{"an edit", func(b *bundle, id string) { b.edit(id) }, lane("wire"), message.Draft, message.SendCancelled, ""},
		{"another destination", nil, other, message.Held, message.SendHeld, message.HoldChannelChanged},
		{"the channel is gone", nil, gone, message.Held, message.SendHeld, message.HoldChannelChanged},
		{"too late", func(b *bundle, _ string) { b.now = b.now.Add(message.DefaultLateLimit + time.Millisecond) }, lane("wire"), message.Held, message.SendHeld, message.HoldLate},
		{"expired", func(b *bundle, id string) {
			b.raw("UPDATE messages SET expires_at = ? WHERE id = ?", ms(b.now), id)
		}, lane("wire"), message.Expired, message.SendCancelled, ""},
		{"other bytes", func(b *bundle, id string) {
			b.raw("UPDATE messages SET submitted_digest = 'other' WHERE id = ?", id)
		}, lane("wire"), message.Held, message.SendHeld, message.HoldBytesChanged},
		{"the clock went back", func(b *bundle, _ string) { b.now = b.now.Add(-time.Second) }, lane("wire"), message.Approved, message.Planned, ""},
	}
	for _, test := range tests {
		for _, at := range []string{"open", "claim"} {
			t.Run(test.name+" at "+at, func(t *testing.T) {
				b := setup(t)
				id := b.approved(to("wire")...)
				var items []message.Item
				if at == "open" {
					items = b.claim("wire", 1).Items
				}
				if test.change != nil {
					test.change(b, id)
				}
				if at == "claim" {
					claim, err := b.store.Claim(context.Background(), test.lane, 5, b.now)
					b.no(err)
					if len(claim.Items) != 0 {
						t.Errorf("claimed %+v", claim.Items)
					}
				} else {
					opened, err := b.store.Commit(context.Background(), map[string]message.Lane{"wire": test.lane}, nil, items, b.now)
					b.no(err)
					if len(opened) != 1 || opened[0].Attempt != 0 || opened[0].Stopped == nil {
						t.Fatalf("opened %+v", opened)
					}
				}
				s := b.wants(id, test.message, "wire", test.send)
				if m := b.message(id); m.Hold != test.hold || s.Hold != test.hold || s.Attempts != 0 {
					t.Errorf("held for %q and %q, want %q; attempts %d", m.Hold, s.Hold, test.hold, s.Attempts)
				}
				b.sound()
			})
		}
	}
}

// One commit opens attempts of several channels. What stops one of a message
// that has not begun stops all of it.
func TestOneStopHoldsAllOfAMessage(t *testing.T) {
	for _, order := range [][]string{{"wire", "web"}, {"web", "wire"}} {
		t.Run(strings.Join(order, " "), func(t *testing.T) {
			b := setup(t)
			id := b.approved(to("web", "wire")...)
			other := b.approved(to("web")...)
			var items []message.Item
			for _, channel := range order {
				items = append(items, b.claim(channel, 5).Items...)
			}
			changed := lanes()
			wire := changed["wire"]
			wire.Fingerprint = "another"
			changed["wire"] = wire
			opened, err := b.store.Commit(context.Background(), changed, nil, items, b.now)
			b.no(err)
			if len(opened) != 3 {
				t.Fatalf("%d answers", len(opened))
			}
			for i, o := range opened {
				if o.Item.Send != items[i].Send || (o.Attempt != 0) != (o.Item.Message == other) || (o.Stopped == nil) != (o.Item.Message == other) {
					t.Errorf("answer %d is %+v", i, o)
				}
			}
			b.wants(id, message.Held, "web", message.SendHeld)
			b.wants(id, message.Held, "wire", message.SendHeld)
			b.wants(other, message.Releasing, "web", message.Sending)
			if n := b.kinds()[ledger.MessageHeld]; n != 1 {
				t.Errorf("%d holds in the ledger, want 1", n)
			}
			b.sound()
		})
	}
}

func TestFreezeStopsAllOfAMessageAtOnce(t *testing.T) {
	b := setup(t)
	id := b.approved(to("web", "wire")...)
	items := append(b.claim("web", 1).Items, b.claim("wire", 1).Items...)
	b.update(func(tx *Tx) error { _, err := tx.SetFreeze("ann", "stop"); return err })
	for _, o := range b.open(items...) {
		if o.Attempt != 0 {
			t.Errorf("opened %+v", o)
		}
	}
	b.wants(id, message.Held, "web", message.SendHeld)
	b.sound()
}

func TestRehearsalRunNeverAdvancesTheMessage(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.draft(content("Bridge opens"))
	b.submit(id, to("wire", "mail")...)
	b.with(id, func(tx *Tx, m message.Message) error {
		run, err := tx.PlanRehearsal(m)
		if run != 1 {
			t.Errorf("run %d", run)
		}
		return err
	})
	b.materialise()
	if wire, mail := b.send("wire", message.SendRehearsed), b.send("mail", message.SendRehearsed); wire != 1 || mail != 2 {
		t.Errorf("%d and %d rehearsed", wire, mail)
	}
	if m := b.message(id); m.State != message.InReview {
		t.Errorf("the message is %s", m.State)
	}
	b.approve(id)
	b.materialise()
	if n := b.send("mail", message.Sent); n != 2 {
		t.Errorf("%d mails after the rehearsal, want 2", n)
	}
	b.wants(id, message.Releasing, "wire", message.Planned)
	b.sound()
}

func TestHeldRehearsalCanBeReleased(t *testing.T) {
	b := setup(t)
	id := b.draft(content("Bridge opens"))
	b.submit(id, to("wire")...)
	b.with(id, func(tx *Tx, m message.Message) error { _, err := tx.PlanRehearsal(m); return err })
	b.update(func(tx *Tx) error { _, err := tx.SetFreeze("ann", "stop"); return err })
	if claim := b.claim("wire", 5); len(claim.Items) != 0 || len(claim.Stopped) != 1 {
		t.Fatalf("claimed %+v", claim)
	}
	var holds []message.HoldReason
	b.update(func(tx *Tx) (err error) {
		holds, err = tx.Holds(id)
		return err
	})
	if !slices.Equal(holds, []message.HoldReason{message.HoldFreeze}) {
		t.Errorf("holds are %v", holds)
	}
	b.update(func(tx *Tx) error { return tx.ClearFreeze() })
	b.release(id)
	if n := b.send("wire", message.SendRehearsed); n != 1 {
		t.Errorf("%d rehearsed after the release", n)
	}
}

func TestResolve(t *testing.T) {
	tests := []struct {
		from, to message.SendState
		message  message.State
		ok       bool
	}{
		{message.SendUnknown, message.Sent, message.Released, true},
		{message.SendUnknown, message.Planned, message.Releasing, true},
		{message.SendUnknown, message.Abandoned, message.Cancelled, true},
		{message.Failed, message.Planned, message.Releasing, true},
		{message.Failed, message.Abandoned, message.Cancelled, true},
		{message.Failed, message.Sent, "", false},
	}
	for _, test := range tests {
		for _, channel := range []string{"wire", "mail"} {
			t.Run(channel+" "+string(test.from)+" to "+string(test.to), func(t *testing.T) {
				b := setup(t)
				b.subscribers(2, "press")
				id := b.approved(to(channel)...)
				b.materialise()
				want := b.send(channel, test.from)
				s := b.wants(id, message.ReleasedWithOpen, channel, test.from)
				var n int
				err := b.store.Update(context.Background(), b.now, func(tx *Tx) (err error) {
					n, err = tx.Resolve(s, test.from, test.to)
					return err
				})
				if (err == nil) != test.ok {
					t.Fatalf("resolved with %v", err)
				}
				if !test.ok {
					return
				}
				if m := b.message(id); n != want || m.State != test.message {
					t.Errorf("%d resolved, want %d; the message is %s, want %s", n, want, m.State, test.message)
				}
				if test.to == message.Planned {
					b.now = b.now.Add(time.Hour)
					if n := b.send(channel, message.Sent); n != want {
						t.Errorf("%d sent again, want %d", n, want)
					}
				}
				b.sound()
			})
		}
	}
}

// A destination may answer with any bytes; what is stored is text, and the
// ledger holds.
func TestHostileReceipt(t *testing.T) {
	b := setup(t)
	b.subscribers(1, "press")
	b.approved(to("wire", "mail")...)
	b.materialise()
	for _, channel := range []string{"wire", "mail"} {
		o := b.open(b.claim(channel, 1).Items...)[0]
		s := b.outcome(o, message.Sent)
		s.Receipt.RemoteID, s.Receipt.Detail, s.Reason = "a\x00b\xff\u2028<&>", "\xc3\x28", "\"\\"
		b.settle(s)
		attempts, err := b.store.Attempts(context.Background(), o.Item.Send, 1)
		b.no(err)
		if got, want := attempts[0].RemoteID, "a\uFFFDb\uFFFD\u2028<&>"; got != want || attempts[0].Detail != "\uFFFD(" || attempts[0].Reason != s.Reason {
			t.Errorf("stored %q of %q, detail %q, reason %q", got, s.Receipt.RemoteID, attempts[0].Detail, attempts[0].Reason)
		}
	}
	b.sound()
}
