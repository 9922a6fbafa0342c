package office

import (
	"errors"

	"clarion/ledger"
	"clarion/message"
	"clarion/store"
)

// sized is an approved message whose approvals met the policies for an audience
// as large as it was.
type sized struct {
	message   message.Message
	audiences []string
}

// met reports whether a message's approvals are what the policies ask for, with
// the audiences as they were counted.
func (s sized) met(t counted) (bool, error) {
	a, err := approvingOf(t, s.message, s.audiences, Beforehand{})
	return a.missing() == "", err
}

// sizedFor finds the approved messages to an audience that may grow past their
// approvals. A template's has been approved for any size.
func sizedFor(t *store.Tx, audience string) ([]sized, error) {
	policies, err := t.Policies()
	if err != nil || !askSize(policies) {
		return nil, err
	}
	ids, err := t.Awaiting(audience)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	now, err := count(t)
	if err != nil {
		return nil, err
	}
	var all []sized
	for _, id := range ids {
		m, err := t.Message(id)
		if err != nil {
			return nil, err
		}
		r, err := t.Revision(id, m.Revision)
		if err != nil {
			return nil, err
		}
		if r.Template != "" {
			continue
		}
		s := sized{m, r.Content.Plan.Audiences}
		met, err := s.met(now)
		if err != nil {
			return nil, err
		}
		if met {
			all = append(all, s)
		}
	}
	return all, nil
}

// holdOutgrown holds those for whose audience now more approvals are needed than
// were given.
func holdOutgrown(t *store.Tx, all []sized) error {
	if len(all) == 0 {
		return nil
	}
	now, err := count(t)
	if err != nil {
		return err
	}
	for _, s := range all {
		met, err := s.met(now)
		if err != nil {
			return err
		}
		if met {
			continue
		}
		err = t.Hold(s.message, message.HoldAudienceDrift, store.Decider{})
		if errors.Is(err, store.ErrNotFound) { // it is held already
			continue
		}
		body := ledger.MessageBody{Message: s.message.ID, From: s.message.State, Hold: message.HoldAudienceDrift, Why: "an audience has grown past what was approved"}
		if s.message.State == message.Approved {
			body.To = message.Held
		}
		if err == nil {
			err = t.Record(ledger.MessageHeld, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
