package channeltest

import "clarion/channels"

// Destination is what a channel under test publishes to: a scripted server in
// the test's own process, or a folder, or whatever the kind writes to.
type Destination interface {
	// Requests counts what reached the destination since it was made: HTTP
	// requests that publish, SMTP envelopes, files. What was cut or refused
	// counts from its first byte on.
	Requests() int
	// Fail makes all that comes from now on meet a fault; Healthy ends it. It
	// reports whether the destination can play the fault.
	Fail(f Fault) bool
}

// Staller is a Destination that can play Stall or StallAnswer.
type Staller interface {
	// Stalled gives a value each time a request has been read whole and its
	// client is left to wait.
	Stalled() <-chan struct{}
}

// Fault is something that goes wrong at a destination.
type Fault string

// The faults, and what each means for the publication.
const (
	Healthy     Fault = "healthy"
	Unreachable Fault = "unreachable"  // no connection can be made: nothing was written
	CutBefore   Fault = "cut-before"   // the connection is cut before the request is read
	CutAfter    Fault = "cut-after"    // the request is read whole, then the connection is cut
	Stall       Fault = "stall"        // the request is read whole and never answered
	StallAnswer Fault = "stall-answer" // the answer begins as a good one and never ends
	Garble      Fault = "garble"       // the answer looks good and makes no sense
	Break       Fault = "break"        // the destination broke over the request: HTTP 500
	Refuse      Fault = "refuse"       // this request is refused for good: HTTP 422, SMTP 554
	Deny        Fault = "deny"         // the credentials are refused: HTTP 401, SMTP 535
	Limit       Fault = "limit"        // too many requests: HTTP 429 with Retry-After
	Redirect    Fault = "redirect"     // the destination points elsewhere: HTTP 303
)

// Faults lists every fault.
func Faults() []Fault {
	return []Fault{
		Unreachable, CutBefore, CutAfter, Stall, StallAnswer, Garble, Break, Refuse, Deny, Limit, Redirect,
	}
}

// classes lists what a channel may answer when it meets a fault. Whatever may
// have been published is Unknown and nothing else.
func (f Fault) classes() []channels.Class {
	switch f {
	case Unreachable:
		return []channels.Class{channels.Temporary, channels.Unavailable}
	case CutBefore:
		return []channels.Class{channels.Unknown, channels.Temporary}
	case Refuse:
		return []channels.Class{channels.Permanent, channels.Unavailable}
	case Deny:
		return []channels.Class{channels.Unavailable}
	case Limit:
		return []channels.Class{channels.RateLimited}
	case Redirect:
		return []channels.Class{channels.Unknown, channels.Unavailable, channels.Permanent}
	default:
		return []channels.Class{channels.Unknown}
	}
}

// arrives reports whether a request has certainly reached a destination that
// plays the fault.
func (f Fault) arrives() bool { return f == CutAfter || f == Stall || f == StallAnswer }

// stalls reports whether the channel waits until its context ends.
func (f Fault) stalls() bool { return f == Stall || f == StallAnswer }

// none stands in for the destination of a channel that has none.
type none struct{}

func (none) Requests() int     { return 0 }
func (none) Fail(f Fault) bool { return f == Healthy }
