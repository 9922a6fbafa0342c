package message

import (
	"time"

	"clarion/channels"
)

// Send is one message by one channel, as people see it.
type Send struct {
	ID        int64
	Message   string
	Title     string
	Channel   string // the mechanism
	Audiences []string
	Run       int // 0 is the live run
	Revision  int
	Rehearsal bool
	Addressed bool
	State     SendState
	Hold      HoldReason
	Class     string
	Reason    string
	Attempts  int
	Digest    string
	Key       string
	RemoteID  string
	RemoteURL string
	Due       time.Time // scheduled for
	NextAt    time.Time
	SentAt    time.Time // zero until it was sent or rehearsed
	Tally     Tally     // of the recipients, for an addressed send
}

// Attempt is one try at a send or recipient, as people see it.
type Attempt struct {
	ID        int64
	Recipient int64 // 0 for a send that is not addressed
	Number    int
	OpenedAt  time.Time
	ClosedAt  time.Time // zero while open
	Outcome   SendState // empty while open
	Class     string
	Reason    string
	RemoteID  string
	RemoteURL string
	Detail    string
}

// Item is what the queue claims: a send, or one recipient of an addressed
// send, with all that a delivery needs.
type Item struct {
	Send      int64
	Recipient int64 // 0 for a send that is not addressed
	Message   string
	Channel   string
	Audiences []string
	Run       int
	Revision  int
	Rehearsal bool // the run is a rehearsal of its own
	Due       time.Time
	Attempt   int    // the number of the next attempt, from 1
	Key       string // idempotency key
	Digest    string // of the rendering
	Rendering []byte // as stored; nil for a recipient, whose send's is loaded once

	EntryID     string
	Slug        string
	PublishedAt time.Time // of the page that this updates; zero if it makes its own
	Zone        string

	Address string // of the recipient
	Name    string
}

// ClaimRequest asks for what is due of a lane.
type ClaimRequest struct {
	Lane  Lane
	Limit int // items at most; 0 claims nothing
}

// Claim is the outcome of one claim.
type Claim struct {
	Items   []Item    // of a local lane: leased
	Opened  []Opened  // of any other lane: their attempts are durable
	Stopped []Stopped // what the gate did not let pass
}

// Stopped is a send that the gate did not let pass, or one recipient of it that
// was suppressed meanwhile, and what became of it.
type Stopped struct {
	Send      int64
	Recipient int64
	Message   string
	Channel   string
	Audiences []string
	Due       time.Time
	Verdict   Verdict
}

// Opened is an item whose attempt is durable.
type Opened struct {
	Item    Item
	Attempt int64     // id; 0 if the gate stopped it in the transaction of its publication
	At      time.Time // of the attempt
	Stopped *Stopped  // then
}

// Settlement is the outcome of one attempt, to be made durable.
type Settlement struct {
	Item     Item
	Attempt  int64     // id; 0 for a local channel, whose attempt is recorded with its outcome
	OpenedAt time.Time // of the attempt
	ClosedAt time.Time
	To       SendState  // where the send or recipient goes
	NextAt   time.Time  // with Waiting and Planned
	Hold     HoldReason // with SendHeld
	Class    channels.Class
	Failed   bool // Class says something
	Reason   string
	Receipt  channels.Receipt
	Mode     Mode // the channel's at the attempt
	Publish  *Publication
}

// Rehearsed reports whether the attempt was made in rehearsal.
func (s Settlement) Rehearsed() bool { return s.Item.Rehearsal || s.Mode == Rehearsal }

// Publication is what becomes public with the settlement of a local send:
// filled documents by name.
type Publication struct {
	Documents map[string][]byte
	Assets    []string // SHA-256 of what becomes reachable
}

// Lane is what the store needs to know of a channel when it claims for it.
type Lane struct {
	Channel     string
	Available   bool   // the channel is configured
	Fingerprint string // of the channel's destination now
	Mode        Mode
	Addressed   bool
	Frozen      bool // by file or memory; the store looks at its own row as well
}

// ChannelMode is what was decided about a channel while running.
type ChannelMode struct {
	Paused    bool
	Rehearsal bool
}
