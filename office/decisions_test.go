package office_test

import (
	"fmt"
	"slices"
	"testing"

	"clarion/ledger"
	"clarion/message"
	"clarion/office"
)

// TestDecisionsAreShown goes through a life and reads it back: who, what and
// why.
func TestDecisionsAreShown(t *testing.T) {
	b := setup(t)
	id := b.add()
	b.submit(id)
	b.no(b.Return(b.ctx, id, "name the day", bob()))
	_, err := b.Edit(b.ctx, id, draft(), cat())
	b.no(err)
	digest := b.submit(id)
	b.no(b.Approve(b.ctx, id, digest, office.Actor{Name: "bob", Verified: true}))
	b.no(b.Hold(b.ctx, id, "wait", cat()))
	b.release(id, ann())
	b.holdByFreeze("web")
	b.thaw()
	b.release(id, ann())
	b.release(id, ann())
	b.release(id, bob())
	b.leave(message.Failed, "mastodon")
	_, err = b.Retry(b.ctx, b.send(id, "mastodon", 0).ID, true, "no use", ann())
	b.no(err)
	b.no(b.Cancel(b.ctx, id, "enough", cat()))
	b.approved() // of another message nothing is shown

	var got []string
	all := b.detail(id).Decisions
	for _, d := range all {
		got = append(got, fmt.Sprintf("%s by %s with %s: %s%s %s", d.Kind, d.By, d.With, d.Reason, d.Why, d.Hold))
		if d.At.IsZero() || d.Verified != (d.Kind == ledger.MessageApproved) {
			t.Errorf("%+v", d)
		}
	}
	want := []string{
		"message.added by ann with :  ",
		"message.submitted by ann with :  ",
		"message.returned by bob with : name the day ",
		"message.edited by cat with :  ",
		"message.submitted by ann with :  ",
		"message.approved by bob with :  ",
		"message.held by cat with : wait manual",
		"message.release by ann with : go on manual",
		"message.held by  with : everything is frozen freeze",
		"decision.first by ann with : go on ",
		"message.release by bob with ann: go on freeze",
		"send.retried by ann with : no use ",
		"message.cancelled by cat with : enough ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
	if retried := all[len(all)-2]; retried.Mechanism != "mastodon" || retried.Outcome != message.Abandoned || retried.Send == 0 || retried.To != "" {
		t.Errorf("retried %+v", retried)
	}
	if approved := all[5]; approved.Digest != digest || approved.Revision != 2 || approved.From != message.InReview || approved.To != message.Approved {
		t.Errorf("approved %+v", approved)
	}
}

// TestOneHoldIsOneEntry holds that a hold is recorded once, with who and why,
// and that there is nothing to hold twice.
func TestOneHoldIsOneEntry(t *testing.T) {
	b := setup(t)
	proved := office.Actor{Name: "cat", Verified: true}
	held := func() (n int) {
		for _, e := range b.entries() {
			if e.Kind == ledger.MessageHeld {
				n++
				if e.Ties["by"] != "cat" || e.Ties["reason"] != "wait" {
					t.Errorf("held by %v", e.Ties)
				}
			}
		}
		return n
	}
	whole, begun := b.approved(), b.approved("channels: [mastodon]")
	b.no(b.Hold(b.ctx, whole, "wait", proved))
	if n := held(); n != 1 {
		t.Errorf("%d entries of one hold", n)
	}
	b.refused(b.Hold(b.ctx, whole, "wait", proved), office.Conflict, whole)
	b.begin("mastodon")
	b.no(b.Hold(b.ctx, begun, "wait", proved))
	rows := b.counts()["ledger_entries"]
	b.refused(b.Hold(b.ctx, begun, "again", proved), office.Conflict, begun, "held already")
	if n := held(); n != 2 || b.counts()["ledger_entries"] != rows {
		t.Errorf("%d entries of two holds", n)
	}
}

// TestWordAboutASendIsVerified holds that entries about sends tell whether the
// person proved who they are.
func TestWordAboutASendIsVerified(t *testing.T) {
	b := setup(t)
	proved := office.Actor{Name: "ann", Verified: true}
	id := b.approved("channels: [mastodon]")
	b.begin("mastodon")
	_, f := b.entry(ledger.SendHeld, func() error { return b.Hold(b.ctx, id, "", proved) })
	if !f.Verified {
		t.Error("the hold of a send is recorded as unproved")
	}
	b.release(id, ann())
	other := b.approved("channels: [web]")
	b.leave(message.Failed, "web")
	_, f = b.entry(ledger.SendRetried, func() error {
		_, err := b.Retry(b.ctx, b.send(other, "web", 0).ID, false, "", proved)
		return err
	})
	if !f.Verified {
		t.Error("a retry is recorded as unproved")
	}
}

// TestDecidingTwiceIsRecordedOnce tells the same person that somebody else
// must.
func TestDecidingTwiceIsRecordedOnce(t *testing.T) {
	b := setup(t)
	id := b.approved()
	b.holdByFreeze("web")
	thaw := func() office.Decided {
		decided, err := b.Thaw(b.ctx, "", ann())
		b.no(err)
		return decided
	}
	for name, act := range map[string]func() office.Decided{"thaw": thaw, "release": func() office.Decided { return b.release(id, ann()) }} {
		if decided := act(); decided.Done || decided.Already {
			t.Errorf("%s: the first call got %+v", name, decided)
		}
		rows := b.counts()["ledger_entries"]
		if decided := act(); decided.Done || !decided.Already {
			t.Errorf("%s: the second call got %+v", name, decided)
		}
		if n := b.counts()["ledger_entries"]; n != rows {
			t.Errorf("%s: the second call left %d entries", name, n-rows)
		}
	}
	waiting, err := b.FirstDecisions(b.ctx)
	b.no(err)
	if len(waiting) != 2 || waiting[0].By != "ann" || waiting[0].At.IsZero() {
		t.Errorf("waiting %+v", waiting)
	}
}
