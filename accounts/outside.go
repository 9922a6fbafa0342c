package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"time"

	"clarion/ledger"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// outsideName is who decided about roles that follow groups, in the ledger. No
// person can be called so.
const outsideName = "single sign-on"

// Outside is what accounts have of the configuration of single sign-on.
type Outside struct {
	Issuer string
	// Rules give roles by groups. Without any, roles are given here.
	Rules      []people.GroupRule
	Only       bool          // passwords are for administrators who are not bound
	SessionAge time.Duration // how long before the provider is asked again
}

// Identity is who somebody is, as the provider has just said.
type Identity struct {
	Issuer, Subject        string
	Login, FullName, Email string
	Groups                 []string
	GroupsSaid             bool      // false if the provider said nothing of groups
	Proved                 time.Time // when they gave a second factor there; zero if they did not
}

// bound reports whether somebody signs in through the provider, and so not by a
// password.
func (a *Accounts) bound(p people.Person) bool {
	return a.settings.Outside != nil && p.Issuer != "" && p.Issuer == a.settings.Outside.Issuer
}

// byGroups reports whether somebody's roles follow their groups.
func (a *Accounts) byGroups(p people.Person) bool {
	return a.bound(p) && len(a.settings.Outside.Rules) > 0
}

// byPassword reports whether somebody may sign in by a password: where only the
// provider counts, that is an administrator of everything who is not bound to
// it.
func (a *Accounts) byPassword(p people.Person) bool {
	switch {
	case a.settings.Outside == nil:
		return true
	case a.bound(p):
		return false
	}
	return !a.settings.Outside.Only || isAdmin(p)
}

func isAdmin(p people.Person) bool {
	return slices.Contains(p.Grants, people.Grant{Department: people.Everywhere, Role: people.Admin})
}

// TokensFor is how long after a sign-in through the provider somebody's tokens
// count: until then nobody would notice that they are in a group no more.
const TokensFor = 7 * 24 * time.Hour

// stillSeen refuses a token of somebody of whom the provider has said nothing
// for too long.
func (a *Accounts) stillSeen(ctx context.Context, name string) error {
	p, err := a.store.Person(ctx, name)
	if err != nil || !a.bound(p) || time.Since(p.SeenAt) <= TokensFor {
		return err
	}
	return office.Refuse(office.Forbidden, fmt.Sprintf("%s has not signed in by single sign-on for %d days, and until then their tokens allow nothing", name, TokensFor/(24*time.Hour)), "sign in once, then the token counts again")
}

// MayTryOutside refuses whoever failed too often of late from an address. No
// name counts: nobody can make everybody wait.
func (a *Accounts) MayTryOutside(ctx context.Context, address string) error {
	return a.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		return mayTry(t, hashed("single-sign-on-from", address), address)
	})
}

// FailedOutside counts a sign-in through the provider that failed. It counts
// for the address alone: whose it was to be is not known.
func (a *Accounts) FailedOutside(ctx context.Context, attempt, address string) error {
	return a.store.Update(context.WithoutCancel(ctx), time.Now(), func(t *store.Tx) error {
		_, err := t.RecordFailedSignIn(hashed("single-sign-on", attempt), address)
		return err
	})
}

