package office

import (
	"context"
	"errors"
	"fmt"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Hold keeps an approved message, or what is left of one under way, from
// leaving. Anyone may.
func (o *Office) Hold(ctx context.Context, id, reason string, by Actor) error {
	err := o.onMessage(ctx, by, people.HoldMessage, id, func(t *store.Tx, m message.Message) (err error) {
		if m.State != message.Approved && m.State != message.Releasing {
			return Refuse(Conflict, fmt.Sprintf("message %s is %s; there is nothing to hold", id, m.State), "")
		}
		err = t.Hold(m, message.HoldManual, by.decider())
		if errors.Is(err, store.ErrNotFound) {
			return Refuse(Conflict, fmt.Sprintf("there is nothing of message %s to hold: what has not left is held already", id), "")
		}
		if err != nil {
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

// Cancel ends a message that has not begun, or cancels what has not started of
// one under way.
func (o *Office) Cancel(ctx context.Context, id, reason string, by Actor) error {
	err := o.onMessage(ctx, by, people.CancelMessage, id, func(t *store.Tx, m message.Message) (err error) {
		body := ledger.MessageBody{Message: id, From: m.State}
		switch {
		case m.State.Can(message.Cancelled) && m.State != message.Releasing && m.State != message.ReleasedWithOpen:
			body.To = message.Cancelled
			err = t.SetCancelled(id)
		case m.State == message.Releasing:
			err = t.CancelRest(id)
		default:
			return Refuse(Conflict, fmt.Sprintf("message %s is %s; there is nothing to cancel", id, m.State), "")
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
	err := o.onMessage(ctx, by, people.RehearseMessage, id, func(t *store.Tx, m message.Message) error {
		plan, err := t.Plan(id, m.Revision)
		if err != nil {
			return err
		}
		if len(plan) == 0 || m.State == message.Draft {
			return Refuse(Conflict, fmt.Sprintf("message %s has not been submitted: there is nothing frozen to rehearse", id), fmt.Sprintf("submit it with `clarion message submit %s`", id))
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
