package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// maxFullName bounds a person's full name and address, in bytes.
const maxFullName = 200

// names matches a person's short name.
var names = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,39}$`)

// SetPerson adds a person without roles, or changes the names and address of
// the one of that name.
func (a *Accounts) SetPerson(ctx context.Context, p people.Person, by office.Actor) error {
	p, err := tidy(p)
	if err != nil {
		return err
	}
	if by.Token != nil && p.Name == by.Name { // links go to the address
		return notByToken()
	}
	err = a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error { return put(t, p, by) })
	if err != nil {
		return fmt.Errorf("set person %s: %w", p.Name, err)
	}
	return nil
}

// AddFirst adds the first person, who may do everything everywhere. Whoever
// reaches the data folder may, and nobody once there is somebody.
func (a *Accounts) AddFirst(ctx context.Context, p people.Person, password string) error {
	p, err := tidy(p)
	if err != nil {
		return err
	}
	if d := people.CheckPassword(password, p.Name, p.FullName, p.Email, a.settings.Office, "Clarion"); d != nil {
		return office.Refuse(office.Invalid, d.Says, d.Try)
	}
	hash, err := people.HashPassword(password)
	if err != nil {
		return err
	}
	return a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		taken, err := t.AnyPerson()
		if err != nil {
			return err
		}
		if taken {
			return office.Refuse(office.Forbidden, "there are people already", "sign in with `clarion login`; an administrator adds the others")
		}
		by := office.Actor{Name: p.Name}
		if err := put(t, p, by); err != nil {
			return err
		}
		if err := t.SetGrants(p.Name, people.Everywhere, people.Roles()); err != nil {
			return err
		}
		return t.SetPassword(p.Name, hash)
	})
}

func tidy(p people.Person) (people.Person, error) {
	p.FullName, p.Email = strings.TrimSpace(p.FullName), strings.TrimSpace(p.Email)
	switch {
	case !names.MatchString(p.Name):
		return p, office.Refuse(office.Invalid, fmt.Sprintf("%q is no name for a person", p.Name), "use up to 40 lower-case letters, digits, dots or dashes, as in `ada.okoro`")
	case p.FullName == "" || len(p.FullName) > maxFullName:
		return p, office.Refuse(office.Invalid, fmt.Sprintf("the full name is missing, or longer than %d bytes", maxFullName), "give --full-name")
	case strings.ContainsFunc(p.FullName, unicode.IsControl):
		return p, office.Refuse(office.Invalid, "the full name holds a character that does not show", "type it again on one line")
	case p.Kind != people.Human && p.Kind != people.System:
		return p, office.Refuse(office.Invalid, fmt.Sprintf("%q is neither human nor system", p.Kind), "choose one of them")
	case p.Email == "":
		return p, nil
	}
	address, err := mail.ParseAddress(p.Email)
	if err != nil || address.Address != p.Email || len(p.Email) > maxFullName {
		return p, office.Refuse(office.Invalid, "the mail address can't be read", "give one such as ada@example.org")
	}
	return p, nil
}

func put(t *store.Tx, p people.Person, by office.Actor) error {
	kind := ledger.PersonAdded
	switch was, err := t.Person(p.Name); {
	case err == nil && was.Kind != p.Kind:
		return office.Refuse(office.Conflict, fmt.Sprintf("%s is a %s and stays one", p.Name, was.Kind), "choose another name")
	case err == nil:
		kind = ledger.PersonChanged
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if err := t.PutPerson(p); err != nil {
		return err
	}
	return record(t, kind, by, p.Name)
}

// SetRoles replaces the roles that a person holds in a department, or
// everywhere. Whoever manages people there may, and nobody for themselves.
func (a *Accounts) SetRoles(ctx context.Context, name, department string, roles []people.Role, by office.Actor) error {
	for _, r := range roles {
		if !r.Known() {
			return office.Refuse(office.Invalid, fmt.Sprintf("there is no role called %q", r), "choose among "+list(people.Roles()))
		}
	}
	roles = slices.SortedFunc(slices.Values(roles), people.CompareRoles)
	where := department
	if where == people.Everywhere {
		where = ""
	}
	err := a.update(ctx, by, people.ManagePeople, where, func(t *store.Tx) error {
		if err := a.grantable(t, name, department, by); err != nil {
			return err
		}
		if err := t.SetGrants(name, department, roles); err != nil {
			return err
		}
		subject, err := t.Tie(name)
		if err != nil {
			return err
		}
		return office.Record(t, ledger.RolesChanged, by, "", ledger.DecisionBody{Subject: subject, Act: department, Mode: list(roles)})
	})
	if err != nil {
		return fmt.Errorf("set the roles of %s: %w", name, err)
	}
	return nil
}

func (a *Accounts) grantable(t *store.Tx, name, department string, by office.Actor) error {
	if name == by.Name {
		return office.Refuse(office.Forbidden, "nobody gives roles to themselves", "ask another administrator")
	}
	p, err := known(t, name)
	if err != nil {
		return err
	}
	if a.byGroups(p) {
		return office.Refuse(office.Conflict, "the roles of "+name+" follow their groups at the provider of single sign-on", "change their groups there")
	}
	if department == people.Everywhere {
		return nil
	}
	there, err := t.HasDepartment(department)
	if err == nil && !there {
		return office.Refuse(office.NotFound, fmt.Sprintf("there is no department called %q", department), "`clarion department list` shows them")
	}
	return err
}

func list(roles []people.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// Disable ends a person's access at once; Enable gives it back. What they left
// open is listed by office.OpenOf.
func (a *Accounts) Disable(ctx context.Context, name string, by office.Actor) error {
	if name == by.Name {
		return office.Refuse(office.Forbidden, "nobody disables themselves", "ask another administrator")
	}
	return a.setDisabled(ctx, name, true, ledger.PersonDisabled, by)
}

// Enable gives a person their access back, with the roles that they had.
func (a *Accounts) Enable(ctx context.Context, name string, by office.Actor) error {
	return a.setDisabled(ctx, name, false, ledger.PersonEnabled, by)
}

func (a *Accounts) setDisabled(ctx context.Context, name string, disabled bool, kind ledger.Kind, by office.Actor) error {
	return a.update(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		if _, err := known(t, name); err != nil {
			return err
		}
		if err := t.SetDisabled(name, disabled); err != nil {
			return err
		}
		return record(t, kind, by, name)
	})
}

// People lists everyone, with their roles, to whoever holds any.
func (a *Accounts) People(ctx context.Context, by office.Actor) ([]people.Person, error) {
	if err := a.update(ctx, by, people.ReadPeople, "", func(*store.Tx) error { return nil }); err != nil {
		return nil, err
	}
	return a.store.People(ctx)
}

// Self gives whoever is signed in, with how many recovery codes are left; -1 if
// they have no second factor.
func (a *Accounts) Self(ctx context.Context, by office.Actor) (people.Person, int, error) {
	p, err := a.store.Person(ctx, by.Name)
	if err != nil {
		return p, 0, err
	}
	account, err := a.store.Account(ctx, by.Name)
	if err != nil || account.Factor == "" {
		return p, -1, err
	}
	left, err := a.store.RecoveryCodesLeft(ctx, by.Name)
	return p, left, err
}
