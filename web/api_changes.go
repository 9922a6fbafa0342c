package web

import (
	"context"
	"net/http"
	"time"

	"clarion/api"
)

const (
	// maxWait bounds how long a follower is kept waiting.
	maxWait = 30 * time.Second
	// recheck is how often a waiting follower's place is looked at. It is one
	// read by primary key, and only while somebody waits.
	recheck = 200 * time.Millisecond
)

type changesQuery struct {
	After int64  `query:"after" minimum:"-1" default:"-1" doc:"The next of the answer before; -1 gives the present place at once."`
	Wait  string `query:"wait" default:"25s" doc:"How long to wait for a change, at most 30s."`
}

// followSends answers as soon as something changed behind a place, or with
// nothing once the wait is over.
func (a *API) followSends(ctx context.Context, in *changesQuery) (*answer[api.ChangedSends], error) {
	wait, err := time.ParseDuration(in.Wait)
	if err != nil || wait < 0 || wait > maxWait {
		return nil, problem(http.StatusBadRequest, "wait is no time from 0s to 30s", "write it as 25s")
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	again := time.NewTicker(recheck)
	defer again.Stop()
	for {
		sends, next, err := a.view(ctx).ChangedSends(ctx, in.After)
		if err != nil {
			return nil, err
		}
		if len(sends) > 0 || next != in.After {
			return reply(api.ChangedSends{Sends: sendsOf(sends), Next: next}), nil
		}
		select {
		case <-again.C:
			continue
		case <-over.C:
		case <-a.stopped:
		case <-ctx.Done():
		}
		return reply(api.ChangedSends{Sends: sendsOf(nil), Next: next}), nil
	}
}
