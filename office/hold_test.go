package office_test

import (
	"fmt"
	"testing"
	"time"

	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// holdFor holds an approved message for a reason, as the gate or a person
// does.
func (b *bundle) holdFor(id string, reason message.HoldReason) {
	b.Helper()
	b.no(b.store.Update(b.ctx, soon(), func(t *store.Tx) error {
		m, err := t.Message(id)
		if err != nil {
			return err
		}
		return t.Hold(m, reason, store.Decider{})
	}))
}

// release releases and gives whether that took effect.
func (b *bundle) release(id string, by office.Actor) office.Decided {
	b.Helper()
	decided, err := b.Release(b.ctx, id, "go on", by)
	b.no(err)
	return decided
}

// TestReleaseTakesAsManyPeople goes through every reason of a hold.
func TestReleaseTakesAsManyPeople(t *testing.T) {
	b := setup(t)
	for reason, people := range map[message.HoldReason]int{
		message.HoldFreeze: 2, message.HoldBlackout: 2, message.HoldRestored: 2, message.HoldAudienceDrift: 2, message.HoldChannelChanged: 2,
		message.HoldLate: 1, message.HoldPreflight: 1, message.HoldGate: 1, message.HoldOrder: 1, message.HoldZoneChanged: 1, message.HoldManual: 1,
		message.HoldBytesChanged: 0, "a reason of tomorrow": 0,
	} {
		id := b.approved()
		b.holdFor(id, reason)
		if d := b.wants(id, message.Held); d.ReleaseBy != people {
			t.Errorf("%s: released by %d, want %d", reason, d.ReleaseBy, people)
		}
		if people == 0 {
			_, err := b.Release(b.ctx, id, "go on", ann())
			b.refused(err, office.Conflict, id, "nobody can release", "edit it")
			b.wants(id, message.Held)
			continue
		}
		if people == 2 {
			for range 3 {
				if decided := b.release(id, ann()); decided.Done || decided.First != "" {
					t.Errorf("%s: ann alone released it: %+v", reason, decided)
				}
				b.wants(id, message.Held)
			}
			if decided := b.release(id, bob()); !decided.Done || decided.First != "ann" {
				t.Errorf("%s: the second person got %+v", reason, decided)
			}
		} else if decided := b.release(id, ann()); !decided.Done || decided.First != "" {
			t.Errorf("%s: one person got %+v", reason, decided)
		}
		if d := b.wants(id, message.Approved); d.ReleaseBy != 0 || d.Message.Hold != "" {
			t.Errorf("%s: after the release %+v", reason, d)
		}
		if s := b.send(id, "web", 0); s.State != message.Planned || s.Hold != "" {
			t.Errorf("%s: its send is %s (%s)", reason, s.State, s.Hold)
		}
	}
}

// TestWhoHeldMayRelease holds that a manual hold needs one, whoever it is.
func TestWhoHeldMayRelease(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.no(b.Hold(b.ctx, id, "wait", bob()))
	if d := b.wants(id, message.Held); d.Message.HoldBy != "bob" || d.Message.Hold != message.HoldManual {
		t.Errorf("held by %q for %s", d.Message.HoldBy, d.Message.Hold)
	}
	if !b.release(id, bob()).Done {
		t.Error("who held it may not release it")
	}
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Released)
}

// TestStaleFirstIsForgotten ends a hold otherwise after a first person wanted
// to release it: whoever comes next is the first again.
func TestStaleFirstIsForgotten(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.holdFor(id, message.HoldFreeze)
	b.release(id, ann())
	_, err := b.Edit(b.ctx, id, draft(), cat())
	b.no(err)
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	b.holdFor(id, message.HoldFreeze)
	if decided := b.release(id, bob()); decided.Done {
		t.Errorf("released with a first of before the edit: %+v", decided)
	}
	if decided := b.release(id, cat()); !decided.Done || decided.First != "bob" {
		t.Errorf("the second person got %+v", decided)
	}
	b.holdFor(id, message.HoldFreeze)
	if b.release(id, cat()).Done {
		t.Error("released with a first of the release before")
	}
	b.no(b.Cancel(b.ctx, id, "", ann()))
	if left := b.strings("SELECT subject FROM countersigns"); len(left) > 0 {
		t.Errorf("the first of two still waits for %v", left)
	}
}

