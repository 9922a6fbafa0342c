package office_test

import (
	"strings"
	"testing"
	"time"

	"clarion/message"
	"clarion/office"
	"clarion/people"
)

func TestTwoPeopleInAnEmergency(t *testing.T) {
	b := setup(t)
	for _, name := range []string{"bob", "cat"} {
		b.hire(name, people.Everywhere, people.Approver)
	}
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Emergency(b.ctx, id, digest, " ", bob())
	b.refused(err, office.Invalid, "has a reason")
	_, err = b.Emergency(b.ctx, id, strings.Repeat("0", 64), "flood", bob())
	b.refused(err, office.Conflict, "is not what is in review now")
	first, err := b.Emergency(b.ctx, id, digest, "flood", bob())
	b.no(err)
	again, err := b.Emergency(b.ctx, id, digest, "flood", bob())
	b.no(err)
	if first.Done || !again.Already || b.stateOf(id) != message.InReview {
		t.Errorf("after one: %+v, %+v, %s", first, again, b.stateOf(id))
	}
	second, err := b.Emergency(b.ctx, id, digest, "flood", cat())
	b.no(err)
	if !second.Done || second.First != "bob" || b.stateOf(id) != message.Approved {
		t.Errorf("after two: %+v, %s", second, b.stateOf(id))
	}
	if debts, err := b.Debts(b.ctx); err != nil || len(debts) != 0 {
		t.Errorf("debts %+v, %v", debts, err)
	}
}

// One of two who lost the role in between is no one of two.
func TestTheFirstOfTwoLostTheRole(t *testing.T) {
	b := setup(t)
	for _, name := range []string{"bob", "cat"} {
		b.hire(name, people.Everywhere, people.Publisher)
	}
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Emergency(b.ctx, id, digest, "flood", bob())
	b.no(err)
	b.hire("bob", people.Everywhere, people.Viewer)
	next, err := b.Emergency(b.ctx, id, digest, "flood", cat())
	b.no(err)
	if next.Done || next.Already || b.stateOf(id) != message.InReview {
		t.Errorf("a leaver counted: %+v, it is %s", next, b.stateOf(id))
	}
	b.hire("dan", people.Everywhere, people.Publisher)
	if last, err := b.Emergency(b.ctx, id, digest, "flood", as("dan")); err != nil || !last.Done || last.First != "cat" {
		t.Errorf("with another: %+v, %v", last, err)
	}
}

// Two who both wrote it are no four eyes, and would owe nothing.
func TestTwoAuthorsInAnEmergency(t *testing.T) {
	b := setup(t)
	for _, name := range []string{"ann", "bob", "cat"} {
		b.hire(name, people.Everywhere, people.Approver, people.Author)
	}
	id := b.add("audiences: [public]")
	_, err := b.Edit(b.ctx, id, draft("audiences: [public]", "title: Another"), bob())
	b.no(err)
	digest := b.submit(id)
	_, err = b.Emergency(b.ctx, id, digest, "flood", ann())
	b.no(err)
	_, err = b.Emergency(b.ctx, id, digest, "flood", bob())
	b.refused(err, office.Forbidden, "ann and bob both wrote message "+id, "somebody else")
	if b.stateOf(id) != message.InReview {
		t.Errorf("it is %s", b.stateOf(id))
	}
	if last, err := b.Emergency(b.ctx, id, digest, "flood", cat()); err != nil || !last.Done || last.First != "ann" {
		t.Errorf("with another: %+v, %v", last, err)
	}
}

// An edit in between begins anew: two people decide about the same bytes.
func TestAnEditBetweenTwoInAnEmergency(t *testing.T) {
	b := setup(t)
	for _, name := range []string{"bob", "cat"} {
		b.hire(name, people.Everywhere, people.Approver)
	}
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Emergency(b.ctx, id, digest, "flood", bob())
	b.no(err)
	_, err = b.Edit(b.ctx, id, draft("audiences: [public]", "title: Another"), ann())
	b.no(err)
	second, err := b.Emergency(b.ctx, id, b.submit(id), "flood", cat())
	b.no(err)
	if second.Done {
		t.Error("a word about other bytes counted")
	}
}

