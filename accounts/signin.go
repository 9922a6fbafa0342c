package accounts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// SignIn is what somebody types to sign in.
type SignIn struct {
	Name     string
	Password string
	Code     string // of the second factor, or a recovery code; empty before it is asked for
	Address  string // where they come from
}

// Session is what a session remembers of whoever signed in.
type Session struct {
	Person     string
	Generation int64
	Proved     time.Time // when a second factor was given; zero if none was
	Began      time.Time // when they signed in
	Until      time.Time // when it ends at the latest; zero for the usual time
	Outside    bool      // they came through the provider of single sign-on
}

// ErrCodeWanted says that name and password are right and a second factor is
// asked for. Nothing is signed in yet.
var ErrCodeWanted = errors.New("a code of the second factor is wanted")

// wrong is all that a refused sign-in says.
func wrong() error {
	return office.Refuse(office.Forbidden, "name, password or code is wrong", "try again, or ask an administrator for a new password")
}

// SignIn checks who somebody is. While they must wait nothing is checked, so
// that nothing can be learned by going on.
func (a *Accounts) SignIn(ctx context.Context, in SignIn) (Session, error) {
	name := strings.ToLower(strings.TrimSpace(in.Name))
	leave, err := a.enter(ctx)
	if err != nil {
		return Session{}, err
	}
	defer leave()
	attempt, err := a.try(ctx, name, in.Address)
	if err != nil {
		return Session{}, err
	}
	account, err := a.active(ctx, name)
	if err != nil {
		return Session{}, err
	}
	if !people.PasswordMatches(in.Password, account.Password) {
		return Session{}, wrong()
	}
	if account.Factor != "" && strings.TrimSpace(in.Code) == "" {
		return Session{}, cmp.Or(a.forgive(ctx, attempt), ErrCodeWanted)
	}
	session := Session{Person: name, Generation: account.Generation, Began: time.Now()}
	err = a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if account.Factor != "" {
			if err := mustProve(t, account, in.Code); err != nil {
				return err
			}
			session.Proved = t.Now()
		}
		if err := t.ForgetAttempt(attempt); err != nil { // counted for the address, too
			return err
		}
		return t.ForgetFailedSignIns(hashed("sign-in", name))
	})
	if errors.Is(err, errNotProved) {
		return Session{}, wrong()
	}
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	return session, nil
}

var errNotProved = errors.New("the code is wrong")

// try counts a try as a failed one before anything is checked, and refuses
// whoever failed too often of late: of many that come at once no more are
// checked than of as many that come one by one. What succeeds is forgiven.
func (a *Accounts) try(ctx context.Context, name, address string) (attempt int64, err error) {
	account := hashed("sign-in", name)
	err = a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := mayTry(t, account, address); err != nil {
			return err
		}
		attempt, err = t.RecordFailedSignIn(account, address)
		return err
	})
	return attempt, err
}

// mayTry refuses whoever failed too often of late.
func mayTry(t *store.Tx, account, address string) error {
	attempts, err := t.Attempts(account, address)
	if err != nil {
		return err
	}
	if wait := attempts.Wait(t.Now()); wait > 0 {
		return office.Refuse(office.TooMany, "too many sign-ins failed", fmt.Sprintf("wait %s", wait.Round(time.Second)))
	}
	return nil
}

// forgive forgets a try that did not fail.
func (a *Accounts) forgive(ctx context.Context, attempt int64) error {
	err := a.store.Update(ctx, time.Now(), func(t *store.Tx) error { return t.ForgetAttempt(attempt) })
	if err != nil {
		return fmt.Errorf("forgive a sign-in: %w", err)
	}
	return nil
}

// active gives the account of somebody who may sign in, or one that no password
// fits.
func (a *Accounts) active(ctx context.Context, name string) (store.Account, error) {
	none := store.Account{Password: people.NoPassword}
	p, err := a.store.Person(ctx, name)
	if errors.Is(err, store.ErrNotFound) || err == nil && (!p.Active() || p.Kind != people.Human || !a.byPassword(p)) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	account, err := a.store.Account(ctx, name)
	if err == nil && account.Password == "" {
		return none, nil
	}
	return account, err
}

// prove takes a code of the second factor, or a recovery code.
func prove(t *store.Tx, account store.Account, code string) (bool, error) {
	if step, ok := people.MatchFactor(code, account.Factor, account.FactorStep, t.Now()); ok {
		return t.UseFactor(account.Person, step)
	}
	return t.UseRecoveryCode(account.Person, people.HashRecoveryCode(code))
}

// mustProve is prove; what does not fit is errNotProved.
func mustProve(t *store.Tx, account store.Account, code string) error {
	proved, err := prove(t, account, code)
	if err == nil && !proved {
		err = errNotProved
	}
	return err
}

// Recognise gives whom a session is of, if it still holds.
func (a *Accounts) Recognise(ctx context.Context, s Session) (office.Actor, bool, error) {
	p, err := a.store.Person(ctx, s.Person)
	if errors.Is(err, store.ErrNotFound) || err == nil && !p.Active() {
		return office.Actor{}, false, nil
	}
	if err != nil {
		return office.Actor{}, false, err
	}
	account, err := a.store.Account(ctx, s.Person)
	if err != nil || account.Generation != s.Generation {
		return office.Actor{}, false, err
	}
	return office.Actor{Name: s.Person, Verified: true, Proved: s.Proved, Since: s.Began}, true, nil
}

// RecogniseToken gives whom a token is of. One that was revoked or has expired
// is recognised and allows nothing.
func (a *Accounts) RecogniseToken(ctx context.Context, secret string) (office.Actor, bool, error) {
	if !people.IsToken(secret) {
		return office.Actor{}, false, nil
	}
	token, found, err := a.store.TokenByHash(ctx, people.HashToken(secret))
	if err != nil || !found {
		return office.Actor{}, false, err
	}
	if err := a.stillSeen(ctx, token.Owner); err != nil {
		return office.Actor{}, false, err
	}
	return office.Actor{Name: token.Owner, Verified: true, Token: &token}, true, nil
}

// Prove gives a session a fresh second factor.
func (a *Accounts) Prove(ctx context.Context, s Session, code, address string) (Session, error) {
	leave, err := a.enter(ctx)
	if err != nil {
		return s, err
	}
	defer leave()
	attempt, err := a.try(ctx, s.Person, address)
	if err != nil {
		return s, err
	}
	err = a.own(ctx, office.Actor{Name: s.Person, Verified: true}, func(t *store.Tx, account store.Account) error {
		if account.Factor == "" {
			return office.Refuse(office.Conflict, "you have no second factor", "set one up in the browser, at /account")
		}
		if err := mustProve(t, account, code); err != nil {
			return err
		}
		s.Proved = t.Now()
		return t.ForgetAttempt(attempt)
	})
	if errors.Is(err, errNotProved) {
		return s, wrong()
	}
	return s, err
}
