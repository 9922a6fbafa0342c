// Package mastodon publishes to an account on a Mastodon server, or on one that
// is compatible, through the client API (docs.joinmastodon.org/api).
//
// Failure rules. A post counts as published when the server answered with its
// id, and every post of a thread is in the journal before the next begins. A
// server that breaks over a post, or whose answer makes no sense, leaves it
// Unknown: an Idempotency-Key is sent, but some servers ignore it and no server
// keeps it for longer than an hour, so nothing relies on it. An upload
// publishes nothing, so whatever becomes of it is never Unknown. A refused
// token, or a server that has no such API, is Unavailable. Find only reads. It
// says Absent when the server had time to show a post and its account's posts
// were read back to before the attempt; in all other cases it can't tell. What
// a server says of its limits is bounded before it is used, and the token is
// taken out of whatever it says to people.
package mastodon

import (
	"context"
	"errors"
	"sync"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// kind is the name in the configuration file.
const kind = "mastodon"

// agent is how requests name themselves; servers refuse posts without it.
const agent = "Clarion (mastodon)"

// Kind is the registry's line for Mastodon.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    kind,
		Summary: "Posts to an account on Mastodon or a compatible server.",
		New:     newChannel,
	}
}

// Channel is one account on one server.
type Channel struct {
	set    settings
	base   string // of this installation's pages
	client *request.Client
	now    func() time.Time
	wait   func(ctx context.Context, d time.Duration) error

	mu      sync.Mutex
	facts   channels.Facts
	learned time.Time
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	var set settings
	if err := errors.Join(s.Decode(&set), set.complete()); err != nil {
		return nil, err
	}
	return &Channel{set: set, base: s.BaseURL, client: request.New(agent), now: time.Now, wait: wait}, nil
}

// wait lets a time pass, or ends with the context.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Capabilities tells what the channel can do, with the limits of a server that
// changed none.
func (c *Channel) Capabilities() channels.Capabilities {
	l := defaults()
	return channels.Capabilities{
		Media: true, Edits: true, Deletes: true, Replies: true, Threads: true,
		Limit: l.Characters, Unit: unit, Images: l.Images, AltLimit: l.AltLimit,
		Concurrency: 2, Ahead: 1,
	}
}

// Destination identifies the server, and the account if the settings name it.
func (c *Channel) Destination() channels.Destination {
	return channels.Destination{Kind: kind, Endpoint: c.set.Server, Account: c.set.Account}
}
