package office_test

import (
	"strings"
	"testing"
	"time"

	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// inReview adds and submits a message to an audience, by ann.
func (b *bundle) inReview(front string) (id, digest string) {
	b.Helper()
	id = b.add(front)
	return id, b.submit(id)
}

func (b *bundle) stateOf(id string) message.State {
	b.Helper()
	d, err := b.Message(b.ctx, id)
	b.no(err)
	return d.Message.State
}

func TestTwoApprovals(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Audience: "public", Approvals: 2}, ann()))
	id, digest := b.inReview("audiences: [public]")
	first, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.no(err)
	if first.Missing != "one approval more" || b.stateOf(id) != message.InReview {
		t.Errorf("after one: %+v, %s", first, b.stateOf(id))
	}
	d, err := b.Message(b.ctx, id)
	b.no(err)
	if len(d.Approvals) != 1 || d.Approvals[0].By != "bob" || d.Missing != "one approval more" {
		t.Errorf("shown: %+v, %q", d.Approvals, d.Missing)
	}
	_, err = b.Office.Approve(b.ctx, id, digest, bob())
	b.refused(err, office.Conflict, "bob has approved")
	second, err := b.Office.Approve(b.ctx, id, digest, cat())
	b.no(err)
	if second.Missing != "" || b.stateOf(id) != message.Approved {
		t.Errorf("after two: %+v, %s", second, b.stateOf(id))
	}
	other, digest := b.inReview("audiences: [press]")
	b.no(b.Approve(b.ctx, other, digest, bob()))
	if b.stateOf(other) != message.Approved {
		t.Error("a policy of another audience counted")
	}
}

// An edit voids every approval, the first of two as well.
func TestAnEditVoidsTheFirstOfTwo(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 2}, ann()))
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.no(err)
	_, err = b.Edit(b.ctx, id, draft("audiences: [public]"), ann())
	b.no(err)
	digest = b.submit(id)
	second, err := b.Office.Approve(b.ctx, id, digest, cat())
	b.no(err)
	if second.Missing == "" {
		t.Error("an approval of the revision before counted")
	}
}

// Who lost the role in between does not count any more.
func TestARoleThatWasLost(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 2}, ann()))
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.no(err)
	b.hire("bob", people.Everywhere, people.Author)
	second, err := b.Office.Approve(b.ctx, id, digest, cat())
	b.no(err)
	if second.Missing != "one approval more" {
		t.Errorf("missing %q", second.Missing)
	}
	_, err = b.Office.Approve(b.ctx, id, digest, bob())
	b.refused(err, office.Forbidden, "bob may not approve messages")
}

func TestARoleBesides(t *testing.T) {
	b := setup(t)
	b.hire("bob", people.Everywhere, people.Approver)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, Role: people.Publisher}, ann()))
	id, digest := b.inReview("audiences: [public]")
	first, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.no(err)
	if !strings.Contains(first.Missing, "one approval more, by a publisher") {
		t.Errorf("missing %q", first.Missing)
	}
	second, err := b.Office.Approve(b.ctx, id, digest, cat())
	b.no(err)
	if second.Missing != "" {
		t.Errorf("still missing %q", second.Missing)
	}
}

func TestALargeAudience(t *testing.T) {
	b := setup(t)
	b.importInto("press", birds)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, Above: 1}, ann()))
	id, digest := b.inReview("audiences: [press]")
	first, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.no(err)
	if first.Missing != "one approval more" {
		t.Errorf("missing %q", first.Missing)
	}
}

// An audience that grows after an approval does not get round the policy: what
// was approved for fewer people is held until two release it, and whoever made
// the audience grow is none of them.
func TestAnAudienceThatGrows(t *testing.T) {
	for name, c := range map[string]struct {
		more string
		want message.State
	}{
		"to the limit":   {"", message.Approved},
		"past the limit": {"third@example.org,Third\n", message.Held},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.importInto("press", "email,name\nfirst@example.org,First\n")
			b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, Above: 2}, ann()))
			id, digest := b.inReview("audiences: [press]\npublish: " + later(time.Hour))
			approved, err := b.Office.Approve(b.ctx, id, digest, bob())
			b.no(err)
			if approved.Missing != "" {
				t.Fatalf("missing %q", approved.Missing)
			}
			b.importInto("press", "email,name\nsecond@example.org,Second\n"+c.more)
			m := b.detail(id).Message
			if m.State != c.want || c.want == message.Held && m.Hold != message.HoldAudienceDrift {
				t.Fatalf("the message is %s (%s), want %s", m.State, m.Hold, c.want)
			}
			if c.want == message.Held {
				_, err := b.Release(b.ctx, id, "it is fine", ann())
				b.refused(err, office.Forbidden, "press")
			}
		})
	}
}

