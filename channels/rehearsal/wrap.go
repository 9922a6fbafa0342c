// Package rehearsal stands in for channels that must not publish: as a wrapper
// of any channel, and as a kind of its own with limits like those of a social
// network.
//
// Failure rules. Nothing leaves the machine: no code here opens a connection,
// and of a wrapped channel only what does no I/O is ever called. A slot that
// would not fill is Permanent, since it would not fill in earnest either. What
// is stopped by its context is Temporary, and an error of Begin comes back as
// it is.
package rehearsal

import (
	"context"
	"fmt"

	"clarion/channels"
)

// What a rehearsal can take: it waits for nobody.
const (
	concurrency = 16
	ahead       = 64
)

// Wrap gives a channel that renders as c does and publishes nothing. Its
// destination is that of c, so that an approval holds for both. It is a
// Previewer if c is, which does no I/O, and nothing else that c may be.
func Wrap(c channels.Channel) channels.Channel {
	if p, ok := c.(channels.Previewer); ok {
		return shown{wrapped{c}, p}
	}
	return wrapped{c}
}

type wrapped struct{ channels.Channel }

// shown is a wrapped channel that can show people what it would publish.
type shown struct {
	wrapped
	channels.Previewer
}

func (w wrapped) Capabilities() channels.Capabilities {
	caps := w.Channel.Capabilities()
	caps.Local, caps.Rehearses = false, true
	caps.Concurrency, caps.Ahead = concurrency, ahead
	return caps
}

func (wrapped) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	return rehearse(ctx, d)
}

// rehearse does all of a delivery but the delivering.
func rehearse(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{
			Class: channels.Temporary, Reason: "the rehearsal was stopped before it began", Err: err,
		}
	}
	values := d.Values.StandIn(d.Rendering)
	for _, document := range d.Rendering.Documents {
		if _, err := document.Fill(values); err != nil {
			return channels.Receipt{}, &channels.Error{
				Class: channels.Permanent, Reason: fmt.Sprintf("the document %q could not be completed", document.Name), Err: err,
			}
		}
	}
	if err := d.Begin(); err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{RemoteID: "rehearsal", Detail: "nothing left the machine"}, nil
}
