package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/message"
	"clarion/office"
)

// day is what the agenda counts in.
const day = 24 * time.Hour

func (a *API) registerAgenda() {
	handle(a, huma.Operation{
		OperationID: "show-agenda", Method: http.MethodGet, Path: "/agenda", Summary: "Show what leaves next", Tags: []string{"messages"},
		Description: "Messages that are approved, held, or in review with a time, in the order in which they leave.",
	}, a.showAgenda)
}

func (a *API) showAgenda(ctx context.Context, in *struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"7" doc:"How far to look, in days of 24 hours."`
}) (*answer[api.Agenda], error) {
	until := time.Now().Add(time.Duration(in.Days) * day)
	out := api.Agenda{Agenda: []api.Due{}}
	for _, state := range []message.State{message.Approved, message.Held, message.InReview} {
		all, err := a.allMessages(ctx, state)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			at := dueAt(m)
			if at.IsZero() || at.After(until) {
				continue
			}
			d, err := a.view(ctx).Message(ctx, m.ID)
			if err != nil {
				return nil, err
			}
			out.Agenda = append(out.Agenda, dueOf(d, at))
		}
	}
	slices.SortStableFunc(out.Agenda, func(a, b api.Due) int { return a.At.Compare(b.At.Time) })
	return reply(out), nil
}

// allMessages gathers every message in a state.
func (a *API) allMessages(ctx context.Context, state message.State) ([]message.Message, error) {
	var all []message.Message
	f := office.MessageFilter{State: state, Limit: office.MaxList}
	for {
		page, err := a.view(ctx).Messages(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < f.Limit {
			return all, nil
		}
		f.Before = page[len(page)-1].ID
	}
}

// dueAt is when a message leaves; zero for one in review that leaves once it is
// approved.
func dueAt(m message.Message) time.Time {
	if m.State == message.InReview {
		return m.Schedule.Earliest
	}
	return m.Schedule.Due(m.ApprovedAt)
}

func dueOf(d office.Detail, at time.Time) api.Due {
	due := api.Due{
		Message: d.Message.ID, Title: d.Message.Title, State: string(d.Message.State), Hold: string(d.Message.Hold),
		Department: d.Message.Department, Audience: d.Content.Plan.Audiences, Mechanism: make([]string, len(d.Plan)), At: api.At(at),
	}
	for i, p := range d.Plan {
		due.Mechanism[i] = p.Channel
	}
	return due
}
