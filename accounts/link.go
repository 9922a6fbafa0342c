package accounts

import (
	"context"
	"fmt"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// maxSubject bounds a subject, in bytes (OpenID Connect Core 1.0, section 2).
const maxSubject = 255

// Link binds a person to a subject of the provider. From then on they sign in
// there and not by a password, and their roles follow their groups. A subject
// that was bound to somebody else is theirs no more.
func (a *Accounts) Link(ctx context.Context, name, subject string, by office.Actor) error {
	if a.settings.Outside == nil {
		return office.Refuse(office.Conflict, "single sign-on is not configured", "write [oidc] into the configuration and restart")
	}
	if subject == "" || len(subject) > maxSubject || people.OneLine(subject, maxSubject) != subject {
		return office.Refuse(office.Invalid, fmt.Sprintf("the subject is missing, longer than %d bytes, or can't be one", maxSubject), "copy it from `clarion user list --json`, or from the provider")
	}
	err := a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		p, err := known(t, name)
		if err != nil {
			return err
		}
		if p.Kind != people.Human {
			return office.Refuse(office.Conflict, name+" is a system, which has tokens and never signs in", "make a token for it")
		}
		if err := a.somebodyLeft(t, p); err != nil {
			return err
		}
		return bind(t, name, a.settings.Outside.Issuer, subject, by)
	})
	if err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	return nil
}

// bind binds, and records it for whoever loses the subject as well.
func bind(t *store.Tx, name, issuer, subject string, by office.Actor) error {
	before, taken, err := t.PersonOf(issuer, subject)
	if err != nil {
		return err
	}
	if err := t.Bind(name, issuer, subject); err != nil {
		return err
	}
	if taken && before != name {
		if err := record(t, ledger.IdentityChanged, by, before); err != nil {
			return err
		}
	}
	return record(t, ledger.IdentityChanged, by, name)
}

// somebodyLeft refuses to bind the last administrator who could get in with the
// provider down.
func (a *Accounts) somebodyLeft(t *store.Tx, p people.Person) error {
	if !isAdmin(p) || a.bound(p) {
		return nil
	}
	all, err := t.People()
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Name != p.Name && other.Kind == people.Human && other.Active() && isAdmin(other) && !a.bound(other) {
			return nil
		}
	}
	return office.Refuse(office.Conflict, p.Name+" is the last administrator who could sign in with the provider down", "add another one first, who is not linked")
}

// Unlink lets a person sign in by a password again, once they chose one. They
// keep the roles they have.
func (a *Accounts) Unlink(ctx context.Context, name string, by office.Actor) error {
	err := a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		p, err := known(t, name)
		if err != nil {
			return err
		}
		if !p.Active() && p.Issuer != "" {
			return office.Refuse(office.Conflict, name+" is disabled, and would come in as somebody new if the link went", "take them out of their groups at the provider, and leave the link")
		}
		if p.Issuer == "" {
			return office.Refuse(office.Conflict, name+" is not linked", "`clarion user list` shows who is")
		}
		if err := t.Unbind(name); err != nil {
			return err
		}
		return record(t, ledger.IdentityChanged, by, name)
	})
	if err != nil {
		return fmt.Errorf("unlink %s: %w", name, err)
	}
	return nil
}
