package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

type messageID struct {
	ID string `path:"id" maxLength:"40" doc:"The message's id."`
}

// onMessage is what is asked of one message.
type onMessage[T any] struct {
	ID   string `path:"id" maxLength:"40" doc:"The message's id."`
	Body T
}

type messagesQuery struct {
	Paging
	State string `query:"state" enum:"draft,in_review,approved,held,releasing,released,released_with_open,rehearsed,cancelled,expired"`
}

type drafted struct {
	Status int
	Body   api.Drafted
}

type text struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (a *API) registerMessages() {
	handle(a, huma.Operation{
		OperationID: "add-message", Method: http.MethodPost, Path: "/messages", Summary: "Add a message", Tags: []string{"messages"},
		DefaultStatus: http.StatusCreated, MaxBodyBytes: api.MaxDraft,
	}, a.addMessage)
	handle(a, huma.Operation{
		OperationID: "list-messages", Method: http.MethodGet, Path: "/messages", Summary: "List messages, newest first", Tags: []string{"messages"},
	}, a.listMessages)
	handle(a, huma.Operation{
		OperationID: "show-message", Method: http.MethodGet, Path: "/messages/{id}", Summary: "Show a message", Tags: []string{"messages"},
	}, a.showMessage)
	handle(a, huma.Operation{
		OperationID: "edit-message", Method: http.MethodPut, Path: "/messages/{id}", Summary: "Edit a message; every approval is void", Tags: []string{"messages"},
		MaxBodyBytes: api.MaxDraft,
	}, a.editMessage)
	handle(a, huma.Operation{
		OperationID: "show-source", Method: http.MethodGet, Path: "/messages/{id}/source", Summary: "Write a message back as an announcement file", Tags: []string{"messages"},
		Responses: map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{"text/markdown": {}}}},
	}, a.showSource)
	handle(a, huma.Operation{
		OperationID: "show-rendering", Method: http.MethodGet, Path: "/messages/{id}/renderings/{channel}", Summary: "Show what a channel would publish", Tags: []string{"messages"},
	}, a.showRendering)
}

func draftOf(d api.Draft) office.Draft {
	draft := office.Draft{File: d.File, Text: d.Text, Publish: d.Publish, Corrects: d.Corrects, Withdraws: d.Withdraws}
	for _, u := range d.Assets {
		draft.Assets = append(draft.Assets, office.Upload{Name: u.Name, Content: u.Content})
	}
	return draft
}

func (a *API) addMessage(ctx context.Context, in *given[api.Draft]) (*drafted, error) {
	if in.Body.DryRun {
		d, err := a.view(ctx).Check(ctx, draftOf(in.Body))
		return draftedAs(http.StatusOK, d, true), err
	}
	d, err := a.office.Add(ctx, draftOf(in.Body), actor(ctx))
	return draftedAs(http.StatusCreated, d, false), err
}

func (a *API) editMessage(ctx context.Context, in *onMessage[api.Draft]) (*drafted, error) {
	if in.Body.DryRun {
		d, err := a.view(ctx).CheckEdit(ctx, in.ID, draftOf(in.Body))
		return draftedAs(http.StatusOK, d, true), err
	}
	d, err := a.office.Edit(ctx, in.ID, draftOf(in.Body), actor(ctx))
	return draftedAs(http.StatusOK, d, false), err
}

func draftedAs(status int, d office.Drafted, dry bool) *drafted {
	body := api.Drafted{ID: d.ID, Revision: d.Revision, Title: d.Title, DryRun: dry, Warnings: problemsOf(d.Warnings), Sends: planOf(d.Sends)}
	return &drafted{Status: status, Body: body}
}

func (a *API) listMessages(ctx context.Context, in *messagesQuery) (*listPage[api.Messages], error) {
	before, err := in.behind("messages")
	if err != nil {
		return nil, err
	}
	all, err := a.view(ctx).Messages(ctx, office.MessageFilter{State: message.State(in.State), Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = cursorOf("messages", all[in.Limit-1].ID)
	}
	out := api.Messages{Next: next, Messages: make([]api.Message, len(all))}
	for i, m := range all {
		out.Messages[i] = messageOf(m)
	}
	return &listPage[api.Messages]{Link: linkTo(ctx, next), Body: out}, nil
}

func (a *API) showMessage(ctx context.Context, in *messageID) (*answer[api.MessageDetail], error) {
	d, err := a.view(ctx).Message(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return reply(detailOf(d)), nil
}

func (a *API) showSource(ctx context.Context, in *messageID) (*text, error) {
	source, err := a.view(ctx).Source(ctx, in.ID)
	return &text{ContentType: "text/markdown; charset=utf-8", Body: source}, err
}

func (a *API) showRendering(ctx context.Context, in *struct {
	ID      string `path:"id" maxLength:"40" doc:"The message's id."`
	Channel string `path:"channel" maxLength:"40" doc:"The channel's name."`
}) (*answer[api.Rendering], error) {
	r, err := a.view(ctx).Rendering(ctx, in.ID, in.Channel)
	if err != nil {
		return nil, err
	}
	return reply(api.Rendering{Digest: r.Digest, Previews: previewsOf(r.Previews), Documents: documentsOf(r.Documents)}), nil
}
