package office_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"clarion/audience"
	"clarion/message"
	"clarion/office"
)

func TestApproveNamesTheDigest(t *testing.T) {
	b := setup(t)
	id := b.add()
	old := b.submit(id)
	_, err := b.Edit(b.ctx, id, draft("title: Bridge opens late"), ann())
	b.no(err)
	current := b.submit(id)
	if old == current {
		t.Fatal("the digest is the same after an edit")
	}
	for name, digest := range map[string]string{
		"empty": "", "old": old, "wrong": strings.Repeat("0", 64), "cut": current[:63], "in capitals": strings.ToUpper(current),
	} {
		b.refused(b.Approve(b.ctx, id, digest, bob()), office.Conflict, id, "clarion message show "+id)
		if b.wants(id, message.InReview); t.Failed() {
			t.Fatalf("approved by a digest that is %s", name)
		}
	}
	b.no(b.Approve(b.ctx, id, current, bob()))
	b.wants(id, message.Approved)
}

func TestApproveOfNothing(t *testing.T) {
	b := setup(t)
	b.refused(b.Approve(b.ctx, "m0", "", bob()), office.NotFound, "m0", "clarion message list")
	b.refused(b.Approve(b.ctx, b.add(), "", bob()), office.Conflict, "draft")
}

// TestApproveRacesEdit holds that what is approved is what is current.
func TestApproveRacesEdit(t *testing.T) {
	b := setup(t)
	approved := 0
	for i := range 200 {
		id := b.add()
		digest := b.submit(id)
		var approving, editing error
		var both sync.WaitGroup
		both.Go(func() { approving = b.Approve(b.ctx, id, digest, bob()) })
		both.Go(func() {
			_, editing = b.Edit(b.ctx, id, draft(fmt.Sprintf("title: Bridge opens %d", i)), cat())
		})
		both.Wait()
		b.no(editing)
		if approving == nil {
			approved++
		} else {
			b.refused(approving, office.Conflict, id)
		}
		d := b.wants(id, message.Draft)
		if d.Message.ApprovedDigest != "" || d.Message.SubmittedDigest != "" || d.Message.Revision != 2 {
			t.Fatalf("round %d: after an edit %+v", i, d.Message)
		}
		for _, s := range d.Sends {
			if s.State != message.SendCancelled {
				t.Fatalf("round %d: a send of what was edited is %s", i, s.State)
			}
		}
	}
	if claim := b.claim("web", soon()); len(claim.Opened)+len(claim.Stopped) > 0 {
		t.Errorf("something of what was edited is due: %+v", claim)
	}
	t.Logf("the approval came first in %d of 200 rounds", approved)
}

func TestApproversRace(t *testing.T) {
	b := setup(t)
	id := b.add()
	digest := b.submit(id)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = b.Approve(b.ctx, id, digest, as([]string{"bob", "cat"}[i%2])) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		b.refused(err, office.Conflict, id)
	}
	if n := len(b.strings("SELECT id FROM approvals")); won != 1 || n != 1 {
		t.Errorf("%d approvals won and %d are stored, want one", won, n)
	}
}

func TestEditVoidsTheApproval(t *testing.T) {
	b := setup(t)
	id := b.approved()
	web, mastodon := b.send(id, "web", 0), b.send(id, "mastodon", 0)
	edited, err := b.Edit(b.ctx, id, draft("title: Bridge opens late"), cat())
	b.no(err)
	if edited.Revision != 2 || edited.Title != "Bridge opens late" || len(edited.Sends) != 2 {
		t.Errorf("edited: %+v", edited)
	}
	if b.send(id, "web", 0).State != message.SendCancelled || b.send(id, "mastodon", 0).State != message.SendCancelled {
		t.Error("the edit left sends planned")
	}
	if live := b.strings("SELECT id FROM approvals WHERE voided_at = 0"); len(live) > 0 {
		t.Error("the approval is not void")
	}
	b.refused(b.Approve(b.ctx, id, b.submit(id), cat()), office.Forbidden, "cat", id)
	b.no(b.Approve(b.ctx, id, b.detail(id).Message.SubmittedDigest, bob()))
	for _, before := range []message.Send{web, mastodon} {
		after := b.send(id, before.Channel, 0)
		if after.ID != before.ID || after.Key != before.Key {
			t.Errorf("%s: send %d with key %s was not taken up: %d with %s", before.Channel, before.ID, before.Key, after.ID, after.Key)
		}
		if after.State != message.Planned || after.Revision != 2 || after.Digest == before.Digest {
			t.Errorf("%s: taken up as %+v", before.Channel, after)
		}
	}
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Released)
}

// TestEditToOtherChannels leaves what is no longer planned cancelled.
func TestEditToOtherChannels(t *testing.T) {
	b := setup(t)
	id := b.approved()
	_, err := b.Edit(b.ctx, id, draft("channels: [web]"), ann())
	b.no(err)
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	if s := b.send(id, "mastodon", 0); s.State != message.SendCancelled {
		t.Errorf("the send that was left out is %s", s.State)
	}
	b.leave(message.Sent, "web")
	b.wants(id, message.Released)
}

