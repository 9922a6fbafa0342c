package message

import "time"

// Facts is what the gate looks at, read in the transaction that claims a send
// and again in the one that opens its attempt.
type Facts struct {
	Message   State
	Send      SendState
	Rehearsal bool // the run is a rehearsal of its own: it needs no approval
	SendHold  bool // the addressed send carries the held flag

	RevisionCurrent  bool   // the send's revision is the message's current one
	ApprovedDigest   string // of the approval in force; empty if there is none
	CurrentDigest    string // of what is stored for the send's revision
	Frozen           bool
	Due              time.Time
	LateLimit        time.Duration
	Late             bool      // it may go however late: a person released it
	Expires          time.Time // zero: never
	Attempts         int       // made so far: a retry is not late
	ApprovedFor      string    // fingerprint of the destination that was approved
	ApprovedMode     Mode
	Current          string // fingerprint of the channel's destination now
	CurrentMode      Mode
	ChannelAvailable bool // the channel is configured
}

// Mode is whether a channel publishes or rehearses.
type Mode string

// The modes of a channel.
const (
	Live      Mode = "live"
	Rehearsal Mode = "rehearsal"
)

// Verdict is what the gate says of a send.
type Verdict struct {
	Act  Act
	Hold HoldReason
	Why  string // for logs and the ledger; a closed set of phrases
}

// Act is what is to be done with a send.
type Act uint8

// The acts of a verdict. The zero value lets nothing pass.
const (
	Refuse  Act = iota // leave it alone: it is not, or no longer, to be sent
	Pass               // it may go
	HoldIt             // it is held, with the verdict's reason
	Expire             // its message expired
	NotYet             // its instant has not come
	Discard            // it is cancelled
)

// Decide passes a send or says why not. It is deterministic, and refuses
// whatever it does not know.
func Decide(f Facts, now time.Time) Verdict {
	if now.Before(f.Due) {
		return Verdict{Act: NotYet, Why: "its instant has not come"}
	}
	if f.Frozen {
		return Verdict{Act: HoldIt, Hold: HoldFreeze, Why: "everything is frozen"}
	}
	if !f.ChannelAvailable {
		return Verdict{Act: HoldIt, Hold: HoldChannelChanged, Why: "the channel is no longer configured"}
	}
	if v := f.standing(); v.Act != Pass || f.Rehearsal {
		return v
	}
	if v := f.approval(); v.Act != Pass {
		return v
	}
	return f.timing(now)
}

// standing checks that the send itself is one that may go, rehearsal or not.
func (f Facts) standing() Verdict {
	if f.SendHold {
		return Verdict{Act: Refuse, Why: "it is held"}
	}
	switch f.Send {
	case Planned, Waiting, Claimed, Sending:
		return Verdict{Act: Pass}
	case SendHeld:
		return Verdict{Act: Refuse, Why: "it is held"}
	default:
		return Verdict{Act: Refuse, Why: "it is neither planned nor under way"}
	}
}

// approval checks that what would leave is what was approved, and where to.
func (f Facts) approval() Verdict {
	switch {
	case f.Message == Held:
		return Verdict{Act: Refuse, Why: "its message is held"}
	case f.Message != Approved && f.Message != Releasing && f.Message != ReleasedWithOpen:
		return Verdict{Act: Discard, Why: "its message is " + string(f.Message)}
	case !f.RevisionCurrent:
		return Verdict{Act: Discard, Why: "its revision is not the current one"}
	case f.ApprovedDigest == "" || f.ApprovedDigest != f.CurrentDigest:
		return Verdict{Act: HoldIt, Hold: HoldBytesChanged, Why: "what is stored is not what was approved"}
	case f.Current == "" || f.Current != f.ApprovedFor:
		return Verdict{Act: HoldIt, Hold: HoldChannelChanged, Why: "the channel's destination is not the approved one"}
	case f.CurrentMode != Rehearsal && (f.CurrentMode != Live || f.ApprovedMode != Live):
		return Verdict{Act: HoldIt, Hold: HoldChannelChanged, Why: "the channel was not approved to go live"}
	}
	return Verdict{Act: Pass}
}

func (f Facts) timing(now time.Time) Verdict {
	switch {
	case f.Due.IsZero():
		return Verdict{Act: Refuse, Why: "it has no instant"}
	case !f.Expires.IsZero() && !now.Before(f.Expires):
		return Verdict{Act: Expire, Why: "its message expired"}
	case f.Attempts == 0 && !f.Late && now.Sub(f.Due) > f.LateLimit:
		return Verdict{Act: HoldIt, Hold: HoldLate, Why: "it is later than its message allows"}
	}
	return Verdict{Act: Pass}
}
