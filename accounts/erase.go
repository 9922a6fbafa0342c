package accounts

import (
	"context"
	"errors"
	"fmt"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// actErase is the decision to erase a person, which takes two.
const actErase = "erase"

// Erased is what came of a decision to erase a person.
type Erased struct {
	Done    bool   // false: it waits for a second administrator
	Already bool   // the same administrator had decided so before
	Name    string // the neutral one that stands where theirs did
	Ties    int    // names and texts of the ledger that were bound anew
	// Unclean says why the file may still hold, where nothing reads it, what was
	// erased; empty if it does not. The next start takes it away.
	Unclean string
}

// Erase takes a person out of the database for good: a neutral name stands
// where theirs did, and the ledger still verifies. It takes two administrators,
// and a person who is disabled and has nothing open.
func (a *Accounts) Erase(ctx context.Context, name string, by office.Actor) (Erased, error) {
	open, err := a.store.OpenOf(ctx, name)
	if err != nil {
		return Erased{}, err
	}
	var erased Erased
	err = a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		p, err := erasable(t, name, open)
		if err != nil {
			return err
		}
		err = office.ForgetLapsed(t, actErase, name, func(admin string) error {
			return office.Allowed(t, office.Actor{Name: admin}, people.ManagePeople, "")
		})
		if err != nil {
			return err
		}
		first, fresh, err := t.Countersign(actErase, name, "", by.Name)
		switch {
		case err != nil:
			return err
		case first != "":
			erased.Done = true
			return erase(t, p, first, by, &erased)
		case !fresh:
			erased.Already = true
			return nil
		}
		subject, err := t.Tie(name)
		if err != nil {
			return err
		}
		return office.Record(t, ledger.Countersigned, by, "", ledger.DecisionBody{Act: actErase, Subject: subject})
	})
	if err != nil {
		return Erased{}, fmt.Errorf("erase %s: %w", name, err)
	}
	if erased.Done {
		if err := a.store.Clean(ctx); err != nil {
			erased.Unclean = err.Error()
		}
	}
	return erased, nil
}

// erase records the erasure under the neutral name.
func erase(t *store.Tx, p people.Person, first string, by office.Actor, erased *Erased) error {
	e, err := t.Erase(p, hashed("sign-in", p.Name))
	if err != nil {
		return err
	}
	erased.Name, erased.Ties = e.Name, len(e.Ties)
	with, err := t.Tie(first)
	if err != nil {
		return err
	}
	return office.Record(t, ledger.PersonErased, by, "", ledger.DecisionBody{
		Subject: e.Name, With: with, Count: len(e.Ties), Digest: ledger.RootOf(e.Ties).String(),
	})
}

// erasable refuses whoever still has access, or something open.
func erasable(t *store.Tx, name string, open []string) (people.Person, error) {
	p, err := known(t, name)
	if err != nil {
		return p, err
	}
	debts, err := t.OpenDebtsOf(name)
	if err != nil {
		return p, err
	}
	frozen, err := t.Frozen()
	switch {
	case err != nil:
		return p, err
	case p.Active():
		return p, office.Refuse(office.Conflict, name+" can still sign in", fmt.Sprintf("disable them first with `clarion user disable %s`", name))
	case len(open) > 0:
		return p, office.Refuse(office.Conflict, fmt.Sprintf("%s left message %s open", name, open[0]), "have somebody else edit, finish or cancel it first")
	case debts > 0:
		return p, office.Refuse(office.Conflict, name+" let go in an emergency what nobody approved yet", "settle it first with `clarion message settle`")
	case frozen:
		return p, office.Refuse(office.Conflict, "everything is frozen, and the file FREEZE may name "+name, "thaw first")
	}
	return p, nil
}

// known gives a person who is there and was not erased.
func known(t *store.Tx, name string) (people.Person, error) {
	p, err := t.Person(name)
	if errors.Is(err, store.ErrNotFound) {
		return p, nobody(name)
	}
	if err == nil && people.IsErased(name) {
		err = office.Refuse(office.Conflict, name+" is a neutral name; whose it was is not known any more", "add a new person")
	}
	return p, err
}
