package office_test

import (
	"slices"
	"testing"

	"clarion/message"
	"clarion/office"
)

func (b *bundle) releaseAll(hold message.HoldReason, by office.Actor) office.ReleasedAll {
	b.Helper()
	all, err := b.ReleaseAll(b.ctx, hold, "go on", by)
	b.no(err)
	return all
}

func sorted(ids ...string) []string {
	slices.Sort(ids)
	return ids
}

// TestReleaseAllTakesTwo releases what a freeze holds, messages and sends of
// one under way, by two decisions.
func TestReleaseAllTakesTwo(t *testing.T) {
	b := setup(t)
	one, two, other := b.approved(), b.approved(), b.approved()
	begun := b.approved("channels: [mastodon, web]")
	b.holdFor(other, message.HoldManual)
	b.holdFor(one, message.HoldFreeze)
	b.holdFor(two, message.HoldFreeze)
	b.leave(message.Sent, "mastodon")
	b.holdFor(begun, message.HoldFreeze)

	want := sorted(one, two, begun)
	for i := range 2 {
		all := b.releaseAll(message.HoldFreeze, ann())
		if all.Done || len(all.Messages) > 0 || !slices.Equal(all.Waiting, want) || all.Already != (i > 0) {
			t.Errorf("call %d of ann: %+v, want waiting %v", i, all, want)
		}
	}
	late := b.approved()
	b.holdFor(late, message.HoldFreeze)
	all := b.releaseAll(message.HoldFreeze, bob())
	if all.Done || all.First != "ann" || !slices.Equal(all.Messages, want) || !slices.Equal(all.Waiting, []string{late}) || all.Already {
		t.Errorf("bob: %+v, want released %v", all, want)
	}
	b.wants(late, message.Held)
	if all = b.releaseAll(message.HoldFreeze, cat()); !all.Done || all.First != "bob" || !slices.Equal(all.Messages, []string{late}) {
		t.Errorf("cat: %+v", all)
	}
	b.wants(other, message.Held)
	b.no(b.Cancel(b.ctx, other, "", ann()))
	_, err := b.ReleaseAll(b.ctx, message.HoldFreeze, "go on", ann())
	b.refused(err, office.Conflict, "nothing is held for freeze")
	b.leave(message.Sent, "web")
	b.wants(begun, message.Released)
	if left := b.strings("SELECT subject FROM countersigns"); len(left) > 0 {
		t.Errorf("a first of two waits for %v", left)
	}
}

// TestReleaseAllLeavesOtherHolds releases one of two reasons of one message.
func TestReleaseAllLeavesOtherHolds(t *testing.T) {
	b := setup(t)
	id := b.approved("publish: 2999-05-01T09:00:00Z")
	run, err := b.Rehearse(b.ctx, id, ann())
	b.no(err)
	b.holdByFreeze("web")
	b.thaw()
	b.holdFor(id, message.HoldManual)
	b.releaseAll(message.HoldFreeze, ann())
	if all := b.releaseAll(message.HoldFreeze, bob()); !all.Done || !slices.Equal(all.Messages, []string{id}) {
		t.Errorf("released %+v", all)
	}
	b.wants(id, message.Held)
	if live, rehearsal := b.send(id, "web", 0), b.send(id, "web", run); live.State != message.SendHeld || rehearsal.State != message.Planned {
		t.Errorf("live is %s, the rehearsal %s", live.State, rehearsal.State)
	}
}

func TestReleaseAllOfOnePersonsReason(t *testing.T) {
	b := setup(t)
	one, two := b.approved(), b.approved()
	b.holdFor(one, message.HoldLate)
	b.holdFor(two, message.HoldLate)
	if all := b.releaseAll(message.HoldLate, ann()); !all.Done || all.First != "" || len(all.Messages) != 2 || len(all.Waiting) > 0 {
		t.Errorf("released %+v", all)
	}
	b.wants(one, message.Approved)
}

// TestReleaseAllAndReleaseCount lets one person's decision about all be the
// first of another's about one.
func TestReleaseAllAndReleaseCount(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.holdFor(id, message.HoldRestored)
	b.releaseAll(message.HoldRestored, ann())
	if decided := b.release(id, ann()); decided.Done || !decided.Already {
		t.Errorf("ann again: %+v", decided)
	}
	if decided := b.release(id, bob()); !decided.Done || decided.First != "ann" {
		t.Errorf("bob: %+v", decided)
	}
}

// TestReleaseAllAcceptsChannels accepts each changed channel once, and leaves
// what has none any more.
func TestReleaseAllAcceptsChannels(t *testing.T) {
	b := setup(t)
	one, two := b.approved("channels: [web]"), b.approved("channels: [web]")
	lost := b.approved("channels: [mastodon]")
	for _, id := range []string{one, two, lost} {
		b.holdFor(id, message.HoldChannelChanged)
	}
	b.moved("web", "rehearsal")
	b.gone("mastodon")
	b.releaseAll(message.HoldChannelChanged, ann())
	all := b.releaseAll(message.HoldChannelChanged, bob())
	if all.Done || !slices.Equal(all.Messages, sorted(one, two)) || !slices.Equal(all.Left, []string{lost}) || len(all.Accepts) != 1 {
		t.Errorf("released %+v", all)
	}
	b.leave(message.Sent, "web")
	b.wants(one, message.Rehearsed)
	b.wants(lost, message.Held)
}

func TestReleaseAllThatIsRefused(t *testing.T) {
	b := setup(t)
	_, err := b.ReleaseAll(b.ctx, message.HoldBytesChanged, "", ann())
	b.refused(err, office.Conflict, "edit each")
	_, err = b.ReleaseAll(b.ctx, "weather", "", ann())
	r := b.refused(err, office.Invalid, `"weather"`, "freeze", "restored", "manual")
	if slices.Contains([]string{r.Try}, "bytes-changed") {
		t.Error("a reason that nobody can release is offered")
	}
	b.holdFor(b.approved(), message.HoldFreeze)
	_, err = b.ReleaseAll(b.ctx, message.HoldFreeze, "", as("mallory"))
	b.refused(err, office.Forbidden, "mallory")
}
