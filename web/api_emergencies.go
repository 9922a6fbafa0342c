package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

func (a *API) registerEmergencies() {
	handle(a, huma.Operation{
		OperationID: "release-in-emergency", Method: http.MethodPost, Path: "/messages/{id}/emergency", Summary: "Let go in an emergency what nobody approved", Tags: []string{"review"},
	}, func(ctx context.Context, in *onMessage[api.Emergency]) (*answer[api.Decision], error) {
		d, err := a.office.Emergency(ctx, in.ID, in.Body.Digest, in.Body.Reason, actor(ctx))
		if err != nil {
			return nil, err
		}
		return decisionOf(d), nil
	})
	handle(a, huma.Operation{
		OperationID: "settle-emergency", Method: http.MethodPost, Path: "/messages/{id}/settle", Summary: "Approve afterwards what was released in an emergency", Tags: []string{"review"},
	}, func(ctx context.Context, in *decided) (*answer[api.Done], error) {
		return done(a.office.Settle(ctx, in.ID, in.Body.Reason, actor(ctx)))
	})
	handle(a, huma.Operation{
		OperationID: "show-difference", Method: http.MethodGet, Path: "/messages/{id}/difference", Summary: "Show what changed since the last approved revision", Tags: []string{"review"},
	}, func(ctx context.Context, in *messageID) (*answer[api.Differences], error) {
		against, all, err := a.view(ctx).Difference(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := api.Differences{Against: against, Channels: make([]api.Difference, len(all))}
		for i, d := range all {
			out.Channels[i] = api.Difference{Mechanism: d.Channel, Text: d.Text}
		}
		return reply(out), nil
	})
}
