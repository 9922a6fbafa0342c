package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/accounts"
	"clarion/api"
	"clarion/people"
)

type personName struct {
	Name string `path:"name" maxLength:"200" doc:"The person's short name."`
}

// onPerson is what is asked about one person.
type onPerson[T any] struct {
	Name string `path:"name" maxLength:"200" doc:"The person's short name."`
	Body T
}

func (a *API) registerPeople() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"people"}}
	}
	handle(a, op("list-people", http.MethodGet, "/people", "List the people"), a.pagePeople)
	handle(a, op("show-person", http.MethodGet, "/people/{name}", "Show a person"), func(ctx context.Context, in *personName) (*answer[api.Person], error) {
		one, err := a.person(ctx, in.Name)
		return reply(one), err
	})
	handle(a, op("set-person", http.MethodPut, "/people/{name}", "Add or change a person"), a.setPerson)
	handle(a, op("set-roles", http.MethodPut, "/people/{name}/roles", "Set the roles that a person holds in a department"), func(ctx context.Context, in *onPerson[api.Roles]) (*answer[api.Done], error) {
		roles := make([]people.Role, len(in.Body.Roles))
		for i, r := range in.Body.Roles {
			roles[i] = people.Role(r)
		}
		return done(a.accounts.SetRoles(ctx, in.Name, in.Body.Department, roles, actor(ctx)))
	})
	handle(a, op("invite-person", http.MethodPost, "/people/{name}/invite", "Make a link by which a person chooses a password"), func(ctx context.Context, in *personName) (*answer[api.Invitation], error) {
		link, err := a.accounts.Invite(ctx, in.Name, actor(ctx))
		if err != nil {
			return nil, err
		}
		return reply(api.Invitation{Link: link, Expires: api.At(time.Now().Add(accounts.ResetAge))}), nil
	})
	handle(a, op("disable-person", http.MethodPost, "/people/{name}/disable", "End a person's access"), func(ctx context.Context, in *personName) (*answer[api.Left], error) {
		if err := a.accounts.Disable(ctx, in.Name, actor(ctx)); err != nil {
			return nil, err
		}
		left, err := a.office.OpenOf(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		return reply(api.Left{Done: true, Messages: append([]string{}, left...)}), nil
	})
	handle(a, op("enable-person", http.MethodPost, "/people/{name}/enable", "Give a person their access back"), func(ctx context.Context, in *personName) (*answer[api.Done], error) {
		return done(a.accounts.Enable(ctx, in.Name, actor(ctx)))
	})
	handle(a, op("erase-person", http.MethodPost, "/people/{name}/erase", "Erase a disabled person for good; it takes two administrators"), func(ctx context.Context, in *personName) (*answer[api.Erased], error) {
		e, err := a.accounts.Erase(ctx, in.Name, actor(ctx))
		return reply(api.Erased{Done: e.Done, Already: e.Already, Name: e.Name, Ties: e.Ties, Unclean: e.Unclean}), err
	})
	handle(a, op("link-person", http.MethodPut, "/people/{name}/identity", "Bind a person to who they are at the provider of single sign-on"), func(ctx context.Context, in *onPerson[api.Identity]) (*answer[api.Done], error) {
		return done(a.accounts.Link(ctx, in.Name, in.Body.Subject, actor(ctx)))
	})
	handle(a, op("unlink-person", http.MethodDelete, "/people/{name}/identity", "Forget who a person is at the provider of single sign-on"), func(ctx context.Context, in *personName) (*answer[api.Done], error) {
		return done(a.accounts.Unlink(ctx, in.Name, actor(ctx)))
	})
	handle(a, op("reset-factor", http.MethodPost, "/people/{name}/reset-factor", "Take away the second factor of somebody who lost it"), func(ctx context.Context, in *personName) (*answer[api.Done], error) {
		return done(a.accounts.ResetFactor(ctx, in.Name, actor(ctx)))
	})
}

// setPerson adds a person. The first of all comes with a password and may do
// everything.
func (a *API) setPerson(ctx context.Context, in *onPerson[api.PersonSettings]) (*answer[api.Done], error) {
	p := people.Person{Name: in.Name, FullName: in.Body.FullName, Email: in.Body.Email, Kind: people.Kind(in.Body.Kind)}
	if in.Body.Password != "" {
		return done(a.accounts.AddFirst(ctx, p, in.Body.Password))
	}
	return done(a.accounts.SetPerson(ctx, p, actor(ctx)))
}

func (a *API) pagePeople(ctx context.Context, in *struct{ Paging }) (*listPage[api.People], error) {
	all, err := a.people(ctx)
	if err != nil {
		return nil, err
	}
	some, next, err := pageOf(in.Paging, "people", all, func(x api.Person) string { return x.Name })
	return &listPage[api.People]{Link: linkTo(ctx, next), Body: api.People{People: some, Next: next}}, err
}

func (a *API) people(ctx context.Context) ([]api.Person, error) {
	all, err := a.accounts.People(ctx, actor(ctx))
	out := make([]api.Person, len(all))
	for i, p := range all {
		out[i] = personOf(p)
	}
	return out, err
}

func personOf(p people.Person) api.Person {
	out := api.Person{
		Name: p.Name, FullName: p.FullName, Email: p.Email, Kind: string(p.Kind), Disabled: !p.DisabledAt.IsZero(), Roles: make([]api.Grant, len(p.Grants)), Subject: p.Subject,
	}
	for i, g := range p.Grants {
		out.Roles[i] = api.Grant{Department: g.Department, Role: string(g.Role)}
	}
	return out
}
