package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/office"
)

func (a *API) registerFeeds() {
	handle(a, huma.Operation{
		OperationID: "import-feed", Method: http.MethodPost, Path: "/feeds/import", Summary: "Make drafts of the entries of a feed", Tags: []string{"messages"},
		MaxBodyBytes: api.MaxDraft,
	}, a.importFeed)
}

func (a *API) importFeed(ctx context.Context, in *given[api.Feed]) (*answer[api.FeedImported], error) {
	f := office.Feed{
		Address: in.Body.Address, Name: in.Body.Name, Text: in.Body.Text, Audiences: in.Body.Audiences, GoodEntries: in.Body.GoodEntries,
	}
	var result office.FeedImported
	var err error
	if in.Body.DryRun {
		result, err = a.view(ctx).CheckFeed(ctx, f)
	} else {
		result, err = a.office.ImportFeed(ctx, f, actor(ctx))
	}
	if err != nil {
		return nil, err
	}
	out := api.FeedImported{
		DryRun: in.Body.DryRun, Drafts: make([]api.Drafted, len(result.Drafts)), Known: result.Known, Pictures: result.Pictures,
		Problems: append([]api.Problem{}, problemsOf(result.Problems)...),
	}
	for i, d := range result.Drafts {
		out.Drafts[i] = draftedAs(http.StatusOK, d, in.Body.DryRun).Body
	}
	return reply(out), nil
}
