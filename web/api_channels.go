package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"clarion/api"
	"clarion/channels"
	"clarion/office"
)

type channelName struct {
	Name string `path:"name" maxLength:"40" doc:"The channel's name."`
}

// onChannel is what is asked of one channel.
type onChannel[T any] struct {
	Name string `path:"name" maxLength:"40" doc:"The channel's name."`
	Body T
}

func (a *API) registerChannels() {
	handle(a, huma.Operation{
		OperationID: "list-channels", Method: http.MethodGet, Path: "/channels", Summary: "List the channels", Tags: []string{"channels"},
	}, a.listChannels)
	handle(a, huma.Operation{
		OperationID: "show-channel", Method: http.MethodGet, Path: "/channels/{name}", Summary: "Show a channel", Tags: []string{"channels"},
	}, func(ctx context.Context, in *channelName) (*answer[api.Channel], error) {
		one, err := a.channel(ctx, in.Name)
		return reply(one), err
	})
	handle(a, huma.Operation{
		OperationID: "check-channel", Method: http.MethodPost, Path: "/channels/{name}/check", Summary: "Check a channel's destination and credentials", Tags: []string{"channels"},
	}, a.checkChannel)
	handle(a, huma.Operation{
		OperationID: "pause-channel", Method: http.MethodPost, Path: "/channels/{name}/pause", Summary: "Pause a channel", Tags: []string{"channels"},
	}, func(ctx context.Context, in *onChannel[api.Reason]) (*answer[api.Done], error) {
		return done(a.office.PauseChannel(ctx, in.Name, in.Body.Reason, actor(ctx)))
	})
	handle(a, huma.Operation{
		OperationID: "resume-channel", Method: http.MethodPost, Path: "/channels/{name}/resume", Summary: "Resume a channel", Tags: []string{"channels"},
	}, func(ctx context.Context, in *channelName) (*answer[api.Done], error) {
		return done(a.office.ResumeChannel(ctx, in.Name, actor(ctx)))
	})
	handle(a, huma.Operation{
		OperationID: "rehearse-channel", Method: http.MethodPost, Path: "/channels/{name}/mode", Summary: "Switch a channel to rehearsal or live", Tags: []string{"channels"},
	}, func(ctx context.Context, in *onChannel[api.Mode]) (*answer[api.Done], error) {
		return done(a.office.RehearseChannel(ctx, in.Name, in.Body.Rehearsal, actor(ctx)))
	})
}

func (a *API) listChannels(ctx context.Context, _ *nothing) (*answer[api.Channels], error) {
	all, err := a.view(ctx).Channels(ctx)
	if err != nil {
		return nil, err
	}
	out := api.Channels{Channels: make([]api.Channel, len(all))}
	for i, c := range all {
		out.Channels[i] = channelOf(c)
	}
	return reply(out), nil
}

// standingOf is nothing for a channel that was never checked.
func standingOf(c office.ChannelCheck) *api.Standing {
	if c.At.IsZero() {
		return nil
	}
	return &api.Standing{
		At: api.At(c.At), OK: c.Good(), Class: c.Class, Reason: c.Reason, Account: c.Account, ExpiresAt: api.At(c.Expires), Quota: c.Quota,
	}
}

func channelOf(c office.ChannelDetail) api.Channel {
	return api.Channel{
		Name: c.Name, Kind: c.Kind, Rehearsal: c.State.Rehearsal, Paused: c.State.Paused, PausedBy: c.State.By, Reason: c.State.Reason,
		ChangedAt: api.At(c.State.ChangedAt), Local: c.Capabilities.Local, Addressed: c.Capabilities.Addressed,
		Limit: c.Capabilities.Limit, Unit: c.Capabilities.Unit, Can: canOf(c.Capabilities),
		PostsThisMonth: c.Month.Posts, CostThisMonth: decimal(c.Month.Cost),
		Destination: api.Destination{Endpoint: c.Destination.Endpoint, Account: c.Destination.Account, Sender: c.Destination.Sender},
		Check:       standingOf(c.Check),
	}
}

// canOf puts in words what a channel can do. What it publishes here, Clarion
// can change and take away.
func canOf(c channels.Capabilities) []string {
	var can []string
	for _, capability := range []struct {
		name string
		has  bool
	}{
		{"edit", c.Edits || c.Local}, {"delete", c.Deletes || c.Local}, {"reply", c.Replies}, {"thread", c.Threads},
	} {
		if capability.has {
			can = append(can, capability.name)
		}
	}
	return can
}

func (a *API) checkChannel(ctx context.Context, in *channelName) (*answer[api.Checked], error) {
	c, err := a.view(ctx).CheckChannel(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return reply(api.Checked{
		Name: c.Name, OK: c.OK, Says: c.Says, Account: c.Standing.Account, ExpiresAt: api.At(c.Standing.Expires), Quota: c.Standing.Quota, Paused: c.Paused,
	}), nil
}