func TestAFreshSecondFactor(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, SecondFactor: true}, ann()))
	id, digest := b.inReview("audiences: [public]")
	_, err := b.Office.Approve(b.ctx, id, digest, bob())
	b.refused(err, office.Forbidden, "clarion prove")
	old := bob()
	old.Proved = time.Now().Add(-people.MaxProofAge - time.Second)
	_, err = b.Office.Approve(b.ctx, id, digest, old)
	b.refused(err, office.Forbidden, "clarion prove")
	fresh := bob()
	fresh.Proved = time.Now()
	approved, err := b.Office.Approve(b.ctx, id, digest, fresh)
	b.no(err)
	if approved.Missing != "" {
		t.Errorf("missing %q", approved.Missing)
	}
}

func TestPoliciesAndWhoSetsThem(t *testing.T) {
	b := setup(t)
	b.refused(b.SetPolicy(b.ctx, people.Policy{}, ann()), office.Invalid, "out of range")
	b.refused(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, Department: "Roads"}, ann()), office.NotFound, "Roads")
	b.refused(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, Audience: "nobody"}, ann()), office.NotFound, "nobody")
	b.hire("bob", people.Everywhere, people.Approver)
	b.refused(b.SetPolicy(b.ctx, people.Policy{Approvals: 1}, bob()), office.Forbidden, "bob may not set policies")
	b.no(b.SetPolicy(b.ctx, people.Policy{Department: "Rivers", Approvals: 3}, ann()))
	b.no(b.SetPolicy(b.ctx, people.Policy{Department: "Rivers", Approvals: 2}, ann()))
	all, err := b.Policies(b.ctx)
	b.no(err)
	if len(all) != 1 || all[0].Approvals != 2 {
		t.Errorf("policies %+v", all)
	}
	b.no(b.DropPolicy(b.ctx, "Rivers", "", ann()))
	b.refused(b.DropPolicy(b.ctx, "Rivers", "", ann()), office.NotFound, "no such policy")
}

func TestDepartments(t *testing.T) {
	b := setup(t)
	for _, bad := range []string{"", " ", "*", "a/b", "a\nb", strings.Repeat("x", message.MaxField+1)} {
		b.refused(b.AddDepartment(b.ctx, bad, ann()), office.Invalid, "no name of a department")
	}
	b.no(b.AddDepartment(b.ctx, strings.Repeat("x", message.MaxField), ann()))
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	b.refused(b.RemoveDepartment(b.ctx, "Rivers", ann()), office.Conflict, "is the office itself")
	b.refused(b.RemoveDepartment(b.ctx, "Parks", ann()), office.NotFound, "Parks")
	_, err := b.Add(b.ctx, draft("audiences: [public]\ndepartment: Parks"), ann())
	b.refused(err, office.NotFound, `no department called "Parks"`)
}

