package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
)

// next is the next doubt of the wire, first looked for after five seconds.
func (b *bundle) next() (message.Doubt, time.Time) {
	b.Helper()
	d, when, in, err := b.store.NextDoubt(context.Background(), "wire", 5*time.Second)
	b.no(err)
	if !in {
		b.Fatalf("there is no doubt")
	}
	return d, when
}

func (b *bundle) noDoubt() {
	b.Helper()
	if d, when, in, err := b.store.NextDoubt(context.Background(), "wire", 0); in || err != nil {
		b.Errorf("a doubt is left: %+v at %s, %v", d, when, err)
	}
}

func (b *bundle) look(l message.Look) bool {
	b.Helper()
	ours, err := b.store.Looked(context.Background(), l, b.now)
	b.no(err)
	return ours
}

func lookFor(d message.Doubt, v channels.Verdict, to message.SendState) message.Look {
	return message.Look{Doubt: d, At: start.Add(time.Minute), Verdict: v, Evidence: "it says " + v.String(), To: to}
}

func TestADoubtHasAllThatALookNeeds(t *testing.T) {
	b := setup(t)
	b.noDoubt()
	b.approved(to("wire")...)
	o := b.claim("wire", 1).Opened[0]
	b.noDoubt() // it is under way
	b.now = b.now.Add(2 * time.Second)
	b.settle(b.outcome(o, message.SendUnknown))
	d, when := b.next()
	if want := b.now.Add(5 * time.Second); !when.Equal(want) {
		t.Errorf("the first look is at %s, want %s", when, want)
	}
	if d.Attempt != o.Attempt || !d.Opened.Equal(o.At) || !d.Since.Equal(b.now) || d.Looks != 0 || d.Restored {
		t.Errorf("the doubt is %+v of %+v", d, o)
	}
	got, want := d.Item, o.Item
	if got.Send != want.Send || got.Message != want.Message || got.Key != want.Key || got.Digest != want.Digest || got.Revision != want.Revision ||
		got.EntryID != want.EntryID || got.Slug != want.Slug || got.Attempt != want.Attempt || !got.Due.Equal(want.Due) || got.Channel != "wire" || len(got.Audiences) != 1 {
		t.Errorf("the doubt is of %+v, want %+v", got, want)
	}
	other, _, in, err := b.store.NextDoubt(context.Background(), "web", 0)
	if in || err != nil {
		t.Errorf("another channel has %+v, %v", other, err)
	}
}

func TestLooks(t *testing.T) {
	for name, c := range map[string]struct {
		verdict channels.Verdict
		to      message.SendState
		message message.State
	}{
		"found":             {channels.Found, message.Sent, message.Released},
		"absent":            {channels.Absent, message.Planned, message.Releasing},
		"absent, used up":   {channels.Absent, message.Failed, message.ReleasedWithOpen},
		"nobody knows, yet": {channels.CannotTell, message.SendUnknown, message.ReleasedWithOpen},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			id := b.approved(to("wire")...)
			b.send("wire", message.SendUnknown)
			d, _ := b.next()
			l := lookFor(d, c.verdict, c.to)
			l.Receipt = channels.Receipt{RemoteID: "77", RemoteURL: "https://example.org/77"}
			l.NextAt = b.now.Add(time.Hour)
			if !b.look(l) {
				t.Fatal("the look is not of this doubt")
			}
			s := b.wants(id, c.message, "wire", c.to)
			looks, err := b.store.Looks(context.Background(), s.ID)
			b.no(err)
			if len(looks) != 1 || looks[0].Verdict != c.verdict.String() || looks[0].Evidence != l.Evidence || !looks[0].NextAt.Equal(l.NextAt) || looks[0].Attempt != d.Attempt {
				t.Errorf("the looks are %+v", looks)
			}
			entries := b.kinds()[ledger.SendFound]
			if c.to == message.SendUnknown {
				if next, when := b.next(); entries != 0 || next.Looks != 1 || !when.Equal(l.NextAt) {
					t.Errorf("%d entries, the next is %+v at %s", entries, next, when)
				}
				return
			}
			b.noDoubt()
			if entries != 1 || b.look(l) {
				t.Errorf("%d entries, or it was settled twice", entries)
			}
			if found := c.to == message.Sent; found != s.SentAt.Equal(d.Opened) || found && s.RemoteID != "77" {
				t.Errorf("the send is %+v", s)
			}
			b.sound()
		})
	}
}

// What is absent goes again under its key, and a new doubt starts anew.
func TestAbsentGoesAgain(t *testing.T) {
	b := setup(t)
	id := b.approved(to("wire")...)
	b.send("wire", message.SendUnknown)
	before := b.sendOf(id, "wire")
	for range 3 {
		d, _ := b.next()
		b.look(lookFor(d, channels.CannotTell, message.SendUnknown)) // used up
		b.noDoubt()
		b.look(lookFor(d, channels.Absent, message.Planned)) // a person asked
		b.now = b.now.Add(30 * time.Minute)                  // later than it may be, which a retry is not held for
		b.send("wire", message.SendUnknown)
		if next, _ := b.next(); next.Looks != 0 || next.Attempt == d.Attempt {
			t.Errorf("the new doubt is %+v", next)
		}
	}
	if s := b.sendOf(id, "wire"); s.Attempts != 4 || s.Key != before.Key {
		t.Errorf("the send is %+v, was %+v", s, before)
	}
	b.sound()
}

