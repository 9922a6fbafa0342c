package channels

import (
	"context"
	"time"
)

// Checker is a channel that can tell whether its destination and credentials
// are usable, without publishing anything.
type Checker interface {
	// Check answers with an *Error: Unavailable if a person must mend
	// something, Temporary if it could not be told just now.
	Check(ctx context.Context) (Standing, error)
}

// Standing is how an account stands at its destination.
type Standing struct {
	Account string    // as the destination calls it
	Expires time.Time // of the credentials; zero if they do not expire or nobody can know
	Quota   string    // for people: what is left of what the destination allows; empty if it does not say
}

// Vault keeps credentials that a destination renews, such as refresh tokens.
type Vault interface {
	// Load gives what was saved under a name; nil if nothing was.
	Load(name string) ([]byte, error)
	// Save makes a value durable before it returns. Only then may the value be
	// used.
	Save(name string, value []byte) error
}

// Notifier is a channel that can carry a short operational notice to staff,
// outside of the queue.
type Notifier interface {
	Notify(ctx context.Context, to []string, subject, text string) error
}
