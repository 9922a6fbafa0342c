package office

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Submitted is what was put up for approval.
type Submitted struct {
	Digest   string // that an approval names
	Revision int
	Sends    []PlannedSend
	Warnings []Problem // of what keeps nothing from being approved
}

// Submit freezes what every channel would publish for a draft and puts it up
// for approval.
func (o *Office) Submit(ctx context.Context, id string, by Actor) (Submitted, error) {
	var revision store.Revision
	err := o.onMessage(ctx, by, people.SubmitMessage, id, func(t *store.Tx, m message.Message) (err error) {
		if err := submittable(m); err != nil {
			return err
		}
		revision, err = t.Revision(id, m.Revision)
		return err
	})
	if err != nil {
		return Submitted{}, fmt.Errorf("submit %s: %w", id, err)
	}
	plan, warnings, err := o.submission(ctx, id, revision.Content)
	if err != nil {
		return Submitted{}, err
	}
	var told notice
	submitted := Submitted{Warnings: warnings}
	if submitted.Sends, err = o.seen(ctx, plan); err != nil {
		return Submitted{}, err
	}
	err = o.onMessage(ctx, by, people.SubmitMessage, id, func(t *store.Tx, current message.Message) (err error) {
		if err := submittable(current); err != nil {
			return err
		}
		if err := mayAlso(t, by, people.SubmitMessage, current.Original()); err != nil {
			return err
		}
		if current.Revision != revision.Number {
			return Refuse(Conflict, fmt.Sprintf("message %s was edited meanwhile", id), "look at it and submit again")
		}
		from := current.State
		if current, err = o.freshRevision(t, current, revision.Content, by); err != nil {
			return err
		}
		submitted.Revision = current.Revision
		if err := t.FreezePlan(id, current.Revision, plan); err != nil {
			return err
		}
		if submitted.Digest, err = o.approvable(t, current, revision.Content, planned(plan)); err != nil {
			return err
		}
		if err := t.SetSubmitted(id, submitted.Digest, by.Name); err != nil {
			return err
		}
		if told, err = waits(t, current, by.Name); err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageSubmitted, by, "", ledger.MessageBody{
			Message: id, Revision: current.Revision, Content: revision.Digest, Digest: submitted.Digest, From: from, To: message.InReview,
		})
	})
	if err != nil {
		return Submitted{}, fmt.Errorf("submit %s: %w", id, err)
	}
	o.tell(told)
	return submitted, nil
}

// submission plans a revision, or refuses it with everything that keeps it from
// being submitted.
func (o *Office) submission(ctx context.Context, id string, c message.Content) ([]store.Rendered, []Problem, error) {
	out, err := o.plan(ctx, planInput{reader: o.View(Owner()), content: c, now: time.Now()})
	if err != nil {
		return nil, nil, err
	}
	if problems := append(out.problems, out.unasked...); len(problems) > 0 {
		return nil, nil, &Refusal{Says: "message " + id + " can't be submitted", Problems: tidy(problems)}
	}
	doubts, err := o.doubts(ctx, id)
	return out.plan, append(out.warnings, doubts...), err
}

// submittable refuses to submit a message that is on its way. Once all of one
// was rehearsed it may go round again.
func submittable(m message.Message) error {
	if m.State != message.Draft && m.State != message.Rehearsed {
		return Refuse(Conflict, fmt.Sprintf("message %s is %s; only a draft can be submitted", m.ID, m.State), "")
	}
	return nil
}

const tryList = "`clarion message list` shows them"

// freshRevision gives every submit a revision of its own, so that a frozen
// plan is never made again.
func (o *Office) freshRevision(t *store.Tx, m message.Message, c message.Content, by Actor) (message.Message, error) {
	frozen, err := t.Plan(m.ID, m.Revision)
	if err != nil || len(frozen) == 0 && m.State == message.Draft {
		return m, err
	}
	if err := t.InsertRevision(m, c, by.Name); err != nil {
		return m, err
	}
	return t.Message(m.ID)
}

// approvable is the digest of all that an approval covers.
func (o *Office) approvable(t *store.Tx, m message.Message, c message.Content, sends []message.PlannedSend) (string, error) {
	audiences, err := t.Audiences()
	if err != nil {
		return "", err
	}
	a := message.Approvable{
		Message: m.ID, Content: c.Digest(), Sends: sends, Assets: c.Assets, Schedule: c.Schedule, EntryID: m.EntryID,
	}
	for _, known := range audiences {
		if slices.Contains(c.Plan.Audiences, known.Name) {
			a.Rules = append(a.Rules, message.AudienceRule{Audience: known.Name, Rule: known.Rule})
		}
	}
	return a.Digest(), nil
}

// Approved is what an approver should know of what they approved.
type Approved struct {
	Missing  string    // what it takes besides before it is approved; empty: it is
	Warnings []Problem // of channels that can't be used as they are now
}

