package message

import "slices"

// State is where a message stands.
type State string

// The states of a message.
const (
	Draft            State = "draft"
	InReview         State = "in_review"
	Approved         State = "approved"
	Held             State = "held"
	Releasing        State = "releasing"
	Released         State = "released"
	ReleasedWithOpen State = "released_with_open"
	Rehearsed        State = "rehearsed"
	Cancelled        State = "cancelled"
	Expired          State = "expired"
)

// States lists every state of a message, in the order of a life.
func States() []State {
	return []State{
		Draft, InReview, Approved, Held, Releasing, Released, ReleasedWithOpen, Rehearsed, Cancelled, Expired,
	}
}

// Can reports whether a message may go from s to another state.
func (s State) Can(to State) bool {
	next := map[State][]State{
		Draft:    {InReview, Cancelled},
		InReview: {Draft, Approved, Cancelled},
		Approved: {Draft, Held, Releasing, Cancelled, Expired},
		Held:     {Draft, Approved, Cancelled, Expired},
		Releasing: {
			Released, ReleasedWithOpen, Rehearsed, Cancelled,
		},
		ReleasedWithOpen: {Releasing, Released, Rehearsed, Cancelled},
		Rehearsed:        {Draft},
	}
	return slices.Contains(next[s], to)
}

// Editable reports whether an edit is allowed: any time before releasing.
func (s State) Editable() bool {
	return s == Draft || s == InReview || s == Approved || s == Held || s == Rehearsed
}

// SendState is where a send, or one recipient of an addressed send, stands.
type SendState string

// The states of a send and of a recipient.
const (
	Planned       SendState = "planned"
	Claimed       SendState = "claimed"
	Sending       SendState = "sending"
	Waiting       SendState = "waiting"
	Sent          SendState = "sent"
	SendRehearsed SendState = "rehearsed"
	Failed        SendState = "failed"
	SendUnknown   SendState = "unknown"
	SendHeld      SendState = "held"
	Suppressed    SendState = "suppressed"
	SendCancelled SendState = "cancelled"
	Abandoned     SendState = "abandoned"
)

// SendStates lists every state of a send. Its recipients' counts by these
// states always add up to its candidates.
func SendStates() []SendState {
	return []SendState{
		Planned, Claimed, Sending, Waiting, Sent, SendRehearsed, Failed, SendUnknown,
		SendHeld, Suppressed, SendCancelled, Abandoned,
	}
}

// Can reports whether a send or recipient may go from s to another state.
func (s SendState) Can(to SendState) bool {
	next := map[SendState][]SendState{
		Planned:     {Claimed, SendHeld, SendCancelled, Suppressed},
		Claimed:     {Planned, Sending, SendHeld, SendCancelled, Suppressed, Sent, SendRehearsed},
		Sending:     {Sent, SendRehearsed, Planned, SendHeld, Waiting, Failed, SendUnknown},
		Waiting:     {Planned, Claimed, Failed, SendHeld, SendCancelled, Suppressed},
		Failed:      {Planned, Abandoned},
		SendUnknown: {Sent, Planned, Failed, Abandoned},
		SendHeld:    {Planned, SendCancelled},
	}
	return slices.Contains(next[s], to)
}

// Closed reports whether nothing more will happen to a send by itself or
// through a person.
func (s SendState) Closed() bool {
	switch s {
	case Sent, SendRehearsed, Suppressed, SendCancelled, Abandoned:
		return true
	default:
		return false
	}
}

// Open reports whether a person must look: failed or unknown.
func (s SendState) Open() bool { return s == Failed || s == SendUnknown }

// Tally counts sends, or a send's recipients, by state.
type Tally map[SendState]int

// Total is the number of candidates.
func (t Tally) Total() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

func (t Tally) any(match func(SendState) bool) bool {
	for s, n := range t {
		if n > 0 && match(s) {
			return true
		}
	}
	return false
}

// Message gives the state that a message in releasing has by its sends.
func (t Tally) Message() State {
	moving := func(s SendState) bool { return !s.Closed() && !s.Open() }
	switch {
	case t.any(moving):
		return Releasing
	case t.any(SendState.Open):
		return ReleasedWithOpen
	case t[Sent] > 0:
		return Released
	case t[SendRehearsed] > 0:
		return Rehearsed
	default:
		return Cancelled
	}
}

// Send gives the state that an addressed send has by its recipients once the
// first of them moved: open ones show, and one accepted mail makes it sent.
func (t Tally) Send() SendState {
	moving := func(s SendState) bool { return !s.Closed() && !s.Open() }
	switch {
	case t.any(moving):
		return Sending
	case t[SendUnknown] > 0:
		return SendUnknown
	case t[Failed] > 0:
		return Failed
	case t[Sent] > 0:
		return Sent
	case t[SendRehearsed] > 0:
		return SendRehearsed
	case t[Abandoned] > 0:
		return Abandoned
	case t[SendCancelled] > 0:
		return SendCancelled
	default:
		return Suppressed
	}
}
