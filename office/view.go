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

// View is what somebody may see. What belongs to a department that they may not
// see is not there for them.
type View struct {
	office *Office
	by     Actor
}

// View gives what somebody may see.
func (o *Office) View(by Actor) View { return View{o, by} }

// Owner is whoever has the data folder itself: they may read all of it.
func Owner() Actor { return Actor{Local: true} }

// who gives whoever looks, as they are now.
func (v View) who(ctx context.Context) (people.Who, error) {
	p, err := v.office.store.Person(ctx, v.by.Name)
	if errors.Is(err, store.ErrNotFound) {
		return people.Who{}, stranger(v.by.Name)
	}
	return people.Who{Person: p, Token: v.by.Token, Proved: v.by.Proved}, err
}

// may refuses whoever may not do an act that only reads, for the whole office.
func (v View) may(ctx context.Context, act people.Act) error {
	if v.owns() && ofOwner(act) {
		return nil
	}
	who, err := v.who(ctx)
	if err != nil {
		return err
	}
	if d := who.May(act, "", time.Now()); d != nil {
		return Refuse(Forbidden, d.Says, d.Try)
	}
	return nil
}

func (v View) owns() bool { return v.by.owns() }

// message gives a message that may be seen.
func (v View) message(ctx context.Context, id string) (message.Message, error) {
	m, err := v.office.store.Message(ctx, id)
	if err != nil {
		return m, missing(err, "message "+id, tryList)
	}
	return m, v.sees(ctx, m.Department, "message "+id, tryList)
}

// send gives a send of a message that may be seen.
func (v View) send(ctx context.Context, id int64) (message.Send, error) {
	what, try := fmt.Sprintf("send %d", id), "`clarion send list` shows them"
	s, err := v.office.store.Send(ctx, id)
	if err != nil {
		return s, missing(err, what, try)
	}
	m, err := v.office.store.Message(ctx, s.Message)
	if err != nil {
		return s, err
	}
	return s, v.sees(ctx, m.Department, what, try)
}

// sees refuses as if it were not there what somebody of the office may not see.
func (v View) sees(ctx context.Context, department, what, try string) error {
	if v.owns() {
		return nil
	}
	who, err := v.who(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	if d := who.May(people.ReadMessages, "", now); d != nil {
		return Refuse(Forbidden, d.Says, d.Try)
	}
	if !who.Sees(department, now) {
		return Refuse(NotFound, "there is no "+what, try)
	}
	return nil
}

// departments lists those whose messages may be seen; nil for all of them.
func (v View) departments(ctx context.Context) ([]string, error) {
	if v.owns() {
		return nil, nil
	}
	who, err := v.who(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if d := who.May(people.ReadMessages, "", now); d != nil {
		return nil, Refuse(Forbidden, d.Says, d.Try)
	}
	seen := []string{}
	for _, g := range who.Person.Grants {
		if g.Department == people.Everywhere && g.Role.Known() {
			return nil, nil
		}
		seen = append(seen, g.Department)
	}
	return seen, nil
}
