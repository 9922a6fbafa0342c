package web

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/audience"
)

func (a *API) registerAudiences() {
	handle(a, huma.Operation{
		OperationID: "list-audiences", Method: http.MethodGet, Path: "/audiences", Summary: "List the audiences", Tags: []string{"audiences"},
	}, a.pageAudiences)
	handle(a, huma.Operation{
		OperationID: "show-audience", Method: http.MethodGet, Path: "/audiences/{name}", Summary: "Show an audience", Tags: []string{"audiences"},
	}, func(ctx context.Context, in *struct {
		Name string `path:"name" maxLength:"200" doc:"The audience's name."`
	}) (*answer[api.Audience], error) {
		one, err := a.audience(ctx, in.Name)
		return reply(one), err
	})
	handle(a, huma.Operation{
		OperationID: "set-audience", Method: http.MethodPut, Path: "/audiences/{name}", Summary: "Add or change an audience", Tags: []string{"audiences"},
	}, func(ctx context.Context, in *struct {
		Name string `path:"name" maxLength:"200" doc:"The audience's name."`
		Body api.AudienceSettings
	}) (*answer[api.Done], error) {
		return done(a.office.SetAudience(ctx, audience.Audience{
			Name: in.Name, Title: in.Body.Title, Description: in.Body.Description, Public: in.Body.Public, Channels: in.Body.Channels, Rule: in.Body.Rule,
		}, actor(ctx)))
	})
	handle(a, huma.Operation{
		OperationID: "import-audience", Method: http.MethodPost, Path: "/audiences/{name}/import", Summary: "Import a list of subscribers", Tags: []string{"audiences"},
		MaxBodyBytes: api.MaxList,
	}, a.importAudience)
}

func (a *API) pageAudiences(ctx context.Context, in *struct{ Paging }) (*listPage[api.Audiences], error) {
	all, err := a.audiences(ctx)
	if err != nil {
		return nil, err
	}
	some, next, err := pageOf(in.Paging, "audiences", all, func(x api.Audience) string { return x.Name })
	return &listPage[api.Audiences]{Link: linkTo(ctx, next), Body: api.Audiences{Audiences: some, Next: next}}, err
}

func (a *API) audiences(ctx context.Context) ([]api.Audience, error) {
	all, err := a.view(ctx).Audiences(ctx)
	out := make([]api.Audience, len(all))
	for i, d := range all {
		out[i] = api.Audience{
			Name: d.Name, Title: d.Title, Description: d.Description, Public: d.Public, Channels: append([]string{}, d.Channels...), Rule: d.Rule, Size: d.Size,
		}
	}
	return out, err
}

func (a *API) importAudience(ctx context.Context, in *struct {
	Name     string `path:"name" maxLength:"200" doc:"The audience's name."`
	GoodRows bool   `query:"good_rows" doc:"Take the good rows although others have faults."`
	RawBody  []byte `contentType:"text/csv"`
}) (*answer[api.Imported], error) {
	result, err := a.office.Import(ctx, in.Name, bytes.NewReader(in.RawBody), in.GoodRows, actor(ctx))
	if err != nil {
		return nil, err
	}
	out := api.Imported{Rows: result.Rows, Added: result.Added, Problems: make([]api.Problem, len(result.Faults))}
	for i, f := range result.Faults {
		out.Problems[i] = api.Problem{Line: f.Line, Says: f.Says}
	}
	return reply(out), nil
}
