package office

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// approving is what a message in review must have, and what it has so far.
type approving struct {
	needs people.Needs
	given []people.Approval // by those who may still approve it
}

// missing says in words what is not there yet; empty if nothing is.
func (a approving) missing() string {
	_, missing := a.needs.Met(a.given)
	return missing
}

// by reports whether an approval of somebody counts already. One without a
// second factor doesn't where that is asked for since.
func (a approving) by(name string) bool {
	return slices.ContainsFunc(a.given, func(g people.Approval) bool {
		return g.By == name && (g.Proved || !a.needs.SecondFactor)
	})
}

// takes refuses an approval that would not count.
func (a approving) takes(by Actor, what string, now time.Time) error {
	switch {
	case a.needs.SecondFactor && !by.fresh(now):
		return Refuse(Forbidden, fmt.Sprintf("approving %s takes a fresh second factor", what), "give one with `clarion prove`, and approve again")
	case a.by(by.Name):
		return Refuse(Conflict, fmt.Sprintf("%s has approved %s already", by.Name, what), "it still takes "+a.missing())
	default:
		return nil
	}
}

// standards are what approvals are counted by.
type standards interface {
	Policies() ([]people.Policy, error)
	AudienceSizes() (map[string]int, error)
	Person(name string) (people.Person, error)
}

// reader is what approving is read from: the store, or a transaction.
type reader interface {
	standards
	Message(id string) (message.Message, error)
	Approvals(m message.Message) ([]store.Approval, error)
}

// readings reads outside of a transaction.
type readings struct {
	ctx   context.Context //nolint:containedctx // it lives for one call
	store *store.Store
}

func (r readings) Approvals(m message.Message) ([]store.Approval, error) {
	return r.store.Approvals(r.ctx, m)
}

func (r readings) Message(id string) (message.Message, error) { return r.store.Message(r.ctx, id) }
func (r readings) Policies() ([]people.Policy, error)         { return r.store.Policies(r.ctx) }
func (r readings) AudienceSizes() (map[string]int, error)     { return r.store.AudienceSizes(r.ctx) }
func (r readings) Person(name string) (people.Person, error)  { return r.store.Person(r.ctx, name) }
func (r readings) Template(name string) (Template, error)     { return r.store.Template(r.ctx, name) }

func (r readings) TemplateApprovals(x Template) ([]store.Approval, error) {
	return r.store.TemplateApprovals(r.ctx, x)
}

func (r readings) Revision(id string, number int) (store.Revision, error) {
	return r.store.Revision(r.ctx, id, number)
}

func (r readings) Amendments(id string) ([]message.Message, error) {
	return r.store.Amendments(r.ctx, id)
}

func (r readings) FirstSent(id string) (time.Time, error) { return r.store.FirstSent(r.ctx, id) }

// departmentsOf names those who have a say in a message: its own, and that of
// the message which it is about.
func departmentsOf(t reader, m message.Message) ([]string, error) {
	if m.Original() == "" {
		return []string{m.Department}, nil
	}
	original, err := t.Message(m.Original())
	return []string{m.Department, original.Department}, err
}

// approvingOf reads what a message must have by the policies as they are now,
// and what it has.
func approvingOf(t reader, m message.Message, audiences []string, b Beforehand) (approving, error) {
	policies, err := t.Policies()
	if err != nil {
		return approving{}, err
	}
	sizes, err := sizesOf(t, policies, audiences)
	if err != nil {
		return approving{}, err
	}
	departments, err := departmentsOf(t, m)
	if err != nil {
		return approving{}, err
	}
	var a approving
	for _, d := range departments {
		a.needs = a.needs.And(people.NeedsOf(policies, d, sizes))
	}
	if b.Counts() {
		a.needs = a.needs.Beforehand()
	}
	given, err := t.Approvals(m)
	if err != nil {
		return approving{}, err
	}
	a.given, err = stillApprovers(t, given, departments)
	return a, err
}

// sizesOf gives audiences with their sizes. They are counted only where a policy
// asks: with a million subscribers that takes its time.
func sizesOf(t standards, policies []people.Policy, audiences []string) (map[string]int, error) {
	var all map[string]int
	if askSize(policies) {
		var err error
		if all, err = t.AudienceSizes(); err != nil {
			return nil, err
		}
	}
	sizes := map[string]int{}
	for _, name := range audiences {
		sizes[name] = all[name]
	}
	return sizes, nil
}

// askSize reports whether any policy depends on the size of an audience.
func askSize(policies []people.Policy) bool {
	return slices.ContainsFunc(policies, func(p people.Policy) bool { return p.Above > 0 })
}

// counted is a transaction in which the audiences were counted once.
type counted struct {
	*store.Tx
	sizes map[string]int
}

func count(t *store.Tx) (counted, error) {
	sizes, err := t.AudienceSizes()
	return counted{t, sizes}, err
}

// AudienceSizes gives them as they were counted.
func (c counted) AudienceSizes() (map[string]int, error) { return c.sizes, nil }

// stillApprovers leaves out the approvals of those who lost the role meanwhile.
func stillApprovers(t standards, given []store.Approval, departments []string) ([]people.Approval, error) {
	var all []people.Approval
	for _, g := range given {
		p, err := t.Person(g.By)
		if err != nil {
			return nil, err
		}
		if roles := rolesInAll(p, departments); slices.Contains(roles, people.Approver) {
			all = append(all, people.Approval{By: g.By, Roles: roles, Proved: g.Proved, At: g.At})
		}
	}
	return all, nil
}

// rolesInAll lists the roles that a person holds in each of some departments.
func rolesInAll(p people.Person, departments []string) []people.Role {
	roles := p.RolesIn(departments[0])
	for _, d := range departments[1:] {
		there := p.RolesIn(d)
		roles = slices.DeleteFunc(roles, func(r people.Role) bool { return !slices.Contains(there, r) })
	}
	return roles
}

// approve records one person's word for what is in review. With the last that
// is needed the message is approved; missing says what else is.
func (o *Office) approve(t *store.Tx, c candidate, by Actor) (to message.State, missing string, err error) {
	m, audiences := c.Message, c.revision.Content.Plan.Audiences
	before, err := approvingOf(t, m, audiences, c.beforehand)
	if err != nil {
		return "", "", err
	}
	if err := before.takes(by, "message "+m.ID, t.Now()); err != nil {
		return "", "", err
	}
	if err := t.AddApproval(m, by.Name, by.fresh(t.Now())); err != nil {
		return "", "", err
	}
	after, err := approvingOf(t, m, audiences, c.beforehand)
	if err != nil {
		return "", "", err
	}
	if missing := after.missing(); missing != "" {
		return message.InReview, missing + c.beforehand.lapsed(), nil
	}
	return message.Approved, "", t.SetApproved(m, by.Name)
}

// fresh reports whether whoever acts gave a second factor lately.
func (a Actor) fresh(now time.Time) bool {
	return people.Who{Token: a.Token, Proved: a.Proved}.Fresh(now)
}
