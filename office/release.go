package office

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Release lets what is held go on. Some reasons need two different people: the
// first call records, the second acts. Of a channel that changed since the
// approval it accepts what it is now.
func (o *Office) Release(ctx context.Context, id, reason string, by Actor) (Decided, error) {
	var decided Decided
	err := o.onMessage(ctx, by, people.ReleaseMessage, id, func(t *store.Tx, m message.Message) error {
		holds, err := holdsOf(t, m)
		if err != nil {
			return err
		}
		decided, err = o.release(t, release{message: m, holds: holds, reason: reason, by: by})
		return err
	})
	if err != nil {
		return Decided{}, fmt.Errorf("release %s: %w", id, err)
	}
	o.queue.Wake()
	return decided, nil
}

// release is a release of what is held of a message for some reasons.
type release struct {
	message message.Message
	holds   []message.HoldReason
	one     message.HoldReason // release this alone; empty: all
	reason  string
	by      Actor
}

func (o *Office) release(t *store.Tx, r release) (Decided, error) {
	id := r.message.ID
	needed, err := peopleFor(r.message, r.holds)
	if err != nil {
		return Decided{}, err
	}
	if err := r.mayBy(t, r.by.Name); err != nil {
		return Decided{}, err
	}
	var accepts acceptances
	if slices.Contains(r.holds, message.HoldChannelChanged) {
		if accepts, err = o.acceptable(t, r.message); err != nil {
			return Decided{}, err
		}
	}
	decided, err := together(t, needed, act{
		name: actRelease, subject: id, about: joined(r.holds) + accepts.about(), message: id, reason: r.reason, by: r.by,
		may: func(name string) error { return r.may(t, name) },
	})
	decided.Accepts = accepts.changed()
	if err != nil || !decided.Done {
		return decided, err
	}
	return decided, r.write(t, accepts, decided.First)
}

// may refuses somebody who may not be one of the two who release: they lost the
// role, or changed something since.
func (r release) may(t *store.Tx, name string) error {
	if err := Allowed(t, Actor{Name: name}, people.ReleaseMessage, r.message.Department); err != nil {
		return err
	}
	return r.mayBy(t, name)
}

// write lets go what was decided about.
func (r release) write(t *store.Tx, accepts acceptances, first string) error {
	accepted, err := accepts.write(t)
	if err != nil {
		return err
	}
	if r.one == "" {
		err = t.Release(r.message)
	} else {
		err = t.ReleaseOf(r.message, r.one)
	}
	if err != nil {
		return err
	}
	with, err := t.Tie(first)
	if err != nil {
		return err
	}
	return recordMessage(t, ledger.MessageReleased, r.by, r.reason, ledger.MessageBody{
		Message: r.message.ID, From: r.message.State, Hold: r.holds[0], With: with, Accepted: accepted,
	})
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
		return nil, Refuse(Conflict, fmt.Sprintf("nothing of message %s is held", m.ID), "")
	}
	slices.Sort(holds)
	return holds, nil
}

func joined(holds []message.HoldReason) string {
	words := make([]string, len(holds))
	for i, h := range holds {
		words[i] = string(h)
	}
	return strings.Join(words, ",")
}

// peopleFor is how many people must release holds: as many as the strictest
// needs.
func peopleFor(m message.Message, holds []message.HoldReason) (int, error) {
	most := 0
	for _, h := range holds {
		n := h.People()
		if n == 0 {
			return 0, Refuse(Conflict, fmt.Sprintf("message %s is held because %s; nobody can release that", m.ID, describeHold(h)), "edit it: a new revision is approved anew")
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

// dropStaleRelease forgets the first of two releases once nothing is held any
// more.
func dropStaleRelease(t *store.Tx, id string) error {
	holds, err := t.Holds(id)
	if err != nil || len(holds) > 0 {
		return err
	}
	return t.ForgetCountersign(actRelease, id)
}