// TestHoldUnderWay holds what is left of a message send by send.
func TestHoldUnderWay(t *testing.T) {
	b := setup(t)
	id := b.approved()
	opened := b.begin("mastodon")
	b.no(b.Hold(b.ctx, id, "wait", cat()))
	if d := b.wants(id, message.Releasing); d.ReleaseBy != 1 {
		t.Errorf("released by %d, want 1", d.ReleaseBy)
	}
	if web, mastodon := b.send(id, "web", 0), b.send(id, "mastodon", 0); web.State != message.SendHeld || mastodon.State != message.Sending {
		t.Errorf("web is %s and mastodon %s", web.State, mastodon.State)
	}
	b.end(opened, message.Waiting)
	if s := b.send(id, "mastodon", 0); s.State != message.SendHeld {
		t.Errorf("mastodon is %s once its attempt failed", s.State)
	}
	if claim := b.claim("web", soon()); len(claim.Opened) > 0 {
		t.Error("what is held was claimed")
	}
	if !b.release(id, cat()).Done {
		t.Error("one person does not release")
	}
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Released)
}

// TestStrictestHoldCounts releases sends of two reasons by as many people as
// the stricter one needs, rehearsals included.
func TestStrictestHoldCounts(t *testing.T) {
	b := setup(t)
	id := b.approved()
	opened := b.begin("mastodon")
	b.holdByFreeze("web")
	if s := b.send(id, "web", 0); s.State != message.SendHeld || s.Hold != message.HoldFreeze {
		t.Fatalf("web is %s (%s)", s.State, s.Hold)
	}
	b.no(b.Hold(b.ctx, id, "wait", ann()))
	if d := b.detail(id); d.ReleaseBy != 2 {
		t.Errorf("released by %d, want 2", d.ReleaseBy)
	}
	b.thaw()
	if b.release(id, ann()).Done || !b.release(id, bob()).Done {
		t.Error("two reasons are not released by the number of the stricter one")
	}
	b.end(opened, message.Sent)
	b.leave(message.Sent, "web")
	b.wants(id, message.Released)
}

// TestManualHoldDoesNotShortenAFreeze rehearses under a freeze and then holds
// the message by hand.
func TestManualHoldDoesNotShortenAFreeze(t *testing.T) {
	b := setup(t)
	id := b.approved("publish: 2999-05-01T09:00:00Z")
	run, err := b.Rehearse(b.ctx, id, ann())
	b.no(err)
	b.holdByFreeze("web")
	if s := b.send(id, "web", run); s.State != message.SendHeld {
		t.Fatalf("the rehearsal is %s", s.State)
	}
	b.thaw()
	b.no(b.Hold(b.ctx, id, "wait", ann()))
	if b.release(id, ann()).Done {
		t.Error("one person released what a freeze holds")
	}
	if !b.release(id, bob()).Done {
		t.Error("two people did not")
	}
}

func TestCancelTheRest(t *testing.T) {
	b := setup(t)
	id := b.approved()
	opened := b.begin("mastodon")
	b.no(b.Cancel(b.ctx, id, "enough", cat()))
	b.wants(id, message.Releasing)
	if web, mastodon := b.send(id, "web", 0), b.send(id, "mastodon", 0); web.State != message.SendCancelled || mastodon.State != message.Sending {
		t.Errorf("web is %s and mastodon %s", web.State, mastodon.State)
	}
	b.end(opened, message.Sent)
	b.wants(id, message.Rehearsed) // mastodon did, and nothing was sent
}

func TestCancelTheRestOfHeldSends(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.leave(message.Sent, "mastodon")
	b.holdByFreeze("web")
	b.release(id, ann())
	b.no(b.Cancel(b.ctx, id, "enough", cat()))
	b.wants(id, message.Rehearsed)
	if left := b.strings("SELECT subject FROM countersigns"); len(left) > 0 {
		t.Errorf("the first of two still waits for %v", left)
	}
}

