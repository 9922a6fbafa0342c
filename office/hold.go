package office

import (
	"context"
	"fmt"
	"slices"

	"clarion/ledger"
	"clarion/message"
	"clarion/store"
)

// Hold keeps an approved message, or what is left of one under way, from
// leaving. Anyone may.
func (o *Office) Hold(ctx context.Context, id, reason string, by Actor) error {
	err := o.update(ctx, by, func(t *store.Tx) error {
		m, err := t.Message(id)
		if err != nil {
			return missing(err, "message "+id, tryList)
		}
		if m.State != message.Approved && m.State != message.Releasing {
			return refuse(Conflict, fmt.Sprintf("message %s is %s; there is nothing to hold", id, m.State), "")
		}
		if err := t.Hold(m, message.HoldManual, by.Name); err != nil {
			return err
		}
		body := ledger.MessageBody{Message: id, From: m.State, Hold: message.HoldManual}
		if m.State == message.Approved { // one under way goes on releasing: its sends are held
			body.To = message.Held
		}
		return recordMessage(t, ledger.MessageHeld, by, reason, body)
	})
	if err != nil {
		return fmt.Errorf("hold %s: %w", id, err)
	}
	o.queue.Wake()
	return nil
}

// The decisions that may need two people.
const (
	actRelease = "release"
	actThaw    = "thaw"
)

// everything is what a thaw is about.
const everything = "everything"

// Decided tells whether a decision took effect, or waits for a second person.
type Decided struct {
	Done bool
	// First is who decided first, where two were needed and both have.
	First string
}

// Release lets what is held go on. Some reasons need two different people: the
// first call records, the second acts.
func (o *Office) Release(ctx context.Context, id, reason string, by Actor) (Decided, error) {
	var decided Decided
	err := o.update(ctx, by, func(t *store.Tx) error {
		m, err := t.Message(id)
		if err != nil {
			return missing(err, "message "+id, tryList)
		}
		holds, err := holdsOf(t, m)
		if err != nil {
			return err
		}
		people, err := peopleFor(m, holds)
		if err != nil {
			return err
		}
		if decided, err = together(t, people, actRelease, id, by); err != nil {
			return err
		}
		if !decided.Done {
			return nil
		}
		if err := t.Release(m); err != nil {
			return err
		}
		first, err := t.Tie(decided.First)
		if err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageReleased, by, reason, ledger.MessageBody{
			Message: id, From: m.State, Hold: holds[0], With: first,
		})
	})
	if err != nil {
		return Decided{}, fmt.Errorf("release %s: %w", id, err)
	}
	o.queue.Wake()
	return decided, nil
}

// holdsOf gives the reasons for which a message and sends of it, rehearsals
// among them, are held: a release is of all of them.
func holdsOf(t *store.Tx, m message.Message) ([]message.HoldReason, error) {
	holds, err := t.Holds(m.ID)
	if err != nil {
		return nil, err
	}
	if m.State == message.Held && !slices.Contains(holds, m.Hold) {
		holds = append(holds, m.Hold)
	}
	if len(holds) == 0 {
		return nil, refuse(Conflict, fmt.Sprintf("nothing of message %s is held", m.ID), "")
	}
	slices.Sort(holds)
	return holds, nil
}

// peopleFor is how many people must release holds: as many as the strictest
// needs.
func peopleFor(m message.Message, holds []message.HoldReason) (int, error) {
	most := 0
	for _, h := range holds {
		n := h.People()
		if n == 0 {
			return 0, refuse(Conflict, fmt.Sprintf("message %s is held because %s; nobody can release that", m.ID, describeHold(h)), "edit it: a new revision is approved anew")
		}
		most = max(most, n)
	}
	return most, nil
}

func describeHold(h message.HoldReason) string {
	if h == message.HoldBytesChanged {
		return "what is stored is not what was approved"
	}
	return "of " + string(h)
}

// together lets one person decide alone, or records the first of two. Two are
// two different people.
func together(t *store.Tx, people int, act, subject string, by Actor) (Decided, error) {
	if people <= 1 {
		return Decided{Done: true}, t.ForgetCountersign(act, subject)
	}
	first, err := t.Countersign(act, subject, by.Name)
	if err != nil {
		return Decided{}, err
	}
	if first != "" {
		return Decided{Done: true, First: first}, nil
	}
	person, err := t.Tie(by.Name)
	if err != nil {
		return Decided{}, err
	}
	return Decided{}, t.Record(ledger.Countersigned, ledger.DecisionBody{Act: act, Subject: subject, By: person, Verified: by.Verified})
}

// dropStaleRelease forgets the first of two releases once nothing is held any
// more.
func dropStaleRelease(t *store.Tx, id string) error {
	holds, err := t.Holds(id)
	if err != nil || len(holds) > 0 {
		return err
	}
	return t.ForgetCountersign(actRelease, id)
}

// Cancel ends a message that has not begun, or cancels what has not started of
// one under way.
func (o *Office) Cancel(ctx context.Context, id, reason string, by Actor) error {
	err := o.update(ctx, by, func(t *store.Tx) error {
		m, err := t.Message(id)
		if err != nil {
			return missing(err, "message "+id, tryList)
		}
		body := ledger.MessageBody{Message: id, From: m.State}
		switch {
		case m.State.Can(message.Cancelled) && m.State != message.Releasing && m.State != message.ReleasedWithOpen:
			body.To = message.Cancelled
			err = t.SetCancelled(id)
		case m.State == message.Releasing:
			err = t.CancelRest(id)
		default:
			return refuse(Conflict, fmt.Sprintf("message %s is %s; there is nothing to cancel", id, m.State), "")
		}
		if err != nil {
			return err
		}
		if err := t.ForgetCountersign(actRelease, id); err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageCancelled, by, reason, body)
	})
	if err != nil {
		return fmt.Errorf("cancel %s: %w", id, err)
	}
	o.queue.Wake()
	return nil
}

// Rehearse runs a submitted message as a rehearsal of its own: everything
// happens and nothing leaves. The live message does not move.
func (o *Office) Rehearse(ctx context.Context, id string, by Actor) (int, error) {
	var run int
	err := o.update(ctx, by, func(t *store.Tx) error {
		m, err := t.Message(id)
		if err != nil {
			return missing(err, "message "+id, tryList)
		}
		plan, err := t.Plan(id, m.Revision)
		if err != nil {
			return err
		}
		if len(plan) == 0 || m.State == message.Draft {
			return refuse(Conflict, fmt.Sprintf("message %s has not been submitted: there is nothing frozen to rehearse", id), fmt.Sprintf("submit it with `clarion message submit %s`", id))
		}
		if run, err = t.PlanRehearsal(m); err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageRehearsed, by, "", ledger.MessageBody{Message: id, Revision: m.Revision, Run: run})
	})
	if err != nil {
		return 0, fmt.Errorf("rehearse %s: %w", id, err)
	}
	o.queue.Wake()
	return run, nil
}
