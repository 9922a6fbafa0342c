package channels

import "context"

// Journal is what a send did at its destination so far, over all its attempts:
// uploads, and posts of a thread. A step is recorded once it is certain and
// before the next begins, or, where the destination lets the sender choose an
// id, before that id is used.
type Journal interface {
	// Done gives what a step came to; false if it was not recorded.
	Done(ctx context.Context, step string) (string, bool, error)
	// Record makes a step durable. If it cannot, the adapter begins nothing
	// more and answers Unknown if something has left unrecorded.
	Record(ctx context.Context, step Step) error
	// Original gives a step of the send that this one corrects or withdraws.
	Original(ctx context.Context, step string) (string, bool, error)
}

// Step is one thing done at a destination.
type Step struct {
	Name  string // unique within the send: "media/SHA256", "post/1"
	Value string // what the adapter needs to know of it, such as a remote id
	Cost  int64  // what the destination charges, in millionths of the account's currency
}
