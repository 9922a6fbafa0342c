package bluesky

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// account keeps one session for all deliveries. Whoever finds it ending renews
// it; the others wait.
type account struct {
	set    settings
	client *request.Client
	vault  channels.Vault // nil: the session lasts as long as the process
	name   string         // the channel's, under which the vault keeps it
	now    func() time.Time

	turn    chan struct{}           // held by whoever may renew; a mutex would not end with a context
	current atomic.Pointer[session] // nil: none that is known to be good; changed in turn
	loaded  bool
}

func newAccount(set settings, client *request.Client, vault channels.Vault, name string) *account {
	return &account{
		set: set, client: client, vault: vault, name: name, now: time.Now, turn: make(chan struct{}, 1),
	}
}

// session gives a session that is good for a while.
func (a *account) session(ctx context.Context) (*session, error) {
	if err := a.enter(ctx); err != nil {
		return nil, err
	}
	defer a.leave()
	switch s := a.current.Load(); {
	case s == nil:
		return a.login(ctx)
	case s.ending(a.now()):
		return a.refresh(ctx, s)
	default:
		return s, nil
	}
}

// renew gives another session than one that was refused.
func (a *account) renew(ctx context.Context, refused *session) (*session, error) {
	if err := a.enter(ctx); err != nil {
		return nil, err
	}
	defer a.leave()
	switch s := a.current.Load(); s {
	case nil:
		return a.login(ctx)
	case refused:
		return a.refresh(ctx, s)
	default:
		return s, nil
	}
}

// forget gives up a session that is refused for good; the next request signs in
// anew.
func (a *account) forget(refused *session) { a.current.CompareAndSwap(refused, nil) }

func (a *account) enter(ctx context.Context) error {
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return &channels.Error{Class: channels.Temporary, Reason: "stopped while signing in", Err: ctx.Err()}
	}
	if a.loaded {
		return nil
	}
	if err := a.load(); err != nil {
		a.leave()
		return err
	}
	return nil
}

func (a *account) leave() { <-a.turn }

func (a *account) load() error {
	if a.vault != nil {
		kept, err := a.vault.Load(a.name)
		if err != nil {
			return &channels.Error{Class: channels.Temporary, Reason: "the kept session can't be read", Err: err}
		}
		if s, ok := a.set.read(kept); ok {
			a.current.Store(&s)
		}
	}
	a.loaded = true
	return nil
}

// login signs in with the app password (com.atproto.server.createSession).
func (a *account) login(ctx context.Context) (*session, error) {
	body, err := json.Marshal(map[string]string{"identifier": a.set.Identifier, "password": a.set.AppPassword.Reveal()})
	if err != nil {
		return nil, &channels.Error{Class: channels.Permanent, Reason: "the login can't be written", Err: err}
	}
	answer, err := a.client.Do(ctx, request.Request{
		Method: http.MethodPost, URL: method(a.set.Service, "com.atproto.server.createSession"),
		Header: http.Header{"Content-Type": {jsonType}}, Body: body,
	})
	if err != nil {
		return nil, err
	}
	if !answer.OK() {
		return nil, a.signInFault(answer)
	}
	return a.keep(answer)
}

// refresh trades the refresh token for new ones
// (com.atproto.server.refreshSession), and signs in anew if it is refused.
func (a *account) refresh(ctx context.Context, s *session) (*session, error) {
	answer, err := a.client.Do(ctx, request.Request{
		Method: http.MethodPost, URL: method(s.Host, "com.atproto.server.refreshSession"),
		Header: bearer(s.Refresh),
	})
	if err != nil {
		return nil, err
	}
	if answer.OK() {
		return a.keep(answer)
	}
	if refusesToken(answer) || answer.Status == http.StatusUnauthorized {
		a.forget(s)
		return a.login(ctx)
	}
	return nil, a.signInFault(answer)
}

// keep makes a session durable before it is used.
func (a *account) keep(answer request.Answer) (*session, error) {
	var in signedIn
	if err := json.Unmarshal(answer.Body, &in); err != nil || in.Access == "" || in.Refresh == "" || !isDID(in.DID) {
		return nil, &channels.Error{Class: channels.Temporary, Reason: "the server's answer to the login makes no sense", Err: err}
	}
	if in.Active != nil && !*in.Active {
		return nil, inactive(in.Status)
	}
	if strings.HasPrefix(a.set.Identifier, "did:") && in.DID != a.set.Identifier {
		return nil, &channels.Error{Class: channels.Unavailable, Reason: "the server signed in another account: " + in.DID}
	}
	s := in.session(a.set)
	if err := a.save(s); err != nil {
		return nil, &channels.Error{Class: channels.Temporary, Reason: "the new session can't be kept", Err: err}
	}
	a.current.Store(&s)
	return &s, nil
}

func (a *account) save(s session) error {
	if a.vault == nil {
		return nil
	}
	kept, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return a.vault.Save(a.name, kept)
}
