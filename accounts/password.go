package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// ResetAge is how long a link holds by which a password is chosen.
const ResetAge = 24 * time.Hour

// ChangePassword takes a new password from somebody who knows the old one.
// Every session ends, this one too.
func (a *Accounts) ChangePassword(ctx context.Context, old, password, address string, by office.Actor) error {
	leave, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	attempt, err := a.try(ctx, by.Name, address)
	if err != nil {
		return err
	}
	account, err := a.active(ctx, by.Name)
	if err != nil {
		return err
	}
	if !people.PasswordMatches(old, account.Password) {
		return wrong()
	}
	if err := a.forgive(ctx, attempt); err != nil {
		return err
	}
	return a.choose(ctx, by.Name, password, by)
}

// choose checks, hashes and stores a new password.
func (a *Accounts) choose(ctx context.Context, name, password string, by office.Actor) error {
	hash, err := a.acceptable(ctx, name, password)
	if err != nil {
		return err
	}
	err = a.own(ctx, by, func(t *store.Tx, _ store.Account) error {
		if err := t.SetPassword(name, hash); err != nil {
			return err
		}
		return record(t, ledger.PasswordChanged, by, name)
	})
	if err != nil {
		return fmt.Errorf("change a password: %w", err)
	}
	return nil
}

// acceptable hashes a password that may be chosen.
func (a *Accounts) acceptable(ctx context.Context, name, password string) (string, error) {
	p, err := a.store.Person(ctx, name)
	if err != nil {
		return "", err
	}
	if d := people.CheckPassword(password, p.Name, p.FullName, p.Email, a.settings.Office, "Clarion"); d != nil {
		return "", office.Refuse(office.Invalid, d.Says, d.Try)
	}
	return people.HashPassword(password)
}

// newReset makes a link's secret of 130 bits.
func newReset() string { return strings.ToLower(rand.Text()) }

// Invite makes a link by which a person chooses a password, and voids the one
// before. Whoever manages people hands it on.
func (a *Accounts) Invite(ctx context.Context, name string, by office.Actor) (link string, err error) {
	if by.Token != nil {
		return "", noWayIn()
	}
	code := newReset()
	err = a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		if name == by.Name {
			return office.Refuse(office.Forbidden, "nobody invites themselves", "change your password in your account, or ask another administrator")
		}
		p, err := known(t, name)
		if err != nil {
			return err
		}
		if p.Kind != people.Human {
			return office.Refuse(office.Conflict, name+" is a system, which has tokens and no password", "make a token for it")
		}
		if !a.byPassword(p) {
			return office.Refuse(office.Conflict, name+" signs in by single sign-on and has no password", "let them sign in there")
		}
		if !p.Active() {
			return office.Refuse(office.Conflict, name+" is disabled, so a link would not work", fmt.Sprintf("give them their access back first with `clarion user enable %s`", name))
		}
		if err := t.InsertReset(hashed("reset", code), name, t.Now().Add(ResetAge)); err != nil {
			return err
		}
		return record(t, ledger.ResetMade, by, name)
	})
	if err != nil {
		return "", fmt.Errorf("invite %s: %w", name, err)
	}
	return a.settings.ResetLink(code), nil
}

// Forgot mails a link to somebody who forgot their password. It answers alike
// whether there is such an account or not, and whether mail can be sent.
func (a *Accounts) Forgot(ctx context.Context, name, address string) error {
	name = strings.ToLower(strings.TrimSpace(name))
	if _, err := a.try(ctx, name, address); err != nil { // which counts, or mail could be sent without end
		return err
	}
	p, err := a.store.Person(ctx, name)
	unreachable := a.settings.Teller == nil || !p.Active() || p.Email == "" || p.Kind != people.Human || !a.byPassword(p)
	if errors.Is(err, store.ErrNotFound) || err == nil && unreachable {
		return nil
	}
	if err != nil {
		return err
	}
	code := newReset()
	err = a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := t.InsertReset(hashed("reset", code), name, t.Now().Add(ResetAge)); err != nil {
			return err
		}
		return record(t, ledger.ResetMade, office.Actor{}, name)
	})
	if err != nil {
		return fmt.Errorf("make a reset link: %w", err)
	}
	a.settings.Teller.Tell([]string{p.Email}, "Choose a new password for Clarion", fmt.Sprintf(
		"Somebody, probably you, asked for a new password for %s at Clarion.\n\nChoose it here within 24 hours:\n\n%s\n\nIf it was not you, do nothing: your password stays as it is.\n", p.Name, a.settings.ResetLink(code)))
	return nil
}

// Reset chooses a password by a link. The second factor stays: it is asked for
// at the next sign-in.
func (a *Accounts) Reset(ctx context.Context, code, password string) (name string, err error) {
	hash := hashed("reset", strings.TrimSpace(code))
	if name, err = a.invited(ctx, hash); err != nil {
		return "", err
	}
	stored, err := a.acceptable(ctx, name, password)
	if err != nil {
		return "", err
	}
	err = a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		still, ok, err := t.Reset(hash)
		if err != nil {
			return err
		}
		if !ok || still != name {
			return spent()
		}
		if err := t.SetPassword(name, stored); err != nil {
			return err
		}
		return record(t, ledger.PasswordChanged, office.Actor{Name: name}, name)
	})
	if err != nil {
		return "", fmt.Errorf("choose a password: %w", err)
	}
	return name, nil
}

// invited gives whom a hashed link is for.
func (a *Accounts) invited(ctx context.Context, hash string) (name string, err error) {
	err = a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		found, ok, err := t.Reset(hash)
		if err != nil {
			return err
		}
		p, err := t.Person(found)
		if !ok || err != nil || !p.Active() || !a.byPassword(p) {
			return spent()
		}
		name = found
		return nil
	})
	return name, err
}

// Invited gives whom a link is for, before they choose a password.
func (a *Accounts) Invited(ctx context.Context, code string) (string, error) {
	return a.invited(ctx, hashed("reset", strings.TrimSpace(code)))
}

func spent() error {
	return office.Refuse(office.NotFound, "this link does not hold any more", "ask for a new one")
}

func nobody(name string) error {
	return office.Refuse(office.NotFound, fmt.Sprintf("there is no person called %s", name), "`clarion user list` shows the names")
}

// noWayIn keeps a token from getting somebody's session: one that leaked would
// be everybody's password.
func noWayIn() error {
	return office.Refuse(office.Forbidden, "a token can't give anybody a way in", "sign in")
}
