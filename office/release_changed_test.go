package office_test

import (
	"strings"
	"testing"

	"clarion/audience"
	"clarion/message"
	"clarion/office"
)

// Whoever switched a channel after an approval is not one of the two who
// release what is held for it, neither as the first nor as the second.
func TestWhoSwitchedTheChannelDoesNotRelease(t *testing.T) {
	b := setup(t)
	b.rehearse("web")
	id := b.approved()
	b.no(b.RehearseChannel(b.ctx, "web", false, ann()))
	b.claim("web", soon())
	b.wants(id, message.Held)
	for range 2 {
		_, err := b.Release(b.ctx, id, "go on", ann())
		b.refused(err, office.Forbidden, "ann changed the mode of the channel web after message "+id, "let two others release it")
		_, err = b.ReleaseAll(b.ctx, message.HoldChannelChanged, "go on", ann())
		b.refused(err, office.Forbidden, "ann changed the mode")
		b.wants(id, message.Held)
		if left := b.strings("SELECT by FROM countersigns WHERE by = 'ann'"); len(left) > 0 {
			t.Error("the refused word is kept")
		}
		b.release(id, cat())
	}
	if !b.release(id, bob()).Done {
		t.Error("two others do not release it")
	}
}

// The first of two who switches the channel afterwards does not count.
func TestTheFirstOfTwoSwitchedTheChannel(t *testing.T) {
	b := setup(t)
	b.rehearse("web")
	id := b.approved()
	b.no(b.RehearseChannel(b.ctx, "web", false, ann()))
	b.claim("web", soon())
	b.release(id, cat())
	b.no(b.RehearseChannel(b.ctx, "web", true, cat()))
	b.no(b.RehearseChannel(b.ctx, "web", false, cat()))
	if b.release(id, bob()).Done {
		t.Error("who switched it counted")
	}
	b.wants(id, message.Held)
	if !b.release(id, as("dan")).Done {
		t.Error("two others do not release it")
	}
}

// What was switched before the approval was seen by who approved.
func TestASwitchBeforeTheApprovalBarsNobody(t *testing.T) {
	b := setup(t)
	b.no(b.RehearseChannel(b.ctx, "mastodon", true, ann()))
	id := b.approved()
	b.moved("mastodon", "rehearsal")
	b.claim("mastodon", soon())
	b.wants(id, message.Held)
	b.release(id, ann())
	if !b.release(id, bob()).Done {
		t.Error("not released")
	}
}

func TestWhoChangedTheAudienceDoesNotRelease(t *testing.T) {
	for name, change := range map[string]func(b *bundle) error{
		"set": func(b *bundle) error {
			return b.SetAudience(b.ctx, audience.Audience{Name: "partners", Title: "Partners", Channels: []string{"web", "email"}}, cat())
		},
		"import": func(b *bundle) error {
			_, err := b.Import(b.ctx, "partners", strings.NewReader(birds), false, cat())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.importInto("partners", birds)
			id := b.approved("audiences: [partners]")
			b.no(change(b))
			b.holdFor(id, message.HoldAudienceDrift)
			_, err := b.Release(b.ctx, id, "go on", cat())
			b.refused(err, office.Forbidden, "cat changed the audience partners after message "+id)
			b.release(id, ann())
			if !b.release(id, bob()).Done {
				t.Error("two others do not release it")
			}
		})
	}
}

// Who froze everything may release what that held, and so may who held it;
// what they changed besides does not matter for that.
func TestWhoFrozeOrHeldReleases(t *testing.T) {
	b := setup(t)
	frozen, held := b.approved(), b.approved()
	b.no(b.RehearseChannel(b.ctx, "web", true, ann()))
	b.Freeze(b.ctx, "wrong text", ann())
	b.holdFor(frozen, message.HoldFreeze)
	b.no(b.Hold(b.ctx, held, "wait", ann()))
	b.release(frozen, ann())
	if !b.release(frozen, bob()).Done || !b.release(held, ann()).Done {
		t.Error("not released")
	}
}