// What belongs to a department is not there for those of another, and stays
// when its department goes.
func TestADepartmentOfItsOwn(t *testing.T) {
	b := setup(t)
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	b.hire("dan", "Roads", people.Author, people.Approver, people.Publisher)
	b.hire("eve", "Rivers", people.Author, people.Approver, people.Publisher)
	b.unroled("dan", people.Everywhere)
	b.unroled("eve", people.Everywhere)
	added, err := b.Add(b.ctx, draft("audiences: [public]\ndepartment: Roads"), as("dan"))
	b.no(err)
	_, err = b.Add(b.ctx, draft("audiences: [public]\ndepartment: Roads"), as("eve"))
	b.refused(err, office.Forbidden, "in Roads")
	eve, dan := b.Office.View(as("eve")), b.Office.View(as("dan"))
	_, err = eve.Message(b.ctx, added.ID)
	b.refused(err, office.NotFound, "there is no message "+added.ID)
	_, err = b.Edit(b.ctx, added.ID, draft("audiences: [public]"), as("eve"))
	b.refused(err, office.NotFound, "there is no message "+added.ID)
	if all, err := eve.Messages(b.ctx, store.MessageFilter{}); err != nil || len(all) != 0 {
		t.Errorf("eve sees %+v, %v", all, err)
	}
	if all, err := dan.Messages(b.ctx, store.MessageFilter{}); err != nil || len(all) != 1 {
		t.Errorf("dan sees %+v, %v", all, err)
	}
	digest := b.submitBy(added.ID, as("dan"))
	b.no(b.Approve(b.ctx, added.ID, digest, bob()))
	if all, err := eve.Sends(b.ctx, store.SendFilter{}); err != nil || len(all) != 0 {
		t.Errorf("eve sees sends %+v, %v", all, err)
	}
	all, err := dan.Sends(b.ctx, store.SendFilter{})
	b.no(err)
	if len(all) == 0 {
		t.Fatal("dan sees no sends")
	}
	_, err = eve.Send(b.ctx, all[0].ID)
	b.refused(err, office.NotFound, "there is no send")
	b.no(b.RemoveDepartment(b.ctx, "Roads", ann()))
	_, err = dan.Message(b.ctx, added.ID)
	b.refused(err, office.Forbidden, "dan may not")
	if _, err := b.Office.View(ann()).Message(b.ctx, added.ID); err != nil {
		t.Errorf("who sees everything: %v", err)
	}
}

// unroled takes the roles that somebody holds in a department.
func (b *bundle) unroled(name, department string) {
	b.Helper()
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error { return t.SetGrants(name, department, nil) }))
}

func (b *bundle) submitBy(id string, by office.Actor) string {
	b.Helper()
	s, err := b.Submit(b.ctx, id, by)
	b.no(err)
	return s.Digest
}

func TestComments(t *testing.T) {
	b := setup(t)
	id := b.add("audiences: [public]")
	b.refused(b.Comment(b.ctx, id, " ", bob()), office.Invalid, "1 to 4000")
	b.refused(b.Comment(b.ctx, id, strings.Repeat("é", 4001), bob()), office.Invalid, "1 to 4000")
	b.no(b.Comment(b.ctx, id, strings.Repeat("é", 4000), bob()))
	b.no(b.Comment(b.ctx, id, "Who says so?", cat()))
	d, err := b.Message(b.ctx, id)
	b.no(err)
	if len(d.Comments) != 2 || d.Comments[1].Text != "Who says so?" || d.Comments[1].By != "cat" || d.Comments[1].Revision != 1 {
		t.Errorf("comments %+v", d.Comments)
	}
	b.refused(b.Comment(b.ctx, "m0", "x", bob()), office.NotFound, "m0")
}

// Where a second factor is asked for after an approval without one, who gave it
// approves again with one.
func TestASecondFactorThatIsAskedForMeanwhile(t *testing.T) {
	b := setup(t)
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 2}, ann()))
	id, digest := b.inReview("audiences: [public]")
	b.no(b.Approve(b.ctx, id, digest, bob()))
	b.no(b.SetPolicy(b.ctx, people.Policy{Approvals: 1, SecondFactor: true}, ann()))
	b.refused(b.Approve(b.ctx, id, digest, bob()), office.Forbidden, "clarion prove")
	fresh := bob()
	fresh.Proved = time.Now()
	b.no(b.Approve(b.ctx, id, digest, fresh))
	if b.stateOf(id) != message.Approved {
		t.Errorf("it is %s", b.stateOf(id))
	}
}

func TestNamesHoldNoCommandsOfATerminal(t *testing.T) {
	b := setup(t)
	b.refused(b.AddDepartment(b.ctx, "Roads\x1b[2J", ann()), office.Invalid, "is no name of a department")
	id := b.add()
	b.no(b.Comment(b.ctx, id, "a\x1b[2J\x07 b\nc", ann()))
	if tied := b.strings("SELECT value FROM ledger_ties WHERE value LIKE 'a%c'"); len(tied) != 1 || tied[0] != "a [2J  b\nc" {
		t.Errorf("the record says %q", tied)
	}
}
