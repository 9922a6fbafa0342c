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

// Policies lists what messages must have before they leave.
func (v View) Policies(ctx context.Context) ([]people.Policy, error) {
	if err := v.may(ctx, people.ReadPeople); err != nil {
		return nil, err
	}
	return v.office.store.Policies(ctx)
}

// SetPolicy sets what messages of a department, to an audience, must have. It
// counts from the next submit; what is in review meets it too, since it is read
// at each approval.
func (o *Office) SetPolicy(ctx context.Context, p people.Policy, by Actor) error {
	if d := p.Check(); d != nil {
		return Refuse(Invalid, d.Says, d.Try)
	}
	err := o.decide(ctx, by, people.SetPolicy, p.Department, func(t *store.Tx) error {
		if err := o.known(t, p); err != nil {
			return err
		}
		if err := t.PutPolicy(p); err != nil {
			return err
		}
		return Record(t, ledger.PolicyChanged, by, "", ledger.DecisionBody{Subject: subjectOf(p.Department, p.Audience), Mode: describePolicy(p)})
	})
	if err != nil {
		return fmt.Errorf("set a policy: %w", err)
	}
	return nil
}

// known refuses a policy about what is not there.
func (o *Office) known(t *store.Tx, p people.Policy) error {
	if p.Department != "" {
		there, err := t.HasDepartment(p.Department)
		if err != nil {
			return err
		}
		if !there {
			return noDepartment(p.Department)
		}
	}
	if p.Audience == "" {
		return nil
	}
	all, err := t.Audiences()
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Name == p.Audience {
			return nil
		}
	}
	return Refuse(NotFound, fmt.Sprintf("there is no audience called %s", message.Quote(p.Audience)), "`clarion audience list` shows them")
}

func subjectOf(department, audience string) string { return department + "/" + audience }

func describePolicy(p people.Policy) string {
	s := fmt.Sprintf("approvals=%d", p.Approvals)
	if p.Role != "" {
		s += " role=" + string(p.Role)
	}
	if p.Above > 0 {
		s += fmt.Sprintf(" above=%d", p.Above)
	}
	if p.SecondFactor {
		s += " second-factor"
	}
	return s
}

// DropPolicy takes a policy away.
func (o *Office) DropPolicy(ctx context.Context, department, audience string, by Actor) error {
	err := o.decide(ctx, by, people.SetPolicy, department, func(t *store.Tx) error {
		err := t.DeletePolicy(department, audience)
		if errors.Is(err, store.ErrNotFound) {
			return Refuse(NotFound, "there is no such policy", "`clarion policy list` shows them")
		}
		if err != nil {
			return err
		}
		return Record(t, ledger.PolicyChanged, by, "", ledger.DecisionBody{Subject: subjectOf(department, audience), Mode: "none"})
	})
	if err != nil {
		return fmt.Errorf("drop a policy: %w", err)
	}
	return nil
}
