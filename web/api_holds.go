package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

func (a *API) registerHolds() {
	handle(a, huma.Operation{
		OperationID: "hold-message", Method: http.MethodPost, Path: "/messages/{id}/hold", Summary: "Hold a message", Tags: []string{"holds"},
	}, func(ctx context.Context, in *decided) (*answer[api.Done], error) {
		return done(a.office.Hold(ctx, in.ID, in.Body.Reason, actor(ctx)))
	})
	handle(a, huma.Operation{
		OperationID: "release-message", Method: http.MethodPost, Path: "/messages/{id}/release", Summary: "Release a held message; some holds take two people", Tags: []string{"holds"},
	}, func(ctx context.Context, in *decided) (*answer[api.Decision], error) {
		d, err := a.office.Release(ctx, in.ID, in.Body.Reason, actor(ctx))
		return decisionOf(d), err
	})
	handle(a, huma.Operation{
		OperationID: "release-all", Method: http.MethodPost, Path: "/holds/{hold}/release", Summary: "Release all that is held for one reason; some take two people", Tags: []string{"holds"},
	}, a.releaseAll)
	handle(a, huma.Operation{
		OperationID: "cancel-message", Method: http.MethodPost, Path: "/messages/{id}/cancel", Summary: "Cancel a message, or what has not started of it", Tags: []string{"holds"},
	}, func(ctx context.Context, in *decided) (*answer[api.Done], error) {
		return done(a.office.Cancel(ctx, in.ID, in.Body.Reason, actor(ctx)))
	})
	handle(a, huma.Operation{
		OperationID: "rehearse-message", Method: http.MethodPost, Path: "/messages/{id}/rehearse", Summary: "Rehearse a message as a run of its own", Tags: []string{"holds"},
	}, a.rehearseMessage)
}

func decisionOf(d office.Decided) *answer[api.Decision] {
	return reply(api.Decision{Done: d.Done, First: d.First, Already: d.Already, Accepts: accepted(d.Accepts)})
}

func accepted(all []office.Acceptance) []string {
	var says []string
	for _, a := range all {
		says = append(says, a.String())
	}
	return says
}

func (a *API) releaseAll(ctx context.Context, in *struct {
	Hold string `path:"hold" maxLength:"40" doc:"The reason of the hold, as in freeze."`
	Body api.Reason
}) (*answer[api.ReleasedAll], error) {
	r, err := a.office.ReleaseAll(ctx, message.HoldReason(in.Hold), in.Body.Reason, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.ReleasedAll{
		Decision: api.Decision{Done: r.Done, First: r.First, Already: r.Already, Accepts: accepted(r.Accepts)},
		Messages: append([]string{}, r.Messages...), Waiting: append([]string{}, r.Waiting...), Left: append([]string{}, r.Left...),
	}), nil
}

func (a *API) rehearseMessage(ctx context.Context, in *messageID) (*answer[api.Rehearsed], error) {
	run, err := a.office.Rehearse(ctx, in.ID, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.Rehearsed{Run: run}), nil
}
