// Package webhook is the channel to an office's own systems: it tells a
// receiver of each message by a signed request, as Standard Webhooks 1.0.0
// (https://www.standardwebhooks.com) lays down.
//
// Failure rules. A receiver takes an event once for each webhook-id, which is
// the delivery's key, so what may have arrived is sent again: an answer that
// did not come, and any 5xx, are Temporary, and what a crash left unknown is
// not looked for but repeated. A receiver that asks for a pause is RateLimited.
// One that is gone, moved, or does not let us in is Unavailable, and so is one
// whose certificate can't be trusted. Every other refusal is Permanent. Only
// the status counts: what a 2xx says besides is not read.
package webhook

import (
	"time"

	"clarion/channels"
	"clarion/channels/receiver"
	"clarion/channels/request"
)

// agent is how requests call their sender.
const agent = "Clarion"

// concurrency is how many events may be under way at once.
const concurrency = 4

// Kind is the webhook's line in the registry.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    "webhook",
		Summary: "Tells a system of your own of each message, by a signed request (Standard Webhooks).",
		New:     newChannel,
	}
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	var own settings
	if err := s.Decode(&own); err != nil {
		return nil, err
	}
	signers, err := own.complete()
	if err != nil {
		return nil, err
	}
	return &channel{settings: own, signers: signers, client: request.New(agent), now: time.Now}, nil
}

// channel is a configured webhook.
type channel struct {
	settings settings
	signers  receiver.Signers
	client   *request.Client // with the system's certificates
	now      func() time.Time
}

var (
	_ channels.Checker   = (*channel)(nil)
	_ channels.Finder    = (*channel)(nil)
	_ channels.Previewer = (*channel)(nil)
)

// Capabilities says that a correction and a withdrawal are events of their own.
func (c *channel) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Media: true, Edits: true, Deletes: true, Limit: MaxEvent, Unit: "bytes", Concurrency: concurrency, Ahead: 1,
	}
}

// Destination is the receiver's address; it holds no secret.
func (c *channel) Destination() channels.Destination {
	return channels.Destination{Kind: "webhook", Endpoint: c.settings.URL}
}
