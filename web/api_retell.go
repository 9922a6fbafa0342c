package web

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/ledger"
	"clarion/office"
)

// retelling makes an answer anew from what a request recorded and from what is
// there now, where the process ended before the answer was kept. Nil means that
// it can't be made.
type retelling func(ctx context.Context, path func(string) string, did []ledger.Entry) (any, error)

// simple marks an operation whose answer is that it was done.
const simple = "simple"

// retell answers a request that was carried out and whose answer was lost.
func (a *API) retell(ctx huma.Context, earlier office.EarlierRequest) {
	op := ctx.Operation()
	var body any
	var err error
	if tell := a.retellings()[op.OperationID]; tell != nil {
		body, err = tell(ctx.Context(), ctx.Param, earlier.Entries)
	} else if op.Metadata[simple] != nil {
		body = api.Done{Done: true}
	}
	switch {
	case err != nil:
		a.writeRefusal(ctx, "tell again what was done", err)
		return
	case body == nil:
		writeProblem(ctx, problem(http.StatusConflict, "this was carried out, and its answer was lost when Clarion ended",
			"look at what it changed; if it has to be done again, send it with a new key"))
		return
	}
	ctx.SetHeader("Content-Type", "application/json")
	ctx.SetHeader(replayHeader, "true")
	ctx.SetStatus(max(op.DefaultStatus, http.StatusOK))
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(body) // the client may be gone
}

func (a *API) retellings() map[string]retelling {
	return map[string]retelling{
		"add-message":          a.retellAdded,
		"submit-message":       a.retellSubmitted,
		"approve-message":      a.retellApproved,
		"release-message":      retellDecision,
		"release-in-emergency": retellDecision,
		"thaw":                 retellDecision,
		"rehearse-message":     retellRehearsed,
		"resolve-send":         retellSettled,
		"retry-send":           retellSettled,
		"disable-person":       a.retellDisabled,
	}
}

// entryOf finds the entry of a kind and reads its body.
func entryOf[T any](did []ledger.Entry, kinds ...ledger.Kind) (body T, found bool, err error) {
	for _, e := range did {
		for _, kind := range kinds {
			if e.Kind == kind {
				return body, true, json.Unmarshal(e.Body, &body)
			}
		}
	}
	return body, false, nil
}

func (a *API) retellAdded(ctx context.Context, _ func(string) string, did []ledger.Entry) (any, error) {
	body, found, err := entryOf[ledger.MessageBody](did, ledger.MessageAdded)
	if err != nil || !found {
		return nil, err
	}
	d, err := a.view(ctx).Message(ctx, body.Message)
	if err != nil {
		return nil, err
	}
	return api.Drafted{ID: d.Message.ID, Revision: body.Revision, Title: d.Message.Title, Sends: planOf(d.Plan)}, nil
}

func (a *API) retellSubmitted(ctx context.Context, _ func(string) string, did []ledger.Entry) (any, error) {
	body, found, err := entryOf[ledger.MessageBody](did, ledger.MessageSubmitted)
	if err != nil || !found {
		return nil, err
	}
	d, err := a.view(ctx).Message(ctx, body.Message)
	if err != nil {
		return nil, err
	}
	return api.Submitted{Digest: body.Digest, Sends: planOf(d.Plan)}, nil
}

func (a *API) retellApproved(ctx context.Context, _ func(string) string, did []ledger.Entry) (any, error) {
	body, found, err := entryOf[ledger.MessageBody](did, ledger.MessageApproved)
	if err != nil || !found {
		return nil, err
	}
	if body.To != "" && body.To != body.From {
		return api.Approved{Done: true}, nil
	}
	d, err := a.view(ctx).Message(ctx, body.Message)
	if err != nil {
		return nil, err
	}
	return api.Approved{Done: d.Missing == "", Missing: d.Missing}, nil
}

// retellDecision tells whether a decision took effect or was the first of two.
func retellDecision(_ context.Context, _ func(string) string, did []ledger.Entry) (any, error) {
	for _, e := range did {
		if e.Kind == ledger.Countersigned {
			return api.Decision{}, nil
		}
	}
	return api.Decision{Done: true}, nil
}

func retellRehearsed(_ context.Context, _ func(string) string, did []ledger.Entry) (any, error) {
	body, found, err := entryOf[ledger.MessageBody](did, ledger.MessageRehearsed)
	if err != nil || !found {
		return nil, err
	}
	return api.Rehearsed{Run: body.Run}, nil
}

func retellSettled(_ context.Context, _ func(string) string, did []ledger.Entry) (any, error) {
	body, found, err := entryOf[ledger.SendBody](did, ledger.SendResolved, ledger.SendRetried)
	if err != nil || !found {
		return nil, err
	}
	return api.Settled{Count: body.Count}, nil
}

func (a *API) retellDisabled(ctx context.Context, path func(string) string, _ []ledger.Entry) (any, error) {
	left, err := a.office.OpenOf(ctx, path("name"))
	if err != nil {
		return nil, err
	}
	return api.Left{Done: true, Messages: append([]string{}, left...)}, nil
}