// SignInOutside signs in whom the provider has named. Their roles follow their
// groups from this commit on; whoever holds none is not let in. A first sign-in
// adds a person.
func (a *Accounts) SignInOutside(ctx context.Context, who Identity) (Session, error) {
	if a.settings.Outside == nil || who.Issuer != a.settings.Outside.Issuer || who.Subject == "" {
		return Session{}, office.Refuse(office.Forbidden, "nobody signs in here through that provider", "sign in with your name and password")
	}
	var session Session
	var refusal error
	err := a.store.Update(ctx, time.Now(), func(t *store.Tx) (err error) {
		session, refusal, err = a.admit(t, who)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("sign in through the provider: %w", err)
	}
	return session, refusal // after the commit: what was taken away stays so
}

// admit takes over what the provider says and begins a session, or says why
// not.
func (a *Accounts) admit(t *store.Tx, who Identity) (session Session, refusal, err error) {
	grants, err := a.grants(t, who)
	if err != nil {
		return Session{}, nil, err
	}
	name, known, err := t.PersonOf(who.Issuer, who.Subject)
	if err != nil {
		return Session{}, nil, err
	}
	none := len(a.settings.Outside.Rules) > 0 && len(grants) == 0
	if !known && none {
		return Session{}, a.noRole(who), nil
	}
	if !known {
		if name, err = a.newcomer(t, who); err != nil {
			return Session{}, nil, err
		}
	}
	p, err := a.follow(t, name, who, grants)
	switch {
	case err != nil:
		return Session{}, nil, err
	case !p.Active():
		return Session{}, office.Refuse(office.Forbidden, "your account here is disabled", "ask an administrator"), nil
	case none:
		return Session{}, a.noRole(who), nil
	}
	if err := t.SawIdentity(name); err != nil {
		return Session{}, nil, err
	}
	account, err := t.Account(name)
	if err != nil {
		return Session{}, nil, err
	}
	return Session{
		Person: name, Generation: account.Generation, Proved: who.Proved, Began: t.Now(), Until: t.Now().Add(a.settings.Outside.SessionAge), Outside: true,
	}, nil, nil
}

func (a *Accounts) noRole(who Identity) error {
	if !who.GroupsSaid {
		return office.Refuse(office.Forbidden, "the provider told nothing of your groups, so you hold no role here", "an administrator looks at groups_claim and scopes, or at what the provider tells Clarion")
	}
	return office.Refuse(office.Forbidden, "none of your groups gives a role here", "ask whoever looks after the groups, then sign in again")
}

// grants gives the roles of somebody's groups, in departments that there are.
func (a *Accounts) grants(t *store.Tx, who Identity) ([]people.Grant, error) {
	var kept []people.Grant
	for _, g := range people.GrantsOf(who.Groups, a.settings.Outside.Rules) {
		known := g.Department == people.Everywhere
		if !known {
			var err error
			if known, err = t.HasDepartment(g.Department); err != nil {
				return nil, err
			}
		}
		if known {
			kept = append(kept, g)
		}
	}
	return kept, nil
}

// newcomer adds a person for somebody who comes for the first time, by a name
// that is nobody's.
func (a *Accounts) newcomer(t *store.Tx, who Identity) (string, error) {
	base := people.NameFrom(who.Login, who.Email)
	for n := 1; ; n++ {
		name := people.Numbered(base, n)
		_, err := t.Person(name)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
		if err := t.PutPerson(described(people.Person{Name: name, Kind: people.Human}, who)); err != nil {
			return "", err
		}
		if err := t.Bind(name, who.Issuer, who.Subject); err != nil {
			return "", err
		}
		return name, record(t, ledger.PersonAdded, office.Actor{Name: outsideName}, name)
	}
}

// described takes over what the provider says of somebody, as far as it can be
// shown. An address that can't be written to is left out.
func described(p people.Person, who Identity) people.Person {
	p.FullName = people.OneLine(who.FullName, maxFullName)
	if p.FullName == "" {
		p.FullName = p.Name
	}
	address, err := mail.ParseAddress(who.Email)
	if err == nil && address.Address == who.Email && len(who.Email) <= maxFullName {
		p.Email = who.Email
	} else {
		p.Email = ""
	}
	return p
}

// follow brings a person up to what the provider says, and gives them as they
// are then.
func (a *Accounts) follow(t *store.Tx, name string, who Identity, grants []people.Grant) (people.Person, error) {
	p, err := t.Person(name)
	if err != nil {
		return p, err
	}
	if now := described(p, who); now.FullName != p.FullName || now.Email != p.Email {
		if err := t.PutPerson(now); err != nil {
			return p, err
		}
		if err := record(t, ledger.PersonChanged, office.Actor{Name: outsideName}, name); err != nil {
			return p, err
		}
	}
	if a.byGroups(p) {
		if err := a.followGroups(t, p, who.Groups, grants); err != nil {
			return p, err
		}
	}
	return t.Person(name)
}

// followGroups replaces roles that differ, which ends every session, and
// records each department's with the groups that gave them.
func (a *Accounts) followGroups(t *store.Tx, p people.Person, groups []string, grants []people.Grant) error {
	changed := changedIn(p.Grants, grants)
	if len(changed) == 0 {
		return nil
	}
	if err := t.ReplaceGrants(p.Name, grants); err != nil {
		return err
	}
	for _, department := range changed {
		subject, err := t.Tie(p.Name)
		if err != nil {
			return err
		}
		body := ledger.DecisionBody{Subject: subject, Act: department, Mode: list(rolesIn(grants, department))}
		if err := office.Record(t, ledger.RolesChanged, office.Actor{Name: outsideName}, a.because(groups, department), body); err != nil {
			return err
		}
	}
	return nil
}

// changedIn lists the departments in which two sets of roles differ.
func changedIn(before, after []people.Grant) []string {
	var all []string
	for _, pair := range [2][2][]people.Grant{{before, after}, {after, before}} {
		for _, g := range pair[0] {
			if !slices.Contains(pair[1], g) && !slices.Contains(all, g.Department) {
				all = append(all, g.Department)
			}
		}
	}
	slices.Sort(all)
	return all
}

func rolesIn(grants []people.Grant, department string) []people.Role {
	var roles []people.Role
	for _, r := range people.Roles() {
		if slices.Contains(grants, people.Grant{Department: department, Role: r}) {
			roles = append(roles, r)
		}
	}
	return roles
}

// because names the groups that give roles in a department.
func (a *Accounts) because(groups []string, department string) string {
	why := "no group gives a role here"
	for _, r := range a.settings.Outside.Rules {
		if r.Department != department || !slices.Contains(groups, r.Group) {
			continue
		}
		if part := "group " + r.Group + " gives " + string(r.Role); why == "no group gives a role here" {
			why = part
		} else {
			why += "; " + part
		}
	}
	return why
}
