package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/people"
)

func (a *API) registerPolicies() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"policies"}}
	}
	handle(a, op("list-policies", http.MethodGet, "/policies", "List what messages must have"), a.listPolicies)
	handle(a, op("set-policy", http.MethodPut, "/policies", "Set what messages must have"), func(ctx context.Context, in *given[api.Policy]) (*answer[api.Done], error) {
		p := in.Body
		return done(a.office.SetPolicy(ctx, people.Policy{
			Department: p.Department, Audience: p.Audience, Approvals: p.Approvals, Role: people.Role(p.Role), Above: p.Above, SecondFactor: p.SecondFactor,
		}, actor(ctx)))
	})
	handle(a, op("drop-policy", http.MethodDelete, "/policies", "Take a policy away"), func(ctx context.Context, in *struct {
		Department string `query:"department" maxLength:"2000"`
		Audience   string `query:"audience" maxLength:"200"`
	}) (*answer[api.Done], error) {
		return done(a.office.DropPolicy(ctx, in.Department, in.Audience, actor(ctx)))
	})
	handle(a, op("list-departments", http.MethodGet, "/departments", "List the departments"), func(ctx context.Context, in *struct{ Paging }) (*listPage[api.Departments], error) {
		names, err := a.view(ctx).Departments(ctx)
		if err != nil {
			return nil, err
		}
		all := make([]api.Department, len(names))
		for i, name := range names {
			all[i] = api.Department{Name: name}
		}
		some, next, err := pageOf(in.Paging, "departments", all, func(x api.Department) string { return x.Name })
		return &listPage[api.Departments]{Link: linkTo(ctx, next), Body: api.Departments{Departments: some, Next: next}}, err
	})
	handle(a, op("add-department", http.MethodPost, "/departments", "Add a department"), func(ctx context.Context, in *given[api.Department]) (*answer[api.Done], error) {
		return done(a.office.AddDepartment(ctx, in.Body.Name, actor(ctx)))
	})
	handle(a, op("remove-department", http.MethodDelete, "/departments/{name}", "Remove a department"), func(ctx context.Context, in *struct {
		Name string `path:"name" maxLength:"2000" doc:"The department's name."`
	}) (*answer[api.Done], error) {
		return done(a.office.RemoveDepartment(ctx, in.Name, actor(ctx)))
	})
}

func (a *API) listPolicies(ctx context.Context, _ *nothing) (*answer[api.Policies], error) {
	all, err := a.view(ctx).Policies(ctx)
	if err != nil {
		return nil, err
	}
	out := api.Policies{Policies: make([]api.Policy, len(all))}
	for i, p := range all {
		out.Policies[i] = api.Policy{
			Department: p.Department, Audience: p.Audience, Approvals: p.Approvals, Role: string(p.Role), Above: p.Above, SecondFactor: p.SecondFactor,
		}
	}
	return reply(out), nil
}
