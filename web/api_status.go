package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

func (a *API) registerStatus() {
	handle(a, huma.Operation{
		OperationID: "show-status", Method: http.MethodGet, Path: "/status", Summary: "Tell the version and what waits", Tags: []string{"status"},
	}, a.showStatus)
}

func (a *API) showStatus(ctx context.Context, _ *nothing) (*answer[api.Status], error) {
	b, err := a.office.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	state, err := a.office.FreezeState(ctx)
	return reply(api.Status{
		Version: a.version, Frozen: state.Frozen, Due: b.Due, Overdue: b.Overdue, OldestDue: api.At(b.OldestDue),
		Failed: b.Failed, Unknown: b.Unknown, Held: b.Held,
	}), err
}
