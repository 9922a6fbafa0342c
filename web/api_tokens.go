package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/accounts"
	"clarion/api"
	"clarion/people"
)

func (a *API) registerTokens() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"tokens"}}
	}
	handle(a, op("make-token", http.MethodPost, "/tokens", "Make a token"), func(ctx context.Context, in *given[api.TokenRequest]) (*answer[api.Token], error) {
		secret, made, err := a.accounts.MakeToken(ctx, accounts.NewToken{
			Name: in.Body.Name, Owner: in.Body.Owner, Scope: people.Scope(in.Body.Scope), Test: in.Body.Test, Age: time.Duration(in.Body.Days) * day,
		}, actor(ctx))
		if err != nil {
			return nil, err
		}
		out := tokenOf(made)
		out.Secret = secret
		return reply(out), nil
	})
	handle(a, op("list-tokens", http.MethodGet, "/tokens", "List the tokens of whoever asks, or of another"), func(ctx context.Context, in *struct {
		Paging
		Of string `query:"of" maxLength:"200" doc:"A person or system, for whoever manages people; absent: oneself."`
	}) (*listPage[api.Tokens], error) {
		found, err := a.accounts.Tokens(ctx, in.Of, actor(ctx))
		if err != nil {
			return nil, err
		}
		all := make([]api.Token, len(found))
		for i, t := range found {
			all[i] = tokenOf(t)
		}
		// The newest first: the key falls as ids grow.
		some, next, err := pageOf(in.Paging, "tokens", all, func(x api.Token) string { return fmt.Sprintf("%020d", math.MaxInt64-x.ID) })
		return &listPage[api.Tokens]{Link: linkTo(ctx, next), Body: api.Tokens{Tokens: some, Next: next}}, err
	})
	handle(a, op("revoke-token", http.MethodDelete, "/tokens/{id}", "Revoke a token"), func(ctx context.Context, in *struct {
		ID int64 `path:"id" minimum:"1" doc:"The token's id."`
	}) (*answer[api.Done], error) {
		return done(a.accounts.RevokeToken(ctx, in.ID, actor(ctx)))
	})
}

func tokenOf(t people.Token) api.Token {
	return api.Token{
		ID: t.ID, Name: t.Name, Owner: t.Owner, Scope: string(t.Scope), Test: t.Test,
		Created: api.At(t.CreatedAt), Expires: api.At(t.ExpiresAt), Revoked: api.At(t.RevokedAt),
	}
}
