package office

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// actEmergency names what two people decide together without an approval.
const actEmergency = "emergency"

// Emergency lets go at once what is in review and nobody approved. Two people
// who approve or release do it together; one who holds the role emergency does
// it alone, and leaves a debt: somebody else must approve it afterwards. What
// leaves is bound to the digest as ever.
func (o *Office) Emergency(ctx context.Context, id, digest, reason string, by Actor) (Decided, error) {
	if strings.TrimSpace(reason) == "" {
		return Decided{}, Refuse(Invalid, "an emergency has a reason", "say with --reason what it is")
	}
	var decided Decided
	err := o.onMessage(ctx, by, people.ReadMessages, id, func(t *store.Tx, m message.Message) (err error) {
		if err := o.mayRush(t, m, digest); err != nil {
			return err
		}
		alone := allowedOn(t, by, people.EmergencySend, m) == nil
		if alone {
			decided = Decided{Done: true}
		} else if decided, err = o.rushTogether(t, m, reason, by); err != nil || !decided.Done {
			return err
		}
		if err := t.SetLetGo(m, by.Name); err != nil {
			return err
		}
		if alone {
			err = t.InsertDebt(id, digest, by.Name)
		}
		if err != nil {
			return err
		}
		with, err := t.Tie(decided.First)
		if err != nil {
			return err
		}
		return recordMessage(t, ledger.MessageEmergency, by, reason, ledger.MessageBody{
			Message: id, Revision: m.Revision, Digest: digest, From: m.State, To: message.Approved, With: with,
		})
	})
	if err != nil {
		return Decided{}, fmt.Errorf("release %s in an emergency: %w", id, err)
	}
	o.queue.Wake()
	return decided, nil
}

// mayRush refuses what even an emergency doesn't change: the bytes that were
// seen, and where they go.
func (o *Office) mayRush(t *store.Tx, m message.Message, digest string) error {
	switch {
	case m.State != message.InReview:
		return Refuse(Conflict, fmt.Sprintf("message %s is %s; only one in review can be released in an emergency", m.ID, m.State), "submit it first")
	case digest != m.SubmittedDigest:
		return Refuse(Conflict, fmt.Sprintf("what you saw of message %s is not what is in review now", m.ID),
			fmt.Sprintf("look at it with `clarion message show %s` and name the digest that it shows", m.ID))
	}
	if err := mayAmend(t, m); err != nil {
		return err
	}
	return o.sameDestinations(t, m)
}

// rushTogether takes the word of one of two.
func (o *Office) rushTogether(t *store.Tx, m message.Message, reason string, by Actor) (Decided, error) {
	if err := mayRushTogether(t, m, by); err != nil {
		return Decided{}, err
	}
	decided, err := together(t, 2, act{
		name: actEmergency, subject: m.ID, about: m.SubmittedDigest, message: m.ID, reason: reason, by: by,
		may: func(name string) error { return mayRushTogether(t, m, Actor{Name: name}) },
	})
	if err != nil || !decided.Done {
		return decided, err
	}
	return decided, oneOfTwoDidNotWrite(t, m, decided.First, by)
}

// oneOfTwoDidNotWrite refuses two of whom each submitted or edited the message:
// nobody owes an approval afterwards, so one of them must see it with fresh eyes.
func oneOfTwoDidNotWrite(t *store.Tx, m message.Message, first string, by Actor) error {
	for _, who := range []Actor{{Name: first}, by} {
		err := notTheirOwn(t, m, "let go", "", who)
		if _, refused := errors.AsType[*Refusal](err); !refused {
			return err
		}
	}
	return Refuse(Forbidden, fmt.Sprintf("%s and %s both wrote message %s", first, by.Name, m.ID),
		"let one of the two be somebody else, or somebody with the role emergency let it go alone")
}

func mayRushTogether(t *store.Tx, m message.Message, by Actor) error {
	return allowedOn(t, by, people.RushMessage, m)
}

// Settle approves afterwards what one person released in an emergency. Neither
// they may, nor anybody who could not have approved it before: who submitted it
// or edited it.
func (o *Office) Settle(ctx context.Context, id, reason string, by Actor) error {
	err := o.onMessage(ctx, by, people.SettleDebt, id, func(t *store.Tx, m message.Message) error {
		if err := maySettle(t, m, by); err != nil {
			return err
		}
		if err := t.SettleDebt(id, by.Name); err != nil {
			return err
		}
		return recordMessage(t, ledger.DebtSettled, by, reason, ledger.MessageBody{Message: id, Digest: m.ApprovedDigest})
	})
	if err != nil {
		return fmt.Errorf("settle %s: %w", id, err)
	}
	return nil
}

func maySettle(t *store.Tx, m message.Message, by Actor) error {
	debtor, err := t.Debtor(m.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Refuse(Conflict, fmt.Sprintf("message %s owes no approval", m.ID), "`clarion status` shows what owes one")
	case err != nil:
		return err
	case debtor == by.Name:
		return Refuse(Forbidden, fmt.Sprintf("%s let message %s go and can't settle it", by.Name, m.ID), "ask somebody else to settle it")
	}
	if err := mayAlso(t, by, people.SettleDebt, m.Original()); err != nil {
		return err
	}
	return notTheirOwn(t, m, "settle", "", by)
}

// Debts lists what was released in an emergency and still owes an approval.
func (v View) Debts(ctx context.Context) ([]Debt, error) {
	seen, err := v.departments(ctx)
	if err != nil {
		return nil, err
	}
	return v.office.store.Debts(ctx, seen)
}
