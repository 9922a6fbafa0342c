package web

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/office"
)

// identify says who asks. A name in a header is no proof.
func identify(ctx huma.Context) office.Actor { return office.Actor{Name: ctx.Header(api.ActHeader)} }

type actorKey struct{}

func withActor(ctx huma.Context, next func(huma.Context)) {
	next(huma.WithValue(ctx, actorKey{}, identify(ctx)))
}

// actor gives who asks within an operation.
func actor(ctx context.Context) office.Actor {
	by, _ := ctx.Value(actorKey{}).(office.Actor)
	return by
}

func actParameter() *huma.Param {
	return &huma.Param{
		Name: api.ActHeader, In: "header", Description: "Who acts: a person's short name.", Schema: &huma.Schema{Type: huma.TypeString},
	}
}