func TestOnePersonInAnEmergencyOwesAnApproval(t *testing.T) {
	b := setup(t)
	b.hire("bob", people.Everywhere, people.Emergency)
	b.hire("dan", people.Everywhere, people.Author)
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Emergency(b.ctx, id, digest, "flood", as("dan"))
	b.refused(err, office.Forbidden, "dan may not")
	decided, err := b.Emergency(b.ctx, id, digest, "flood", bob())
	b.no(err)
	debts, err := b.Debts(b.ctx)
	b.no(err)
	if !decided.Done || b.stateOf(id) != message.Approved || len(debts) != 1 || debts[0].By != "bob" || debts[0].Message != id {
		t.Fatalf("%+v, %s, %+v", decided, b.stateOf(id), debts)
	}
	b.refused(b.Settle(b.ctx, id, "", bob()), office.Forbidden, "bob may not settle what left in an emergency in Rivers: that takes the role approver")
	b.hire("bob", people.Everywhere, people.Approver)
	b.refused(b.Settle(b.ctx, id, "", bob()), office.Forbidden, "bob let message", "settle it")
	b.no(b.Settle(b.ctx, id, "it was right", cat()))
	b.refused(b.Settle(b.ctx, id, "", cat()), office.Conflict, "owes no approval")
	if debts, err = b.Debts(b.ctx); err != nil || len(debts) != 0 {
		t.Errorf("debts %+v, %v", debts, err)
	}
}

// Who could not have approved it before can't do so afterwards.
func TestNobodySettlesTheirOwn(t *testing.T) {
	b := setup(t)
	id := b.add("audiences: [public]")
	_, err := b.Edit(b.ctx, id, draft("audiences: [public]", "title: Another"), as("dan"))
	b.no(err)
	submitted, err := b.Submit(b.ctx, id, as("eve"))
	b.no(err)
	b.hire("bob", people.Everywhere, people.Emergency)
	_, err = b.Emergency(b.ctx, id, submitted.Digest, "flood", bob())
	b.no(err)
	b.refused(b.Settle(b.ctx, id, "", as("eve")), office.Forbidden, "eve submitted message "+id+" and can't settle it")
	for _, editor := range []string{"ann", "dan"} {
		b.refused(b.Settle(b.ctx, id, "", as(editor)), office.Forbidden, editor+" edited message "+id+" and can't settle it")
	}
	b.no(b.Settle(b.ctx, id, "it was right", cat()))
}

// Who edited before the last approval may: somebody else looked at that.
func TestWhoEditedBeforeTheLastApprovalSettles(t *testing.T) {
	b := setup(t)
	id := b.approved("audiences: [public]")
	_, err := b.Edit(b.ctx, id, draft("audiences: [public]", "title: Another"), as("dan"))
	b.no(err)
	submitted, err := b.Submit(b.ctx, id, as("dan"))
	b.no(err)
	_, err = b.Emergency(b.ctx, id, submitted.Digest, "flood", bob())
	b.no(err)
	b.refused(b.Settle(b.ctx, id, "", as("dan")), office.Forbidden, "dan submitted")
	b.no(b.Settle(b.ctx, id, "", ann()))
}

// An edit before it left takes the debt away with what owed it, and the next
// emergency owes one of its own.
func TestASecondEmergencyOfOneMessage(t *testing.T) {
	b := setup(t)
	id, digest := b.inReview("audiences: [public]")
	for _, title := range []string{"Another", "A third"} {
		_, err := b.Emergency(b.ctx, id, digest, "flood", bob())
		b.no(err)
		debts, err := b.Debts(b.ctx)
		b.no(err)
		if len(debts) != 1 || debts[0].Digest != digest {
			t.Errorf("owed: %+v", debts)
		}
		_, err = b.Edit(b.ctx, id, draft("audiences: [public]", "title: "+title), ann())
		b.no(err)
		if debts, err = b.Debts(b.ctx); err != nil || len(debts) != 0 {
			t.Errorf("owed after an edit: %+v, %v", debts, err)
		}
		digest = b.submit(id)
	}
}

