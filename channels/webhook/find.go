package webhook

import (
	"context"

	"clarion/channels"
)

// Find settles a send whose outcome nobody recorded, as after a crash: it may
// be sent again, whether it arrived or not. There is no one to ask.
func (c *channel) Find(context.Context, channels.Delivery) (channels.Finding, error) {
	return channels.Finding{
		Verdict:  channels.Absent,
		Evidence: "the receiver can't be asked; it takes an event once for each webhook-id, so the event is sent again",
	}, nil
}
