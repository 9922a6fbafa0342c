package channels

import (
	"errors"
	"fmt"
	"time"
)

// Class says what an error means for the publication. The zero value is
// Unknown, so an unclassified error is never repeated blindly.
type Class uint8

const (
	Unknown     Class = iota // may have been published
	Temporary                // was not published; repeat later
	RateLimited              // was not published; repeat at Error.Until
	Unavailable              // was not published; the account or destination is unusable
	Permanent                // was not and will not be published
	NotBegun                 // was not published: stopped before the first byte
)

// String is the word used in logs, the ledger and the API.
func (c Class) String() string {
	switch c {
	case Unknown:
		return "unknown"
	case Temporary:
		return "temporary"
	case RateLimited:
		return "rate-limited"
	case Unavailable:
		return "unavailable"
	case Permanent:
		return "permanent"
	case NotBegun:
		return "not-begun"
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// Error is an adapter's classed answer. Reason is for people: what the
// destination said, without secrets or personal data.
type Error struct {
	Class  Class
	Reason string
	Until  time.Time // with RateLimited: not before; zero if the destination did not say
	Err    error     // what lies beneath, if anything
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Class.String() + ": " + e.Reason
	}
	return e.Class.String() + ": " + e.Reason + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

const unsaid = "the adapter did not say what the failure means"

// AsError gives the classed error inside err. An error without a class comes
// back as Unknown. AsError(nil) is nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	switch e, ok := errors.AsType[*Error](err); {
	case !ok:
		return &Error{Class: Unknown, Reason: unsaid, Err: err}
	case e == nil: // a nil *Error in an error: it has neither class nor text
		return &Error{Class: Unknown, Reason: unsaid}
	default:
		return e
	}
}
