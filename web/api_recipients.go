package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
)

type recipientsQuery struct {
	Paging
	ID    int64  `path:"id" minimum:"1" doc:"The send's number."`
	State string `query:"state" enum:"planned,claimed,sending,waiting,sent,rehearsed,failed,unknown,held,suppressed,cancelled,abandoned"`
}

func (a *API) registerRecipients() {
	handle(a, huma.Operation{
		OperationID: "list-recipients", Method: http.MethodGet, Path: "/sends/{id}/recipients", Summary: "List the recipients of a send", Tags: []string{"sends"},
	}, a.listRecipients)
	handle(a, huma.Operation{
		OperationID: "show-content", Method: http.MethodGet, Path: "/sends/{id}/content", Summary: "Show what left, byte for byte", Tags: []string{"sends"},
	}, a.showContent)
}

func (a *API) listRecipients(ctx context.Context, in *recipientsQuery) (*listPage[api.Recipients], error) {
	after, err := in.behindNumber("recipients")
	if err != nil {
		return nil, err
	}
	if _, err := a.view(ctx).Send(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := a.view(ctx).Recipients(ctx, in.ID, message.SendState(in.State), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = cursorOf("recipients", strconv.FormatInt(all[in.Limit-1].ID, 10))
	}
	return &listPage[api.Recipients]{Link: linkTo(ctx, next), Body: api.Recipients{Recipients: recipientsOf(all), Next: next}}, nil
}

func (a *API) showContent(ctx context.Context, in *struct {
	ID        int64 `path:"id" minimum:"1" doc:"The send's number."`
	Recipient int64 `query:"recipient" minimum:"0" doc:"One of the send's recipients, where people are addressed one by one."`
}) (*answer[api.Rendering], error) {
	d, err := a.view(ctx).Send(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	docs, err := a.view(ctx).Delivered(ctx, in.ID, in.Recipient)
	if err != nil {
		return nil, err
	}
	return reply(api.Rendering{Digest: d.Send.Digest, Documents: documentsOf(docs)}), nil
}