// A person who settles a send has the last word over any look.
func TestALookThatComesTooLate(t *testing.T) {
	for _, person := range []message.SendState{message.Sent, message.Planned, message.Abandoned} {
		b := setupIn(t)
		id := b.approved(to("wire")...)
		b.send("wire", message.SendUnknown)
		d, _ := b.next()
		s := b.sendOf(id, "wire")
		b.update(func(tx *Tx) error { _, err := tx.Resolve(s, message.SendUnknown, person); return err })
		if b.look(lookFor(d, channels.Absent, message.Planned)) {
			t.Errorf("a look has the last word over a person's %s", person)
		}
		if got := b.sendOf(id, "wire").State; got != person {
			t.Errorf("it is %s, a person said %s", got, person)
		}
		if person == message.Planned { // and is unknown again, by another attempt
			b.send("wire", message.SendUnknown)
			if b.look(lookFor(d, channels.Found, message.Sent)) {
				t.Error("a look for one attempt settles another")
			}
		}
		if n := b.kinds()[ledger.SendFound]; n != 0 {
			t.Errorf("%d entries", n)
		}
		looks, err := b.store.Looks(context.Background(), s.ID)
		b.no(err)
		if len(looks) != 0 {
			t.Errorf("looks are %+v", looks)
		}
		b.close()
	}
}

// Held or cancelled while unknown, a send does not go again by itself.
func TestAbsentIsHeldWherePeopleStoppedIt(t *testing.T) {
	for name, stop := range map[string]func(*bundle, string){
		"held": func(b *bundle, id string) { b.hold(id) },
		"cancelled": func(b *bundle, id string) {
			b.update(func(tx *Tx) error { return tx.CancelRest(id) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			id := b.approved(to("wire")...)
			b.send("wire", message.SendUnknown)
			stop(b, id)
			b.wants(id, message.ReleasedWithOpen, "wire", message.SendUnknown)
			d, _ := b.next()
			b.look(lookFor(d, channels.Absent, message.Planned))
			s := b.wants(id, message.Releasing, "wire", message.SendHeld)
			if s.Hold != message.HoldManual || b.send("wire", message.Sent) != 0 {
				t.Errorf("it is held for %q", s.Hold)
			}
			b.release(id)
			if n := b.send("wire", message.Sent); n != 1 {
				t.Errorf("%d sent after a release", n)
			}
			b.sound()
		})
	}
}

// What was under way at a crash is looked for like any other.
func TestDoubtsAfterACrash(t *testing.T) {
	b := setup(t)
	b.approved(to("wire")...)
	o := b.claim("wire", 1).Opened[0]
	b.now = b.now.Add(time.Hour)
	b.recovered(Recovery{Unknown: 1})
	d, when := b.next()
	if !d.Opened.Equal(o.At) || !d.Since.Equal(b.now) || !when.Equal(b.now.Add(5*time.Second)) {
		t.Errorf("the doubt is %+v at %s", d, when)
	}
}

func TestDoubtsComeInTheirOrder(t *testing.T) {
	b := setup(t)
	b.subscribers(1, "press")
	b.approved(to("wire", "mail")...)
	b.materialise()
	b.send("mail", message.SendUnknown) // an addressed send is nothing to look for
	b.send("wire", message.SendUnknown)
	first, _ := b.next()
	b.now = b.now.Add(time.Second)
	b.approved(to("wire")...)
	b.send("wire", message.SendUnknown)
	l := lookFor(first, channels.CannotTell, message.SendUnknown)
	l.NextAt = b.now.Add(time.Hour)
	b.look(l)
	second, _ := b.next()
	if second.Item.Send == first.Item.Send {
		t.Error("the one that was looked for comes first again")
	}
	b.look(lookFor(second, channels.Found, message.Sent))
	if third, when := b.next(); third.Item.Send != first.Item.Send || !when.Equal(l.NextAt) {
		t.Errorf("at last comes %+v at %s", third, when)
	}
}

// A failed look has no verdict, and hostile evidence is stored as text.
func TestEvidenceIsText(t *testing.T) {
	b := setup(t)
	b.approved(to("wire")...)
	b.send("wire", message.SendUnknown)
	d, _ := b.next()
	l := lookFor(d, channels.Found, message.SendUnknown)
	l.Failed, l.Evidence, l.NextAt = true, "a\x00b\xff"+strings.Repeat("x", 10_000), b.now
	b.look(l)
	l.Failed, l.To, l.Receipt.RemoteID = false, message.Sent, "\xff"
	b.look(l)
	looks, err := b.store.Looks(context.Background(), d.Item.Send)
	b.no(err)
	if looks[0].Verdict != "" || !strings.HasPrefix(looks[0].Evidence, "a\uFFFDb\uFFFDx") || len([]rune(looks[0].Evidence)) != maxEvidence {
		t.Errorf("the look is %.40q with %d bytes", looks[0].Evidence, len(looks[0].Evidence))
	}
	b.sound()
}
