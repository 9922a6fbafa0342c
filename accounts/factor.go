package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// Factor is a second factor that is being set up.
type Factor struct {
	Secret  string // as it is typed into an authenticator
	Address string // as a QR code holds it
}

// BeginFactor makes a second factor. It counts once a code of it was given.
func (a *Accounts) BeginFactor(by office.Actor) (Factor, error) {
	secret, address, err := people.NewFactor(a.settings.Office, by.Name)
	return Factor{Secret: secret, Address: address}, err
}

// ConfirmFactor takes over a second factor of which somebody gave a code, and
// gives recovery codes that are shown once. Every session ends.
func (a *Accounts) ConfirmFactor(ctx context.Context, secret, code, password, address string, by office.Actor) ([]string, error) {
	attempt, err := a.knows(ctx, password, address, by)
	if err != nil {
		return nil, err
	}
	if err := a.forgive(ctx, attempt); err != nil {
		return nil, err
	}
	codes := people.NewRecoveryCodes()
	hashes := make([]string, len(codes))
	for i, c := range codes {
		hashes[i] = people.HashRecoveryCode(c)
	}
	err = a.own(ctx, by, func(t *store.Tx, account store.Account) error {
		if account.Factor != "" { // or a password would be enough to put another in its place
			return office.Refuse(office.Conflict, "you have a second factor already", "drop it first, with a code of it")
		}
		step, ok := people.MatchFactor(code, secret, 0, t.Now())
		if !ok {
			return office.Refuse(office.Invalid, "the code does not fit the new second factor", "look at your authenticator, and at its clock")
		}
		if err := t.SetFactor(by.Name, secret, step, hashes); err != nil {
			return err
		}
		return record(t, ledger.FactorChanged, by, by.Name)
	})
	if err != nil {
		return nil, fmt.Errorf("set up a second factor: %w", err)
	}
	return codes, nil
}

// DropFactor takes away somebody's own second factor; it takes the password and
// a code. Every session ends.
func (a *Accounts) DropFactor(ctx context.Context, code, password, address string, by office.Actor) error {
	attempt, err := a.knows(ctx, password, address, by)
	if err != nil {
		return err
	}
	err = a.own(ctx, by, func(t *store.Tx, account store.Account) error {
		if err := mustProve(t, account, code); err != nil {
			return err
		}
		if err := t.ForgetAttempt(attempt); err != nil {
			return err
		}
		if err := t.SetFactor(by.Name, "", 0, nil); err != nil {
			return err
		}
		return record(t, ledger.FactorChanged, by, by.Name)
	})
	if errors.Is(err, errNotProved) {
		return office.Refuse(office.Invalid, "the code is wrong", "look at your authenticator, or use a recovery code")
	}
	return err
}

// ResetFactor takes away the second factor of somebody who lost it.
func (a *Accounts) ResetFactor(ctx context.Context, name string, by office.Actor) error {
	if by.Token != nil {
		return noWayIn()
	}
	return a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		if name == by.Name {
			return office.Refuse(office.Forbidden, "nobody resets their own second factor", "drop it in your account, with a code, or ask another administrator")
		}
		if _, err := known(t, name); err != nil {
			return err
		}
		if err := t.SetFactor(name, "", 0, nil); err != nil {
			return err
		}
		return record(t, ledger.FactorChanged, by, name)
	})
}

// knowsAge is how lately somebody signed in through the provider, where
// anybody else gives their password once more.
const knowsAge = 10 * time.Minute

// knows checks a password once more before something that matters, or that
// somebody who has none signed in a moment ago. It gives the try that this was,
// which counts as failed until it is forgiven.
func (a *Accounts) knows(ctx context.Context, password, address string, by office.Actor) (attempt int64, err error) {
	leave, err := a.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	if attempt, err = a.try(ctx, by.Name, address); err != nil {
		return 0, err
	}
	p, err := a.store.Person(ctx, by.Name)
	if err != nil {
		return 0, err
	}
	if a.bound(p) {
		if age := time.Since(by.Since); age < 0 || age > knowsAge {
			if err := a.forgive(ctx, attempt); err != nil {
				return 0, err
			}
			return 0, office.Refuse(office.Forbidden, fmt.Sprintf("you signed in more than %s ago", knowsAge), "sign in again, and do this at once")
		}
		return attempt, nil
	}
	account, err := a.active(ctx, by.Name)
	if err != nil {
		return 0, err
	}
	if !people.PasswordMatches(password, account.Password) {
		return 0, wrong()
	}
	return attempt, nil
}
