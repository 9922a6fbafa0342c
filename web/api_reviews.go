package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
)

// decided is a decision about a message that may say why.
type decided = onMessage[api.Reason]

func (a *API) registerReviews() {
	handle(a, huma.Operation{
		OperationID: "submit-message", Method: http.MethodPost, Path: "/messages/{id}/submit", Summary: "Submit a message for approval", Tags: []string{"review"},
	}, a.submitMessage)
	handle(a, huma.Operation{
		OperationID: "approve-message", Method: http.MethodPost, Path: "/messages/{id}/approve", Summary: "Approve a message", Tags: []string{"review"},
	}, a.approveMessage)
	handle(a, huma.Operation{
		OperationID: "return-message", Method: http.MethodPost, Path: "/messages/{id}/return", Summary: "Return a message to its authors", Tags: []string{"review"},
	}, func(ctx context.Context, in *decided) (*answer[api.Done], error) {
		return done(a.office.Return(ctx, in.ID, in.Body.Reason, actor(ctx)))
	})
}

func (a *API) registerComments() {
	handle(a, huma.Operation{
		OperationID: "comment-message", Method: http.MethodPost, Path: "/messages/{id}/comments", Summary: "Say something about a message", Tags: []string{"review"},
	}, func(ctx context.Context, in *onMessage[api.Remark]) (*answer[api.Done], error) {
		return done(a.office.Comment(ctx, in.ID, in.Body.Text, actor(ctx)))
	})
}

func (a *API) submitMessage(ctx context.Context, in *messageID) (*answer[api.Submitted], error) {
	submitted, err := a.office.Submit(ctx, in.ID, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.Submitted{Digest: submitted.Digest, Sends: planOf(submitted.Sends), Warnings: problemsOf(submitted.Warnings)}), nil
}

func (a *API) approveMessage(ctx context.Context, in *onMessage[api.Approval]) (*answer[api.Approved], error) {
	approved, err := a.office.Approve(ctx, in.ID, in.Body.Digest, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.Approved{Done: approved.Missing == "", Missing: approved.Missing, Warnings: problemsOf(approved.Warnings)}), nil
}
