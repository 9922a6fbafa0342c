package office_test

import (
	"slices"
	"strings"
	"testing"

	"clarion/message"
	"clarion/office"
	"clarion/people"
)

// roads is a department beside Rivers: cid authors and approves in it and sees
// Rivers; dee does the same and approves in Rivers too.
func (b *bundle) roads() {
	b.Helper()
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	b.hire("cid", "Roads", people.Roles()...)
	b.hire("cid", "Rivers", people.Viewer)
	b.hire("dee", "Roads", people.Approver)
	b.hire("dee", "Rivers", people.Approver)
}

// A department corrects or withdraws what another said only by people who may
// do the same there.
func TestAmendWhatAnotherDepartmentSaid(t *testing.T) {
	b := setup(t)
	b.roads()
	id := b.approved("channels: [web]")
	b.leave(message.Sent, "web")
	for _, key := range []string{"corrects: ", "withdraws: "} {
		d := draft(why, "department: Roads", key+id)
		_, err := b.Add(b.ctx, d, as("cid"))
		b.refused(err, office.Forbidden, "cid may not add messages in the department of message "+id)
		_, err = b.Office.View(as("cid")).Check(b.ctx, d)
		b.refused(err, office.Forbidden, "cid may not add messages in the department of message "+id)
	}
	own, err := b.Add(b.ctx, draft("department: Roads"), as("cid"))
	b.no(err)
	_, err = b.Edit(b.ctx, own.ID, draft(why, "department: Roads", "corrects: "+id), as("cid"))
	b.refused(err, office.Forbidden, "cid may not edit messages in the department of message "+id)

	fixed := b.add(why, "department: Roads", "corrects: "+id)
	_, err = b.Submit(b.ctx, fixed, as("cid"))
	b.refused(err, office.Forbidden, "cid may not submit messages in the department of message "+id)
	digest := b.submit(fixed)
	b.refused(b.Approve(b.ctx, fixed, digest, as("cid")), office.Forbidden, "cid may not approve messages in the department of message "+id)
	_, err = b.Emergency(b.ctx, fixed, digest, "flood", as("cid"))
	b.refused(err, office.Forbidden, "cid may not let messages go in an emergency in the department of message "+id)
	b.wants(fixed, message.InReview)
	b.no(b.Approve(b.ctx, fixed, digest, as("dee")))
	b.wants(fixed, message.Approved)
}

// What the original's department asks for counts for a correction from another,
// and so does only who may approve in both.
func TestPoliciesOfTheOriginalsDepartment(t *testing.T) {
	b := setup(t)
	b.roads()
	id := b.approved("channels: [web]")
	b.leave(message.Sent, "web")
	b.no(b.SetPolicy(b.ctx, people.Policy{Department: "Rivers", Approvals: 2}, ann()))
	fixed := b.add(why, "department: Roads", "corrects: "+id)
	digest := b.submit(fixed)
	b.no(b.Approve(b.ctx, fixed, digest, as("dee")))
	b.wants(fixed, message.InReview)
	b.hire("dee", "Rivers", people.Viewer)
	b.no(b.Approve(b.ctx, fixed, digest, bob()))
	if d := b.wants(fixed, message.InReview); d.Missing != "one approval more" || len(d.Approvals) != 1 {
		t.Errorf("missing %q, given %+v", d.Missing, d.Approvals)
	}
	b.no(b.Approve(b.ctx, fixed, digest, cat()))
	b.wants(fixed, message.Approved)
}

// A correction that another department made is not listed to whoever may not
// see it.
func TestAmendmentsOfAnotherDepartment(t *testing.T) {
	b := setup(t)
	b.roads()
	b.hire("eli", "Rivers", people.Viewer)
	id := b.approved("channels: [web]")
	b.leave(message.Sent, "web")
	fixed := b.add(why, "department: Roads", "corrects: "+id)
	for name, want := range map[string][]string{"eli": nil, "cid": {fixed}, "ann": {fixed}} {
		d, err := b.Office.View(as(name)).Message(b.ctx, id)
		b.no(err)
		var got []string
		for _, m := range d.Amendments {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", name, got, want)
		}
	}
}

// A dry run finds what the real one would: no department, or none in which one
// may draft.
func TestDryRunLooksAtTheDepartment(t *testing.T) {
	b := setup(t)
	b.roads()
	id := b.add()
	rows := b.counts()
	for name, c := range map[string]struct {
		by   office.Actor
		d    office.Draft
		code office.Code
		says string
	}{
		"none": {ann(), draft("department: Rail"), office.NotFound, "Rail"}, "another": {as("cid"), draft(), office.Forbidden, "cid may not add messages in Rivers"},
	} {
		_, dry := b.Office.View(c.by).Check(b.ctx, c.d)
		_, real := b.Add(b.ctx, c.d, c.by)
		b.refused(real, c.code, c.says)
		if says := b.refused(dry, c.code, c.says); !strings.Contains(real.Error(), says.Error()) {
			t.Errorf("%s: a dry run says %v, the real one %v", name, dry, real)
		}
	}
	_, err := b.Office.View(as("cid")).CheckEdit(b.ctx, id, draft("department: Roads"))
	b.refused(err, office.Forbidden, "cid may not edit messages in Rivers")
	_, err = b.Office.View(ann()).CheckEdit(b.ctx, "m0", draft())
	b.refused(err, office.NotFound, "m0")
	if _, err = b.Office.View(as("cid")).Check(b.ctx, draft("department: Roads")); err != nil {
		t.Error(err)
	}
	if _, err = b.Check(b.ctx, draft()); err != nil {
		t.Errorf("whoever has the folder may not look: %v", err)
	}
	for table, n := range b.counts() {
		if n != rows[table] {
			t.Errorf("%s has %d rows, had %d", table, n, rows[table])
		}
	}
}

// The backlog counts what may be seen.
func TestBacklogOfOnesOwn(t *testing.T) {
	b := setup(t)
	b.roads()
	b.approved("channels: [web]")
	b.no(b.Hold(b.ctx, b.approved("channels: [web]"), "wait", ann()))
	b.hire("fay", "Roads", people.Viewer)
	all, err := b.Backlog(b.ctx)
	b.no(err)
	own, err := b.Office.View(as("fay")).Backlog(b.ctx)
	b.no(err)
	if all.Due != 1 || all.Held != 1 || own.Due != 0 || own.Held != 0 || !own.OldestDue.IsZero() {
		t.Errorf("all %+v, of Roads %+v", all, own)
	}
	_, err = b.Office.View(as("nobody")).Backlog(b.ctx)
	b.refused(err, office.Forbidden, "no person called")
}
