package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

func (a *API) registerFreeze() {
	handle(a, huma.Operation{
		OperationID: "show-freeze", Method: http.MethodGet, Path: "/freeze", Summary: "Tell whether everything is frozen", Tags: []string{"freeze"},
	}, a.showFreeze)
	handle(a, huma.Operation{
		OperationID: "freeze", Method: http.MethodPost, Path: "/freeze", Summary: "Freeze everything", Tags: []string{"freeze"},
		Metadata: map[string]any{always: true}, // it waits for nothing, the database least of all
	}, a.freeze)
	handle(a, huma.Operation{
		OperationID: "thaw", Method: http.MethodPost, Path: "/thaw", Summary: "Thaw; it takes two people", Tags: []string{"freeze"},
	}, func(ctx context.Context, in *given[api.Reason]) (*answer[api.Decision], error) {
		d, err := a.office.Thaw(ctx, in.Body.Reason, actor(ctx))
		return decisionOf(d), err
	})
}

func (a *API) showFreeze(ctx context.Context, _ *nothing) (*answer[api.Freeze], error) {
	s, err := a.office.FreezeState(ctx)
	if err != nil {
		return nil, err
	}
	return reply(api.Freeze{Frozen: s.Frozen, By: s.By, Reason: s.Reason, At: api.At(s.At)}), nil
}

func (a *API) freeze(ctx context.Context, in *given[api.Reason]) (*answer[api.Pressed], error) {
	if _, isRemote := ctx.Value(remoteKey{}).(remote); isRemote {
		if err := a.view(ctx).MayFreezeFromAfar(ctx); err != nil {
			return nil, err
		}
	}
	p := a.office.Freeze(ctx, in.Body.Reason, actor(ctx))
	return reply(api.Pressed{Memory: p.Memory, File: p.File, Row: p.Row, Says: p.Says}), nil
}
