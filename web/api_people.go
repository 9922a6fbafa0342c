package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/office"
)

func (a *API) registerPeople() {
	handle(a, huma.Operation{
		OperationID: "list-people", Method: http.MethodGet, Path: "/people", Summary: "List the people", Tags: []string{"people"},
	}, a.listPeople)
	handle(a, huma.Operation{
		OperationID: "set-person", Method: http.MethodPut, Path: "/people/{name}", Summary: "Add or change a person", Tags: []string{"people"},
	}, func(ctx context.Context, in *struct {
		Name string `path:"name" maxLength:"200" doc:"The person's short name."`
		Body api.PersonSettings
	}) (*answer[api.Done], error) {
		if err := a.mayAddPeople(ctx); err != nil {
			return nil, err
		}
		return done(a.office.AddPerson(ctx, office.Person{Name: in.Name, FullName: in.Body.FullName, Role: in.Body.Role}, actor(ctx)))
	})
}

// mayAddPeople lets anybody add the first person. From then on somebody who is
// known must be named, so that the record says who added whom.
func (a *API) mayAddPeople(ctx context.Context) error {
	all, err := a.office.People(ctx)
	name := actor(ctx).Name
	switch {
	case err != nil || len(all) == 0:
		return err
	case slices.ContainsFunc(all, func(p office.Person) bool { return p.Name == name }):
		return nil
	case name == "":
		return problem(http.StatusForbidden, "nobody is named as the one who adds people", "say who you are with --as NAME; `clarion person list` shows the names")
	default:
		return problem(http.StatusForbidden, fmt.Sprintf("there is no person called %q", name), "`clarion person list` shows the names")
	}
}

func (a *API) listPeople(ctx context.Context, _ *nothing) (*answer[api.People], error) {
	all, err := a.office.People(ctx)
	if err != nil {
		return nil, err
	}
	out := api.People{People: make([]api.Person, len(all))}
	for i, p := range all {
		out.People[i] = api.Person{Name: p.Name, FullName: p.FullName, Role: p.Role}
	}
	return reply(out), nil
}