// TestRehearsalOfItsOwn is a run beside the live one, which does not move.
func TestRehearsalOfItsOwn(t *testing.T) {
	b := setup(t)
	id := b.add()
	_, err := b.Rehearse(b.ctx, id, ann())
	b.refused(err, office.Conflict, id, "clarion message submit "+id)
	digest := b.submit(id)
	for want := 1; want <= 2; want++ {
		run, err := b.Rehearse(b.ctx, id, ann())
		b.no(err)
		if run != want {
			t.Errorf("run %d, want %d", run, want)
		}
	}
	b.leave(message.SendRehearsed, "web", "mastodon")
	b.wants(id, message.InReview)
	keys := map[string]bool{}
	for _, s := range b.detail(id).Sends {
		if s.State != message.SendRehearsed || !s.Rehearsal || s.Run == 0 {
			t.Errorf("send %+v", s)
		}
		keys[s.Key] = true
	}
	b.no(b.Approve(b.ctx, id, digest, bob()))
	b.leave(message.Sent, "web", "mastodon")
	d := b.wants(id, message.Released)
	for _, s := range d.Sends {
		keys[s.Key] = true
	}
	if len(d.Sends) != 6 || len(keys) != 6 {
		t.Errorf("%d sends with %d keys, want 6 of each: %s", len(d.Sends), len(keys), fmt.Sprint(keys))
	}
}

// TestStaleFirstOfWhatWasResolved ends the hold of a send by a person's word
// about it.
func TestStaleFirstOfWhatWasResolved(t *testing.T) {
	b := setup(t)
	id := b.approved("channels: [mastodon]")
	opened := b.begin("mastodon")
	b.holdFor(id, message.HoldFreeze)
	b.end(opened, message.SendUnknown)
	if b.release(id, ann()).Done {
		t.Fatal("one person released what a freeze holds")
	}
	_, err := b.Resolve(b.ctx, opened[0].Item.Send, message.Abandoned, "no use", bob())
	b.no(err)
	if left := b.strings("SELECT subject FROM countersigns"); len(left) > 0 {
		t.Errorf("the first of two still waits for %v", left)
	}
}

// One of two who lost the role or the account in between counts no more, and
// keeps nobody from deciding.
func TestTheFirstOfTwoWhoLeft(t *testing.T) {
	for name, leave := range map[string]func(tx *store.Tx) error{
		"roles":    func(tx *store.Tx) error { return tx.SetGrants("bob", people.Everywhere, []people.Role{people.Viewer}) },
		"disabled": func(tx *store.Tx) error { return tx.SetDisabled("bob", true) },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			id, other := b.approved(), b.approved()
			b.holdFor(id, message.HoldRestored)
			b.holdFor(other, message.HoldFreeze)
			b.release(id, bob())
			b.releaseAll(message.HoldFreeze, bob())
			b.Freeze(b.ctx, "stop", ann())
			_, err := b.Thaw(b.ctx, "go on", bob())
			b.no(err)
			b.no(b.store.Update(b.ctx, time.Now(), leave))
			if b.release(id, cat()).Done {
				t.Error("released by one who is left")
			}
			if b.releaseAll(message.HoldFreeze, cat()).Done {
				t.Error("all released by one who is left")
			}
			if thawed, err := b.Thaw(b.ctx, "go on", cat()); err != nil || thawed.Done || thawed.Already {
				t.Errorf("thawed by one who is left: %+v, %v", thawed, err)
			}
			if !b.release(id, as("dan")).Done || !b.releaseAll(message.HoldFreeze, as("dan")).Done {
				t.Error("two others do not release it")
			}
			if thawed, err := b.Thaw(b.ctx, "go on", as("dan")); err != nil || !thawed.Done || thawed.First != "cat" {
				t.Errorf("two others do not thaw: %+v, %v", thawed, err)
			}
		})
	}
}
