package demo

import (
	"context"
	"strings"

	"clarion/accounts"
	"clarion/office"
	"clarion/people"
)

// The people whom the seeding acts as.
const (
	author   = "ada.okoro"
	approver = "carys.morgan"
	admin    = "erin.walsh"
)

// Password is everybody's. It is printed where the demonstration starts and
// protects nothing: the demonstration listens on this machine alone.
const Password = "violin tundra magnet soup"

// member is somebody of the demonstration's staff.
type member struct {
	name, fullName, does string
	roles                []people.Role
}

func staff() []member {
	return []member{
		{author, "Ada Okoro", "press officer", []people.Role{people.Author}},
		{"ben.hughes", "Ben Hughes", "press officer", []people.Role{people.Author}},
		{approver, "Carys Morgan", "eComms lead", []people.Role{people.Approver, people.Publisher, people.Emergency}},
		{"dev.patel", "Dev Patel", "deputy eComms lead", []people.Role{people.Approver, people.Publisher}},
		{admin, "Erin Walsh", "operations, administrator", people.Roles()},
		{"fay.jones", "Fay Jones", "permanent secretary", []people.Role{people.Viewer}},
	}
}

// as is a member as they are recognised when they sign in.
func as(name string) office.Actor { return office.Actor{Name: name, Verified: true} }

// peopled reports whether the office is set up already.
func peopled(ctx context.Context, a *accounts.Accounts) (bool, error) {
	all, err := a.People(ctx, office.Actor{Local: true})
	return len(all) > 0, err
}

// hire gives everybody an account, with roles in all departments.
func hire(ctx context.Context, a *accounts.Accounts) error {
	for _, m := range staff() {
		if m.name == admin {
			if err := a.AddFirst(ctx, m.person(), Password); err != nil {
				return err
			}
		}
	}
	for _, m := range staff() {
		if m.name == admin {
			continue
		}
		if err := join(ctx, a, m); err != nil {
			return err
		}
	}
	return nil
}

func (m member) person() people.Person {
	return people.Person{Name: m.name, FullName: m.fullName, Email: m.name + "@rivers.example", Kind: people.Human}
}

// join takes the way that anybody takes: an invitation, and a password.
func join(ctx context.Context, a *accounts.Accounts, m member) error {
	if err := a.SetPerson(ctx, m.person(), as(admin)); err != nil {
		return err
	}
	if err := a.SetRoles(ctx, m.name, people.Everywhere, m.roles, as(admin)); err != nil {
		return err
	}
	link, err := a.Invite(ctx, m.name, as(admin))
	if err != nil {
		return err
	}
	_, err = a.Reset(ctx, link[strings.LastIndex(link, "=")+1:], Password)
	return err
}