func TestNoEmergencyBeforeSubmit(t *testing.T) {
	b := setup(t)
	id := b.add("audiences: [public]")
	_, err := b.Emergency(b.ctx, id, strings.Repeat("0", 64), "flood", bob())
	b.refused(err, office.Conflict, "submit it first")
}

func TestDifference(t *testing.T) {
	b := setup(t)
	id := b.add("audiences: [public]", "summary: It opens at noon.")
	against, all, err := b.Difference(b.ctx, id)
	b.no(err)
	if against != 0 || len(all) != 2 || !strings.Contains(all[0].Text, "+Bridge opens") {
		t.Errorf("of a first revision: against %d, %+v", against, all)
	}
	b.no(b.Approve(b.ctx, id, b.submit(id), bob()))
	_, err = b.Edit(b.ctx, id, draft("audiences: [public]", "summary: It opens at one."), ann())
	b.no(err)
	against, all, err = b.Difference(b.ctx, id)
	b.no(err)
	if against != 1 || all[0].Channel != "mastodon" || !strings.Contains(all[0].Text, "-It opens at noon.") || !strings.Contains(all[0].Text, "+It opens at one.") {
		t.Errorf("against %d, %+v", against, all)
	}
	_, err = b.Edit(b.ctx, id, draft("audiences: [public]", "summary: It opens at noon."), ann())
	b.no(err)
	if _, all, err = b.Difference(b.ctx, id); err != nil || all[0].Text != "" || all[1].Text != "" {
		t.Errorf("of what is as it was: %+v, %v", all, err)
	}
	_, _, err = b.Difference(b.ctx, "m0")
	b.refused(err, office.NotFound, "m0")
}

// What was let go in an emergency was seen by nobody else, so whoever wrote it
// approves no revision that follows.
func TestAnEmergencyIsNoApprovalOfTheText(t *testing.T) {
	for name, settled := range map[string]bool{"owed": false, "settled": true} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			id := b.add("audiences: [public]", "publish: "+later(time.Hour))
			_, err := b.Emergency(b.ctx, id, b.submit(id), "flood", bob())
			b.no(err)
			if settled {
				b.no(b.Settle(b.ctx, id, "it was right", cat()))
			}
			_, err = b.Edit(b.ctx, id, draft("audiences: [public]", "publish: "+later(time.Hour), "title: Another"), as("dan"))
			b.no(err)
			digest := b.submitBy(id, as("dan"))
			if against, _, err := b.Difference(b.ctx, id); err != nil || (against == 1) != settled {
				t.Errorf("held against revision %d, %v", against, err)
			}
			err = b.Approve(b.ctx, id, digest, ann())
			if settled {
				b.no(err)
				return
			}
			b.refused(err, office.Forbidden, "ann edited message")
		})
	}
}

// What was rehearsed in an emergency can go round again in another.
func TestAnEmergencyAfterARehearsal(t *testing.T) {
	b := setup(t)
	b.rehearse("web")
	id := b.add("audiences: [public]", "channels: [web]")
	_, err := b.Emergency(b.ctx, id, b.submit(id), "flood", bob())
	b.no(err)
	b.leave(message.Sent, "web")
	b.wants(id, message.Rehearsed)
	_, err = b.Emergency(b.ctx, id, b.submit(id), "flood", bob())
	b.no(err)
	if debts, err := b.Debts(b.ctx); err != nil || len(debts) != 1 {
		t.Errorf("debts %+v, %v", debts, err)
	}
}
