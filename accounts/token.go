package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// maxTokenName bounds what a token is called, in bytes.
const maxTokenName = 100

// NewToken is a token that somebody wants.
type NewToken struct {
	Name  string
	Owner string // empty: themselves; a system's, if they manage people
	Scope people.Scope
	Test  bool
	Age   time.Duration
}

// MakeToken makes a token and gives its secret, which is shown once.
func (a *Accounts) MakeToken(ctx context.Context, n NewToken, by office.Actor) (secret string, made people.Token, err error) {
	n.Name = strings.TrimSpace(n.Name)
	switch {
	case n.Name == "" || len(n.Name) > maxTokenName || strings.ContainsFunc(n.Name, unicode.IsControl):
		return "", made, office.Refuse(office.Invalid, fmt.Sprintf("a token has a name of 1 to %d bytes on one line", maxTokenName), "say what it is for")
	case n.Scope != people.ScopeRead && n.Scope != people.ScopeDraft && n.Scope != people.ScopeAll:
		return "", made, office.Refuse(office.Invalid, fmt.Sprintf("there is no scope called %q", n.Scope), "choose read, draft or all")
	case n.Age <= 0 || n.Age > people.MaxTokenAge:
		return "", made, office.Refuse(office.Invalid, "a token lasts for 1 hour to 366 days", "choose when it expires")
	}
	secret = people.NewTokenSecret(n.Test)
	made = people.Token{Name: n.Name, Owner: n.Owner, Hash: people.HashToken(secret), Scope: n.Scope, Test: n.Test}
	if made.Owner == "" {
		made.Owner = by.Name
	}
	change := func(t *store.Tx) (err error) {
		made.CreatedAt, made.ExpiresAt = t.Now(), t.Now().Add(n.Age)
		if made.ID, err = t.InsertToken(made); err != nil {
			return err
		}
		return record(t, ledger.TokenMade, by, made.Owner)
	}
	if made.Owner == by.Name {
		err = a.own(ctx, by, func(t *store.Tx, _ store.Account) error { return change(t) })
	} else {
		err = a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error { return a.ofSystem(t, made.Owner, change) })
	}
	if err != nil {
		return "", people.Token{}, fmt.Errorf("make a token: %w", err)
	}
	return secret, made, nil
}

// ofSystem makes a token for a system alone: a person makes their own.
func (a *Accounts) ofSystem(t *store.Tx, owner string, change func(*store.Tx) error) error {
	p, err := known(t, owner)
	switch {
	case err != nil:
		return err
	case p.Kind != people.System:
		return office.Refuse(office.Forbidden, owner+" is a person, who makes their own tokens", "let them sign in and make it")
	}
	return change(t)
}

// RevokeToken ends a token: one's own, or any if one manages people.
func (a *Accounts) RevokeToken(ctx context.Context, id int64, by office.Actor) error {
	err := a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		owner := by.Name
		if office.Allowed(t, by, people.ManagePeople, "") == nil {
			owner = ""
		} else if err := signedIn(t, by); err != nil {
			return err
		}
		token, err := t.Token(id)
		if err == nil {
			err = t.RevokeToken(id, owner)
		}
		if errors.Is(err, store.ErrNotFound) {
			return noToken(id, owner)
		}
		if err != nil {
			return err
		}
		return record(t, ledger.TokenRevoked, by, token.Owner)
	})
	if err != nil {
		return fmt.Errorf("revoke token %d: %w", id, err)
	}
	return nil
}

// noToken refuses an id; an empty owner is whoever manages people.
func noToken(id int64, owner string) error {
	if owner == "" {
		return office.Refuse(office.NotFound, fmt.Sprintf("there is no token %d that holds", id), "`clarion token list --of NAME` shows somebody's")
	}
	return office.Refuse(office.NotFound, fmt.Sprintf("you have no token %d that holds", id), "`clarion token list` shows them")
}

// Tokens lists the tokens of whoever asks, or of another person or a system if
// they manage people. No list has a token's secret.
func (a *Accounts) Tokens(ctx context.Context, owner string, by office.Actor) ([]people.Token, error) {
	switch {
	case by.Name == "":
		return nil, office.Refuse(office.Forbidden, "you are not signed in", "sign in with `clarion login`")
	case owner == "" || owner == by.Name:
		return a.ownTokens(ctx, by)
	}
	err := a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		_, err := t.Person(owner)
		if errors.Is(err, store.ErrNotFound) {
			return nobody(owner)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the tokens of %s: %w", owner, err)
	}
	return a.store.Tokens(ctx, owner)
}

// ownTokens lists the tokens of whoever asks. One that was revoked tells
// nothing.
func (a *Accounts) ownTokens(ctx context.Context, by office.Actor) ([]people.Token, error) {
	if by.Token != nil {
		if err := a.update(ctx, by, people.ReadPeople, "", func(*store.Tx) error { return nil }); err != nil {
			return nil, fmt.Errorf("list tokens: %w", err)
		}
	}
	return a.store.Tokens(ctx, by.Name)
}
