package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// decide runs a use case in one transaction by somebody who may do it in a
// department, or for the whole office if that is empty.
func (o *Office) decide(ctx context.Context, by Actor, act people.Act, department string, change func(*store.Tx) error) error {
	return o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := Allowed(t, by, act, department); err != nil {
			return err
		}
		return change(t)
	})
}

// onMessage runs a use case about a message. Whoever may not see its department
// is told that there is no such message.
func (o *Office) onMessage(ctx context.Context, by Actor, act people.Act, id string, change func(*store.Tx, message.Message) error) error {
	return o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		m, err := t.Message(id)
		if err != nil {
			return missing(err, "message "+id, tryList)
		}
		if err := mayOn(t, by, act, m.Department, "message "+id, tryList); err != nil {
			return err
		}
		return change(t, m)
	})
}

// onSend runs a use case about a send, as onMessage does.
func (o *Office) onSend(ctx context.Context, by Actor, act people.Act, id int64, change func(*store.Tx, message.Send) error) error {
	what, try := fmt.Sprintf("send %d", id), "`clarion send list` shows them"
	return o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		s, err := t.Send(id)
		if err != nil {
			return missing(err, what, try)
		}
		m, err := t.Message(s.Message)
		if err != nil {
			return err
		}
		if err := mayOn(t, by, act, m.Department, what, try); err != nil {
			return err
		}
		return change(t, s)
	})
}

// mayAlso refuses an act on a message about another to whoever may not do the
// same in the department of that other: nobody else corrects or withdraws what
// a department said. It names no department, which may not be known to them.
func mayAlso(t *store.Tx, by Actor, act people.Act, original string) error {
	if original == "" {
		return nil
	}
	m, err := t.Message(original)
	if err != nil {
		return missing(err, "message "+original, tryList)
	}
	err = Allowed(t, by, act, m.Department)
	if _, refused := errors.AsType[*Refusal](err); refused {
		return Refuse(Forbidden, fmt.Sprintf("%s may not %s in the department of message %s, which this is about", by.Name, act.Words(), original),
			"let somebody do it who may there as well")
	}
	return err
}

// allowedOn refuses an act on a message, and on what it is about.
func allowedOn(t *store.Tx, by Actor, act people.Act, m message.Message) error {
	if err := Allowed(t, by, act, m.Department); err != nil {
		return err
	}
	return mayAlso(t, by, act, m.Original())
}

// mayOn refuses an act on something of a department, and that it is there to
// whoever may not see it.
func mayOn(t *store.Tx, by Actor, act people.Act, department, what, try string) error {
	if Allowed(t, by, people.ReadMessages, department) != nil {
		p, err := t.Person(by.Name)
		if err == nil && p.Active() && len(p.Grants) > 0 {
			return Refuse(NotFound, "there is no "+what, try)
		}
	}
	return Allowed(t, by, act, department)
}
