package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

type sendID struct {
	ID int64 `path:"id" minimum:"1" doc:"The send's number."`
}

// onSend is what is asked of one send.
type onSend[T any] struct {
	ID   int64 `path:"id" minimum:"1" doc:"The send's number."`
	Body T
}

type sendsQuery struct {
	Paging
	Message   string    `query:"message" maxLength:"40"`
	Audience  string    `query:"audience" maxLength:"40"`
	Mechanism string    `query:"mechanism" maxLength:"40"`
	State     string    `query:"state" enum:"planned,claimed,sending,waiting,sent,rehearsed,failed,unknown,held,suppressed,cancelled,abandoned"`
	Since     time.Time `query:"since" doc:"Scheduled for this instant or later."`
}

func (a *API) registerSends() {
	handle(a, huma.Operation{
		OperationID: "list-sends", Method: http.MethodGet, Path: "/sends", Summary: "List sends, newest first", Tags: []string{"sends"},
	}, a.listSends)
	handle(a, huma.Operation{
		OperationID: "follow-sends", Method: http.MethodGet, Path: "/sends/changes", Summary: "Wait for sends that change", Tags: []string{"sends"},
	}, a.followSends)
	handle(a, huma.Operation{
		OperationID: "show-send", Method: http.MethodGet, Path: "/sends/{id}", Summary: "Show a send with the evidence", Tags: []string{"sends"},
	}, a.showSend)
	handle(a, huma.Operation{
		OperationID: "resolve-send", Method: http.MethodPost, Path: "/sends/{id}/resolve", Summary: "Say what became of an unknown send", Tags: []string{"sends"},
	}, a.resolveSend)
	handle(a, huma.Operation{
		OperationID: "look-for-send", Method: http.MethodPost, Path: "/sends/{id}/look", Summary: "Look for an unknown send at its destination now", Tags: []string{"sends"},
	}, a.lookForSend)
	handle(a, huma.Operation{
		OperationID: "retry-send", Method: http.MethodPost, Path: "/sends/{id}/retry", Summary: "Plan a failed send again, or give it up", Tags: []string{"sends"},
	}, a.retrySend)
}

func (a *API) listSends(ctx context.Context, in *sendsQuery) (*listPage[api.Sends], error) {
	before, err := in.behindNumber("sends")
	if err != nil {
		return nil, err
	}
	all, err := a.view(ctx).Sends(ctx, office.SendFilter{
		Message: in.Message, Audience: in.Audience, Channel: in.Mechanism, State: message.SendState(in.State),
		Since: in.Since, Before: before, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = cursorOf("sends", strconv.FormatInt(all[in.Limit-1].ID, 10))
	}
	return &listPage[api.Sends]{Link: linkTo(ctx, next), Body: api.Sends{Sends: sendsOf(all), Next: next}}, nil
}

func (a *API) showSend(ctx context.Context, in *sendID) (*answer[api.SendDetail], error) {
	out, err := a.sendDetail(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return reply(out), nil
}

// sendDetail gives a send with the evidence.
func (a *API) sendDetail(ctx context.Context, id int64) (api.SendDetail, error) {
	d, err := a.view(ctx).Send(ctx, id)
	if err != nil {
		return api.SendDetail{}, err
	}
	out := api.SendDetail{Send: sendOf(d.Send), Tries: make([]api.Attempt, len(d.Attempts)), Open: recipientsOf(d.Open)}
	for i, t := range d.Attempts {
		out.Tries[i] = attemptOf(t)
	}
	evidenceOf(d.Evidence, &out)
	return out, nil
}

func (a *API) resolveSend(ctx context.Context, in *onSend[api.Resolution]) (*answer[api.Settled], error) {
	n, err := a.office.ResolveFor(ctx, in.ID, in.Body.Recipient, message.SendState(in.Body.To), in.Body.Reason, actor(ctx))
	return reply(api.Settled{Count: n}), err
}

func (a *API) lookForSend(ctx context.Context, in *sendID) (*answer[api.Look], error) {
	l, err := a.view(ctx).Look(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return reply(lookOf(l)), nil
}

func (a *API) retrySend(ctx context.Context, in *onSend[api.Retrial]) (*answer[api.Settled], error) {
	n, err := a.office.Retry(ctx, in.ID, in.Body.Abandon, in.Body.Reason, actor(ctx))
	return reply(api.Settled{Count: n}), err
}
