// Package channels holds what every channel adapter and its callers share: the
// Channel interface, renderings with their typed slots, and the classes of
// error an adapter answers with.
//
// Failure rules. A channel publishes once and reports; it never retries, never
// sleeps and never decides: the queue does. Publish returns nil only when the
// destination accepted the send. Every other outcome is an *Error with a
// Class; an error without a class counts as Unknown, so that forgetting to
// classify can never publish twice. An adapter calls Delivery.Begin right
// before the first byte of each envelope or request that changes anything at
// the destination, and returns the error of Begin as it is, having written
// nothing more. A send that takes several requests records each of them in its
// Journal before the next, so that whoever goes on after it knows where it
// stood.
package channels

import (
	"context"
	"io"
)

// Channel publishes to one destination.
type Channel interface {
	// Capabilities tells what the channel can do. It does no I/O.
	Capabilities() Capabilities
	// Destination identifies where the channel publishes to. It does no I/O
	// and holds no secret.
	Destination() Destination
	// Render makes what the channel would publish for a post. It does no I/O
	// and is deterministic: equal posts give equal renderings. With a problem
	// among the answers the rendering must not be used.
	Render(post Post) (Rendering, []Problem)
	// Publish delivers once. A nil error means that the destination accepted.
	Publish(ctx context.Context, d Delivery) (Receipt, error)
}

// Connector is a channel whose deliveries share a connection. The queue opens
// no attempt before a connection stands.
type Connector interface {
	Connect(ctx context.Context) (Session, error)
}

// Session is one connection of a Connector. It is used by one goroutine.
type Session interface {
	// Publish delivers once over the connection, like Channel.Publish.
	Publish(ctx context.Context, d Delivery) (Receipt, error)
	// Alive reports whether the connection can carry another delivery.
	Alive() bool
	io.Closer
}
