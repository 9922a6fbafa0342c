package office_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"clarion/ledger"
	"clarion/message"
	"clarion/office"
)

// moved is the same office with its web channel or its mastodon elsewhere.
func (b *bundle) moved(name, kind string) {
	b.Helper()
	b.settings.Channels = slices.Clone(b.settings.Channels)
	for i, c := range b.settings.Channels {
		if c.Name == name {
			b.settings.Channels[i] = configured(b.T, name+"-new", kind, "")
			b.settings.Channels[i].Name = name
		}
	}
	b.renew()
}

// gone is the same office without a channel.
func (b *bundle) gone(name string) {
	b.Helper()
	b.settings.Channels = slices.DeleteFunc(slices.Clone(b.settings.Channels), func(c office.Channel) bool { return c.Name == name })
	b.renew()
}

// TestReleaseAcceptsTheChangedChannel holds that what two people release
// leaves, by the channel as they accepted it, and by no other.
func TestReleaseAcceptsTheChangedChannel(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.moved("mastodon", "rehearsal")
	b.claim("mastodon", soon())
	if d := b.wants(id, message.Held); d.Message.Hold != message.HoldChannelChanged || d.ReleaseBy != 2 || len(d.Accepts) != 1 {
		t.Fatalf("held for %s by %d, accepting %v", d.Message.Hold, d.ReleaseBy, d.Accepts)
	}
	first := b.release(id, ann())
	if first.Done || len(first.Accepts) != 1 || !strings.Contains(first.Accepts[0].String(), "mastodon as it is now: rehearsal") {
		t.Errorf("the first person got %+v", first)
	}
	var entry struct{ Accepted []ledger.Accepted }
	e, _ := b.entry(ledger.MessageReleased, func() error {
		decided, err := b.Release(b.ctx, id, "it moved", bob())
		if !decided.Done || decided.First != "ann" || len(decided.Accepts) != 1 {
			t.Errorf("the second person got %+v", decided)
		}
		return err
	})
	b.no(json.Unmarshal(e.Body, &entry))
	mastodon := b.lane("mastodon")
	if a := entry.Accepted; len(a) != 1 || a[0].Mechanism != "mastodon" || a[0].Fingerprint != mastodon.Fingerprint || a[0].Mode != message.Rehearsal ||
		a[0].Send != b.send(id, "mastodon", 0).ID || a[0].Kind != "rehearsal" {
		t.Errorf("the ledger says %s", e.Body)
	}
	if ds := b.detail(id).Decisions; len(ds[len(ds)-1].Accepted) != 1 {
		t.Errorf("the last decision is %+v", ds[len(ds)-1])
	}
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Released)
}

// TestAcceptedIsNotForTheNextChange changes a channel again after it was
// accepted, and back to what was approved.
func TestAcceptedIsNotForTheNextChange(t *testing.T) {
	b := setup(t)
	approved := b.settings.Channels
	id := b.approved()
	b.moved("mastodon", "rehearsal")
	b.claim("mastodon", soon())
	b.release(id, ann())
	b.release(id, bob())
	b.settings.Channels = approved
	b.renew()
	b.claim("mastodon", soon())
	if d := b.wants(id, message.Held); d.Message.Hold != message.HoldChannelChanged || len(d.Accepts) != 0 {
		t.Errorf("held for %s, accepting %v: it is again what was approved", d.Message.Hold, d.Accepts)
	}
	b.release(id, ann())
	if decided := b.release(id, bob()); !decided.Done || len(decided.Accepts) != 0 {
		t.Errorf("the second person got %+v", decided)
	}
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Released)
}

// TestTwoPeopleAcceptTheSame changes a channel between the first and the second
// person: the second is the first of what it is now.
func TestTwoPeopleAcceptTheSame(t *testing.T) {
	b := setup(t)
	b.rehearse("web")
	id := b.approved()
	b.no(b.RehearseChannel(b.ctx, "web", false, cat()))
	b.claim("web", soon())
	if a := b.wants(id, message.Held).Accepts; len(a) != 1 || a[0].Channel != "web" || a[0].Mode != message.Live {
		t.Fatalf("accepts %v", a)
	}
	b.release(id, ann())
	b.moved("web", "rehearsal")
	if decided := b.release(id, bob()); decided.Done || decided.Already {
		t.Errorf("two people accepted two different things: %+v", decided)
	}
	if decided := b.release(id, ann()); !decided.Done || decided.First != "bob" {
		t.Errorf("the second person got %+v", decided)
	}
	if s := b.send(id, "web", 0); s.State != message.Planned || !s.Rehearsal {
		t.Errorf("web is %+v", s)
	}
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Rehearsed)
}

// TestAcceptedRehearsalDoesNotGoLive accepts a channel in rehearsal; once it is
// live it holds again.
func TestAcceptedRehearsalDoesNotGoLive(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.moved("web", "rehearsal")
	b.claim("web", soon())
	b.release(id, ann())
	b.release(id, bob())
	lane := b.lane("web")
	lane.Mode = message.Live
	claim, err := b.store.Claim(b.ctx, lane, 10, soon())
	b.no(err)
	if len(claim.Items) != 0 || len(claim.Stopped) != 1 || claim.Stopped[0].Verdict.Hold != message.HoldChannelChanged {
		t.Errorf("claimed %+v", claim)
	}
}

func TestReleaseOfAChannelThatIsGone(t *testing.T) {
	b := setup(t)
	id := b.approved()
	begun := b.approved()
	b.leave(message.Sent, "web")
	b.holdFor(begun, message.HoldChannelChanged)
	b.holdFor(id, message.HoldChannelChanged)
	b.gone("mastodon")
	_, err := b.Release(b.ctx, id, "go on", ann())
	b.refused(err, office.Conflict, id, "mastodon", "no longer configured", "cancel "+id)
	_, err = b.ReleaseAll(b.ctx, message.HoldChannelChanged, "go on", ann())
	b.refused(err, office.Conflict, id, begun, "no longer configured")
	if left := b.strings("SELECT subject FROM countersigns"); len(left) > 0 {
		t.Errorf("a first of two waits for %v", left)
	}
	if d := b.detail(id); len(d.Accepts) != 0 {
		t.Errorf("accepts %v", d.Accepts)
	}
}