// Approve approves what was submitted, if the digest that the approver saw is
// the current one. The approver neither submitted the message nor edited it
// since the last approval, unless it is what an approved template gives. The channels that it goes by are checked first; one
// that can't be used keeps nothing from being approved.
func (o *Office) Approve(ctx context.Context, id, digest string, by Actor) (Approved, error) {
	warnings, err := o.checkBeforeApproval(ctx, id, digest, by)
	if err != nil {
		return Approved{}, fmt.Errorf("approve %s: %w", id, err)
	}
	approved := Approved{Warnings: warnings}
	err = o.onMessage(ctx, by, people.ApproveMessage, id, func(t *store.Tx, m message.Message) error {
		c, err := o.candidate(t, m)
		if err != nil {
			return err
		}
		if err := o.mayApprove(t, c, digest, by); err != nil {
			return err
		}
		to, missing, err := o.approve(t, c, by)
		if err != nil {
			return err
		}
		approved.Missing = missing
		body := ledger.MessageBody{Message: id, Revision: m.Revision, Digest: digest, From: m.State, To: to}
		if b := c.beforehand; b.Counts() {
			body.Template, body.TemplateDigest = b.Template, b.Digest
			body.Why = fmt.Sprintf("one approver is enough: the template %s was approved beforehand", b.Template)
		}
		return recordMessage(t, ledger.MessageApproved, by, "", body)
	})
	if err != nil {
		return Approved{}, fmt.Errorf("approve %s: %w", id, err)
	}
	o.queue.Wake()
	return approved, nil
}

func (o *Office) mayApprove(t *store.Tx, c candidate, digest string, by Actor) error {
	m := c.Message
	if m.State != message.InReview {
		return Refuse(Conflict, fmt.Sprintf("message %s is %s; only one in review can be approved", m.ID, m.State), "")
	}
	if digest != m.SubmittedDigest {
		return Refuse(Conflict, fmt.Sprintf("what you saw of message %s is not what is in review now", m.ID),
			fmt.Sprintf("look at it with `clarion message show %s` and approve the digest that it shows", m.ID))
	}
	if err := mayAlso(t, by, people.ApproveMessage, m.Original()); err != nil {
		return err
	}
	if !c.beforehand.Counts() {
		if err := notTheirOwn(t, m, "approve", c.beforehand.lapsed(), by); err != nil {
			return err
		}
	}
	if !m.Schedule.Expires.IsZero() && !m.Schedule.Expires.After(t.Now()) {
		return Refuse(Conflict, fmt.Sprintf("message %s expired at %s", m.ID, m.Schedule.Expires.Format(time.RFC3339)), "edit it and choose a later time")
	}
	if err := mayAmend(t, m); err != nil {
		return err
	}
	return o.sameDestinations(t, m)
}

// notTheirOwn keeps whoever submitted a revision, or edited one since the last
// approval before it, from approving it, at once or afterwards; why adds to the
// refusal.
func notTheirOwn(t *store.Tx, m message.Message, verb, why string, by Actor) error {
	try := fmt.Sprintf("ask somebody else to %s it", verb)
	if by.Name == m.SubmittedBy {
		return Refuse(Forbidden, fmt.Sprintf("%s submitted message %s and can't %s it%s", by.Name, m.ID, verb, why), try)
	}
	editors, err := t.Editors(m.ID)
	if err != nil {
		return err
	}
	if slices.Contains(editors, by.Name) {
		return Refuse(Forbidden, fmt.Sprintf("%s edited message %s and can't %s it%s", by.Name, m.ID, verb, why), try)
	}
	return nil
}

// sameDestinations refuses an approval of what the gate would hold anyway.
func (o *Office) sameDestinations(t *store.Tx, m message.Message) error {
	plan, err := t.Plan(m.ID, m.Revision)
	if err != nil {
		return err
	}
	modes, err := t.ChannelStates()
	if err != nil {
		return err
	}
	for _, send := range plan {
		c, ok := o.channel(send.Channel)
		if !ok || c.Channel.Destination() != send.Destination || send.Mode == message.Rehearsal && !c.rehearses(modes) {
			return Refuse(Conflict, fmt.Sprintf("the channel %s is not what it was when message %s was submitted", send.Channel, m.ID),
				fmt.Sprintf("return it with `clarion message return %s --reason WHY` and submit it again", m.ID))
		}
	}
	return nil
}

// Return sends a message in review back to its authors, with a reason.
func (o *Office) Return(ctx context.Context, id, reason string, by Actor) error {
	if strings.TrimSpace(reason) == "" {
		return Refuse(Invalid, "a message is returned with a reason", "say what is to be changed with --reason")
	}
	var told notice
	err := o.onMessage(ctx, by, people.ReturnMessage, id, func(t *store.Tx, m message.Message) (err error) {
		if m.State != message.InReview {
			return Refuse(Conflict, fmt.Sprintf("message %s is %s; only one in review can be returned", id, m.State), "")
		}
		if err := t.SetReturned(id); err != nil {
			return err
		}
		if told, err = cameBack(t, m); err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageReturned, by, reason, ledger.MessageBody{
			Message: id, Revision: m.Revision, Digest: m.SubmittedDigest, From: m.State, To: message.Draft,
		})
	})
	if err != nil {
		return fmt.Errorf("return %s: %w", id, err)
	}
	o.tell(told)
	return nil
}
