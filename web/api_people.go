package web

import (
	"context"
	"net/http"

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
		return done(a.office.AddPerson(ctx, office.Person{Name: in.Name, FullName: in.Body.FullName, Role: in.Body.Role}, actor(ctx)))
	})
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
