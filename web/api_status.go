package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

func (a *API) registerStatus() {
	handle(a, huma.Operation{
		OperationID: "show-status", Method: http.MethodGet, Path: "/status", Summary: "Tell the version and what waits", Tags: []string{"status"},
	}, a.showStatus)
}

func (a *API) showStatus(ctx context.Context, _ *nothing) (*answer[api.Status], error) {
	b, err := a.view(ctx).Backlog(ctx)
	if err != nil {
		return nil, err
	}
	state, err := a.office.FreezeState(ctx)
	if err != nil {
		return nil, err
	}
	review, err := a.view(ctx).Messages(ctx, office.MessageFilter{State: message.InReview, Limit: office.MaxList})
	if err != nil {
		return nil, err
	}
	waiting, err := a.view(ctx).FirstDecisions(ctx)
	if err != nil {
		return nil, err
	}
	paused, err := a.pausedChannels(ctx)
	if err != nil {
		return nil, err
	}
	warnings, err := a.channelWarnings(ctx)
	if err != nil {
		return nil, err
	}
	debts, err := a.debts(ctx)
	if err != nil {
		return nil, err
	}
	return reply(api.Status{
		Debts:   debts,
		Version: a.version, Frozen: state.Frozen, FrozenBy: state.By, FrozenAt: api.At(state.At), Why: state.Reason,
		Due: b.Due, Overdue: b.Overdue, OldestDue: api.At(b.OldestDue), Failed: b.Failed, Unknown: b.Unknown, Held: b.Held,
		Waiting: firstsOf(waiting), InReview: len(review), Paused: paused,
		Warnings: warnings,
	}), nil
}

func (a *API) debts(ctx context.Context) ([]api.Debt, error) {
	found, err := a.view(ctx).Debts(ctx)
	all := make([]api.Debt, len(found))
	for i, d := range found {
		all[i] = api.Debt{Message: d.Message, Title: d.Title, By: d.By, At: api.At(d.At)}
	}
	return all, err
}

func (a *API) channelWarnings(ctx context.Context) ([]api.ChannelWarning, error) {
	found, err := a.view(ctx).ChannelWarnings(ctx, time.Now())
	all := make([]api.ChannelWarning, len(found))
	for i, w := range found {
		all[i] = api.ChannelWarning(w)
	}
	return all, err
}

func (a *API) pausedChannels(ctx context.Context) ([]string, error) {
	all, err := a.view(ctx).Channels(ctx)
	if err != nil {
		return nil, err
	}
	paused := []string{}
	for _, c := range all {
		if c.State.Paused {
			paused = append(paused, c.Name)
		}
	}
	return paused, nil
}
