package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/hooks"
	"clarion/office"
)

type hookName struct {
	Name string `path:"name" maxLength:"40" doc:"The hook's name."`
}

// onHook is what is asked about one hook.
type onHook[T any] struct {
	Name string `path:"name" maxLength:"40" doc:"The hook's name."`
	Body T
}

type deliveriesQuery struct {
	Name   string `path:"name" maxLength:"40" doc:"The hook's name."`
	State  string `query:"state" enum:"waiting,delivered,failed"`
	Before int64  `query:"before" minimum:"0" doc:"The next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (a *API) registerHooks() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"hooks"}}
	}
	handle(a, op("list-hooks", http.MethodGet, "/hooks", "List the systems that are told what happens"), a.listHooks)
	handle(a, op("add-hook", http.MethodPost, "/hooks", "Have a system told what happens"), a.addHook)
	handle(a, op("show-hook", http.MethodGet, "/hooks/{name}", "Show a hook"), func(ctx context.Context, in *hookName) (*answer[api.Hook], error) {
		h, err := a.view(ctx).Hook(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		return reply(hookOf(h)), nil
	})
	handle(a, op("rotate-hook", http.MethodPost, "/hooks/{name}/rotate", "Give a hook another secret"), func(ctx context.Context, in *onHook[api.Rotation]) (*answer[api.HookMade], error) {
		h, err := a.office.RotateHook(ctx, in.Name, time.Duration(in.Body.Overlap)*time.Second, actor(ctx))
		return made(h, err)
	})
	handle(a, op("enable-hook", http.MethodPost, "/hooks/{name}/enable", "Have a hook told again"), func(ctx context.Context, in *hookName) (*answer[api.Done], error) {
		return done(a.office.EnableHook(ctx, in.Name, actor(ctx)))
	})
	handle(a, op("disable-hook", http.MethodPost, "/hooks/{name}/disable", "Have a hook told no more"), func(ctx context.Context, in *onHook[api.Reason]) (*answer[api.Done], error) {
		return done(a.office.DisableHook(ctx, in.Name, in.Body.Reason, actor(ctx)))
	})
	handle(a, op("drop-hook", http.MethodDelete, "/hooks/{name}", "Take a hook away"), func(ctx context.Context, in *hookName) (*answer[api.Done], error) {
		return done(a.office.DropHook(ctx, in.Name, actor(ctx)))
	})
	handle(a, op("test-hook", http.MethodPost, "/hooks/{name}/test", "Send a hook a trial event now"), a.testHook)
	handle(a, op("list-deliveries", http.MethodGet, "/hooks/{name}/deliveries", "List what a hook was told in the last 30 days"), a.listDeliveries)
	handle(a, op("resend-hook", http.MethodPost, "/hooks/{name}/resend", "Have a hook told again of an event, or of all since an instant"), a.resendHook)
}

func (a *API) listHooks(ctx context.Context, _ *nothing) (*answer[api.Hooks], error) {
	all, err := a.view(ctx).Hooks(ctx)
	if err != nil {
		return nil, err
	}
	out := api.Hooks{Hooks: make([]api.Hook, len(all))}
	for i, h := range all {
		out.Hooks[i] = hookOf(h)
	}
	return reply(out), nil
}

func (a *API) addHook(ctx context.Context, in *given[api.HookRequest]) (*answer[api.HookMade], error) {
	h, err := a.office.AddHook(ctx, office.NewHook{Name: in.Body.Name, URL: in.Body.URL, Types: in.Body.Types, Department: in.Body.Department}, actor(ctx))
	return made(h, err)
}

// made shows a hook's secret, this once.
func made(h hooks.Hook, err error) (*answer[api.HookMade], error) {
	if err != nil {
		return nil, err
	}
	return reply(api.HookMade{Hook: hookOf(office.HookDetail{Hook: h}), Secret: h.Secret.Reveal()}), nil
}

func hookOf(h office.HookDetail) api.Hook {
	types := make([]string, len(h.Types))
	for i, t := range h.Types {
		types[i] = string(t)
	}
	return api.Hook{
		Name: h.Name, URL: h.URL, Types: types, Department: h.Department, Enabled: h.Enabled(), Why: h.Why,
		CreatedAt: api.At(h.CreatedAt), DisabledAt: api.At(h.DisabledAt), OldUntil: api.At(h.OldUntil), Waiting: h.Waiting, NextAt: api.At(h.NextAt),
	}
}

func (a *API) testHook(ctx context.Context, in *hookName) (*answer[api.HookAnswer], error) {
	got, err := a.office.TestHook(ctx, in.Name, actor(ctx))
	if err != nil {
		return nil, err
	}
	return reply(api.HookAnswer{OK: got.OK(), Status: got.Status, Says: got.Says, Took: got.Took.Milliseconds()}), nil
}

func (a *API) listDeliveries(ctx context.Context, in *deliveriesQuery) (*answer[api.Deliveries], error) {
	all, err := a.view(ctx).Deliveries(ctx, in.Name, office.DeliveryFilter{State: hooks.State(in.State), Before: in.Before, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	page := api.Deliveries{Deliveries: make([]api.Delivery, len(all))}
	for i, d := range all {
		page.Deliveries[i] = api.Delivery{
			ID: d.ID, Event: d.Event, Type: string(d.Type), At: api.At(d.At), State: string(d.State), Attempts: d.Attempts,
			Status: d.Status, Says: d.Says, Took: d.Took.Milliseconds(), LastAt: api.At(d.LastAt), NextAt: api.At(d.NextAt),
		}
	}
	if len(all) == in.Limit {
		page.Next = all[len(all)-1].ID
	}
	return reply(page), nil
}

func (a *API) resendHook(ctx context.Context, in *onHook[api.Resend]) (*answer[api.Done], error) {
	switch r := in.Body; {
	case (r.Event == "") == r.Since.IsZero():
		return nil, office.Refuse(office.Invalid, "it is not said what is to be told again", "name one event, or an instant from which on all is")
	case r.Event != "":
		return done(a.office.ResendHook(ctx, in.Name, r.Event, actor(ctx)))
	default:
		return done(a.office.ResendHookSince(ctx, in.Name, r.Since.Time, actor(ctx)))
	}
}