func TestSubmitAgainIsAFreshRevision(t *testing.T) {
	b := setup(t)
	id := b.add()
	first := b.submit(id)
	b.no(b.Return(b.ctx, id, "name the day", bob()))
	if d := b.wants(id, message.Draft); d.Message.SubmittedDigest != "" {
		t.Error("what was returned is still submitted")
	}
	b.refused(b.Approve(b.ctx, id, first, bob()), office.Conflict, id)
	_, err := b.Submit(b.ctx, id, cat())
	b.no(err)
	d := b.wants(id, message.InReview)
	if d.Message.Revision != 2 || d.Message.SubmittedBy != "cat" {
		t.Errorf("submitted again as %+v", d.Message)
	}
	b.refused(b.Approve(b.ctx, id, d.Message.SubmittedDigest, cat()), office.Forbidden, "cat")
	b.refused(b.Approve(b.ctx, id, d.Message.SubmittedDigest, ann()), office.Forbidden, "ann")
	b.no(b.Approve(b.ctx, id, d.Message.SubmittedDigest, bob()))
}

func TestReturnTakesAReason(t *testing.T) {
	b := setup(t)
	id := b.add()
	b.submit(id)
	for _, reason := range []string{"", " \n"} {
		b.refused(b.Return(b.ctx, id, reason, bob()), office.Invalid, "--reason")
	}
	b.wants(id, message.InReview)
}

// TestAllThatReachThemIsFrozen changes an audience's channels after submit.
func TestAllThatReachThemIsFrozen(t *testing.T) {
	b := setup(t)
	id := b.add()
	digest := b.submit(id)
	plan := b.detail(id).Plan
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "public", Title: "All", Public: true, Channels: []string{"web"}}, ann()))
	b.no(b.Approve(b.ctx, id, digest, bob()))
	d := b.wants(id, message.Approved)
	if len(d.Sends) != 2 || fmt.Sprint(d.Plan) != fmt.Sprint(plan) {
		t.Errorf("the approved plan changed with the audience: %+v, sends %+v", d.Plan, d.Sends)
	}
	_, err := b.Edit(b.ctx, id, draft(), ann())
	b.no(err)
	b.submit(id)
	if d := b.detail(id); len(d.Plan) != 1 || d.Plan[0].Channel != "web" || d.Plan[0].Audiences[0].Title != "All" {
		t.Errorf("the next submit has the plan %+v", d.Plan)
	}
}

// TestReturnedPlanIsMadeAnew holds that a submit without an edit looks at the
// audiences again.
func TestReturnedPlanIsMadeAnew(t *testing.T) {
	b := setup(t)
	id := b.add()
	b.submit(id)
	b.no(b.Return(b.ctx, id, "not by mastodon", bob()))
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "public", Title: "Everyone", Public: true, Channels: []string{"web"}}, ann()))
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	if d := b.detail(id); len(d.Plan) != 1 || len(d.Sends) != 1 {
		t.Errorf("plan %+v, sends %+v", d.Plan, d.Sends)
	}
}

// TestApproveOfWhatWouldBeHeld refuses where a destination or mode changed
// since submit.
func TestApproveOfWhatWouldBeHeld(t *testing.T) {
	b := setup(t)
	gone := b.reconfigured(func(s *office.Settings) { s.Channels = s.Channels[:1] })
	moved := b.reconfigured(func(s *office.Settings) {
		s.Channels[1] = configured(t, "mastodon2", "rehearsal", "")
		s.Channels[1].Name = "mastodon"
	})
	id := b.add()
	digest := b.submit(id)
	for _, o := range []*office.Office{gone, moved} {
		_, err := o.Approve(b.ctx, id, digest, bob())
		b.refused(err, office.Conflict, "mastodon", "clarion message return "+id)
	}
	b.rehearse("web")
	b.no(b.Approve(b.ctx, id, digest, bob())) // from live to rehearsal is no mismatch

	rehearsed := b.add()
	digest = b.submit(rehearsed)
	b.no(b.RehearseChannel(b.ctx, "web", false, ann()))
	b.refused(b.Approve(b.ctx, rehearsed, digest, bob()), office.Conflict, "web")
}

func TestSubmitOfWhatWasRehearsed(t *testing.T) {
	b := setup(t)
	b.rehearse("web")
	id := b.approved()
	key := b.send(id, "web", 0).Key
	b.leave(message.Sent, "web", "mastodon")
	b.wants(id, message.Rehearsed)
	b.no(b.RehearseChannel(b.ctx, "web", false, ann()))
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	b.leave(message.Sent, "web", "mastodon")
	d := b.wants(id, message.Released)
	if d.Message.Revision != 2 || b.send(id, "web", 0).Key != key {
		t.Errorf("revision %d, key %s, want 2 and %s", d.Message.Revision, b.send(id, "web", 0).Key, key)
	}
}

func TestSubmitWakesNobodyAndApproveDoes(t *testing.T) {
	b := setup(t)
	id := b.add()
	digest := b.submit(id)
	if n := b.queue.woken.Load(); n != 0 {
		t.Errorf("woken %d times before anything was approved", n)
	}
	b.no(b.Approve(b.ctx, id, digest, bob()))
	if n := b.queue.woken.Load(); n != 1 {
		t.Errorf("woken %d times by an approval, want once", n)
	}
}
