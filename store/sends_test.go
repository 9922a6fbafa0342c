package store

import (
	"context"
	"slices"
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
			b.wants(id, message.Releasing, "wire", message.Sending)
			if len(claim.Opened) != 1 {
				t.Fatalf("claimed %+v", claim)
			}
			o := claim.Opened[0]
			if o.Attempt == 0 || !o.At.Equal(b.now) || o.Item.Attempt != 1 || o.Item.Key == "" || len(o.Item.Rendering) == 0 {
				t.Fatalf("claimed %+v", o)
			}
			if again := b.claim("wire", 10); len(again.Opened) != 0 {
				t.Errorf("claimed twice: %+v", again)
			}
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
	item := b.claim("wire", 1).Opened[0].Item
	if item.Attempt != 2 || item.Key != key {
		t.Errorf("attempt %d with key %s; want 2 with %s", item.Attempt, item.Key, key)
	}
}

func TestSettledTwiceCountsOnce(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	all := append(b.claim("wire", 1).Opened, b.claim("mail", 2).Opened...)
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

func TestAClaimTakesNoMoreThanItsLimit(t *testing.T) {
	b := setup(t)
	b.subscribers(3, "press")
	for range 3 {
		b.approved(to("wire")...)
	}
	b.approved(to("mail")...)
	b.materialise()
	for _, channel := range []string{"wire", "mail"} {
		for i, limit := range []int{0, 1, 2, 2} {
			want := []int{0, 1, 2, 0}[i]
			if claim := b.claim(channel, limit); len(claim.Opened) != want || len(claim.Items) != 0 {
				t.Errorf("%s: a claim of %d took %d, want %d", channel, limit, len(claim.Opened), want)
			}
		}
	}
	b.sound()
}

// More rows than one statement inserts, and some besides: each outcome finds
// its own attempt and send.
func TestManyAtOnceKeepTheirAttempts(t *testing.T) {
	b := setup(t)
	const n = 2*insertedAtOnce + 3
	ids := make([]string, n)
	for i := range ids {
		ids[i] = b.approved(to("wire")...)
	}
	all := b.claim("wire", n).Opened
	if len(all) != n {
		t.Fatalf("%d attempts, want %d", len(all), n)
	}
	outcomes := make([]message.Settlement, n)
	for i, o := range all {
		outcomes[i] = b.outcome(o, message.Sent)
	}
	b.settle(outcomes...)
	for i, id := range ids {
		s := b.wants(id, message.Released, "wire", message.Sent)
		attempts, err := b.store.Attempts(context.Background(), s.ID, 2)
		b.no(err)
		if len(attempts) != 1 || attempts[0].ID != all[i].Attempt || attempts[0].RemoteID != s.RemoteID || s.ID != all[i].Item.Send {
			t.Errorf("send %d has the attempts %+v, want %d", s.ID, attempts, all[i].Attempt)
		}
	}
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
	if claim := b.claim("wire", 5); len(claim.Opened) != 0 || len(claim.Stopped) != 1 {
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
		o := b.claim(channel, 1).Opened[0]
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
