package channels

import (
	"context"
	"encoding/json"
)

// Informer is a channel whose renderings need facts from outside, such as a
// server's limits or the id behind a mention.
type Informer interface {
	// Inform fetches them before a post is rendered. It is not called for a
	// channel in rehearsal. What it answers is stored with the revision.
	Inform(ctx context.Context, post Post) (Facts, error)
}

// Facts are what a kind learned from outside, in its own JSON; empty if it
// asked nobody. Render uses the kind's documented defaults then.
type Facts = json.RawMessage
