// Package accounts holds what people do about themselves and each other: sign
// in, prove a second factor, choose a password, make tokens, give and take
// roles. Who may do what is the rule of package people.
//
// Failure rules. A refused sign-in never says which part was wrong, nor whether
// there is such an account, and takes as long either way. Failures count per
// account and per address; the wait they cause ends by itself. What changes a
// password, a role or a second factor ends every session of that person. A
// secret is shown once, stored hashed, and in no error. Every change stands in
// the ledger, in the transaction that made it; failed sign-ins do not.
package accounts

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"time"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// Teller tells people something by mail, outside of the queue, and keeps nobody
// waiting: how long an answer takes tells nobody whether there is such an
// account.
type Teller interface {
	Tell(to []string, subject, text string)
}

// Settings is what accounts have of the configuration.
type Settings struct {
	Office    string                   // its name, as authenticators show it
	ResetLink func(code string) string // where a password is chosen
	Teller    Teller                   // nil where nothing can be mailed
	Outside   *Outside                 // nil without single sign-on
	// ConfirmLink is where a browser confirms the sign-in of a command line; nil
	// where no pages are served.
	ConfirmLink func(code string) string
}

// Accounts runs the use cases.
type Accounts struct {
	store    *store.Store
	settings Settings
	handoffs handoffs
	checks   chan struct{} // holds one for each check under way
}

// New makes the accounts of an office.
func New(s *store.Store, settings Settings) *Accounts {
	return &Accounts{
		store: s, settings: settings, handoffs: handoffs{all: map[string]*handoff{}}, checks: make(chan struct{}, maxChecks),
	}
}

// maxChecks is how many passwords and codes are checked at once. Each password
// takes 19 MiB, so that a crowd would take all memory.
const maxChecks = 4

// enter waits for one's turn to be checked, and takes it until leave is called.
func (a *Accounts) enter(ctx context.Context) (leave func(), err error) {
	select {
	case a.checks <- struct{}{}:
		return func() { <-a.checks }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// update runs a change by somebody who may do an act for the whole office or in
// a department.
func (a *Accounts) update(ctx context.Context, by office.Actor, act people.Act, department string, change func(*store.Tx) error) error {
	return a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := office.Allowed(t, by, act, department); err != nil {
			return err
		}
		return change(t)
	})
}

// own runs a change that somebody makes to their own account.
func (a *Accounts) own(ctx context.Context, by office.Actor, change func(*store.Tx, store.Account) error) error {
	return a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := signedIn(t, by); err != nil {
			return err
		}
		account, err := t.Account(by.Name)
		if err != nil {
			return err
		}
		return change(t, account)
	})
}

// signedIn refuses whoever has no session of their own.
func signedIn(t *store.Tx, by office.Actor) error {
	if by.Token != nil {
		return notByToken()
	}
	p, err := t.Person(by.Name)
	if err != nil || !p.Active() {
		return office.Refuse(office.Forbidden, "you are not signed in", "sign in with `clarion login`")
	}
	return nil
}

func notByToken() error {
	return office.Refuse(office.Forbidden, "a token can't change the account that it is of", "sign in")
}

// record records a change of somebody's account.
func record(t *store.Tx, kind ledger.Kind, by office.Actor, person string) error {
	subject, err := t.Tie(person)
	if err != nil {
		return err
	}
	return office.Record(t, kind, by, "", ledger.DecisionBody{Subject: subject})
}

// same compares secrets in a time that tells nothing.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// hashed gives what is stored of a secret or of a name that may not be ours.
func hashed(purpose, text string) string {
	sum := sha256.Sum256([]byte("clarion/" + purpose + "/1\n" + text))
	return hex.EncodeToString(sum[:])
}
