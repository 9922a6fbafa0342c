package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"clarion/accounts"
	"clarion/api"
	"clarion/office"
)

type authorised struct {
	Authorization string `header:"Authorization" required:"false" doc:"Bearer, and the key of a session or a token."`
}

func (a *API) registerSessions() {
	op := func(id, method, path, summary string) huma.Operation {
		// No key: a password or code is never hashed quickly, and signing in twice does no harm.
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"sessions"}, Metadata: map[string]any{always: true}}
	}
	handle(a, op("sign-in", http.MethodPost, "/session", "Sign in"), a.signIn)
	handle(a, op("show-self", http.MethodGet, "/session", "Show who asks"), a.showSelf)
	handle(a, op("prove", http.MethodPost, "/session/prove", "Give the session a fresh second factor"), func(ctx context.Context, in *struct {
		Authorization string `header:"Authorization" required:"false" doc:"Bearer, and the key of a session."` // an embedded struct would stay empty
		Body          api.Code
	}) (*answer[api.Done], error) {
		return done(a.sessions.prove(ctx, in.Authorization, in.Body.Code))
	})
	handle(a, op("sign-out", http.MethodDelete, "/session", "Sign out"), func(ctx context.Context, in *authorised) (*answer[api.Done], error) {
		return done(a.signOut(ctx, in.Authorization))
	})
	handle(a, op("begin-browser-sign-in", http.MethodPost, "/session/browser", "Begin a sign-in that a browser confirms"), a.beginBrowser)
	handle(a, op("collect-browser-sign-in", http.MethodPost, "/session/browser/collect", "Collect the session that a browser confirmed"), a.collectBrowser)
	handle(a, op("choose-password", http.MethodPost, "/session/choose", "Choose a password by an invitation"), func(ctx context.Context, in *given[api.Choice]) (*answer[api.Done], error) {
		_, err := a.accounts.Reset(ctx, in.Body.Code, in.Body.Password)
		return done(err)
	})
}

func (a *API) signIn(ctx context.Context, in *given[api.SignIn]) (*answer[api.SignedIn], error) {
	asked := accounts.SignIn{Name: in.Body.Name, Password: in.Body.Password, Code: in.Body.Code, Address: addressOf(ctx)}
	session, err := a.accounts.SignIn(ctx, asked)
	if errors.Is(err, accounts.ErrCodeWanted) {
		return reply(api.SignedIn{Name: in.Body.Name, WantsCode: true}), nil
	}
	if err != nil {
		return nil, err
	}
	return a.begun(ctx, session)
}

// begun gives the key of a session that begins.
func (a *API) begun(ctx context.Context, session accounts.Session) (*answer[api.SignedIn], error) {
	key, expires, err := a.sessions.key(ctx, session)
	if err != nil {
		return nil, err
	}
	return reply(api.SignedIn{Name: session.Person, Key: key, Expires: api.At(expires)}), nil
}

// signOut ends the session of whoever asks.
func (a *API) signOut(ctx context.Context, header string) error {
	by := actor(ctx)
	switch {
	case by.Name == "":
		return notSignedIn()
	case by.Token != nil:
		return office.Refuse(office.Conflict, "a token is no session and can't sign out", fmt.Sprintf("revoke it with `clarion token revoke %d`", by.Token.ID))
	}
	_, key, _ := strings.Cut(header, " ")
	return a.sessions.end(ctx, key)
}

func notSignedIn() error {
	return office.Refuse(office.Forbidden, "you are not signed in", "sign in with `clarion login`")
}

func (a *API) beginBrowser(_ context.Context, in *given[api.BrowserSignIn]) (*answer[api.BrowserWait], error) {
	h, err := a.accounts.BeginHandoff(in.Body.Machine)
	if err != nil {
		return nil, err
	}
	return reply(api.BrowserWait{Code: h.Code, Secret: h.Secret, Address: h.Address, Expires: api.At(h.Expires)}), nil
}

func (a *API) collectBrowser(ctx context.Context, in *given[api.BrowserCollect]) (*answer[api.SignedIn], error) {
	session, confirmed, err := a.accounts.CollectHandoff(in.Body.Code, in.Body.Secret)
	if err != nil {
		return nil, err
	}
	if !confirmed {
		return reply(api.SignedIn{Waiting: true}), nil
	}
	return a.begun(ctx, session)
}

func (a *API) showSelf(ctx context.Context, _ *nothing) (*answer[api.Self], error) {
	by := actor(ctx)
	if by.Name == "" {
		return nil, notSignedIn()
	}
	p, left, err := a.accounts.Self(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(api.Self{Person: personOf(p), SecondFactor: left >= 0, Proved: api.At(by.Proved), Token: by.Token != nil}), nil
}
