package web

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/office"
)

type actorKey struct{}

// withActor recognises who asks. A key that is not known any more is refused
// at once, so that nobody acts as nobody without noticing.
func (a *API) withActor(ctx huma.Context, next func(huma.Context)) {
	header := ctx.Header("Authorization")
	by, ok, err := office.Actor{Local: a.local}, true, error(nil)
	if header != "" && a.sessions != nil {
		by, ok, err = a.sessions.bearer(ctx.Context(), header, a.fault)
	}
	switch {
	case err != nil:
		e, _ := a.refusal(ctx.Context(), "recognise who asks", err).(*api.Error) //nolint:errorlint // it is never wrapped
		writeProblem(ctx, e)
	case !ok && !a.within(ctx, ""):
		// it was told to wait
	case !ok:
		ctx.SetHeader("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeProblem(ctx, problem(http.StatusUnauthorized, "the session or token does not hold any more", "sign in with `clarion login`"))
	default:
		next(huma.WithValue(ctx, actorKey{}, by))
	}
}

// actor gives who asks within an operation.
func actor(ctx context.Context) office.Actor {
	by, _ := ctx.Value(actorKey{}).(office.Actor)
	return by
}

// writeProblem answers before any operation runs.
func writeProblem(ctx huma.Context, e *api.Error) {
	ctx.SetHeader("Content-Type", e.ContentType(""))
	ctx.SetStatus(e.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(e) // the client may be gone
}

// view is what whoever asks may see.
func (a *API) view(ctx context.Context) office.View { return a.office.View(actor(ctx)) }
