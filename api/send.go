package api

import "slices"

// Send is one message by one channel.
type Send struct {
	ID           int64          `json:"id" doc:"The send's number."`
	Message      string         `json:"message" doc:"The message's id."`
	Title        string         `json:"title" doc:"The message's title."`
	Audience     []string       `json:"audience" doc:"The audiences that the send serves."`
	Mechanism    string         `json:"mechanism" doc:"The channel's name."`
	State        string         `json:"state" doc:"planned, claimed, sending, waiting, sent, rehearsed, failed, unknown, held, suppressed, cancelled or abandoned."`
	Hold         string         `json:"hold" doc:"Why it is held; empty if it is not."`
	Run          int            `json:"run" doc:"0 is the live run; each rehearsal is a run of its own."`
	Revision     int            `json:"revision" doc:"The message's revision."`
	Rehearsal    bool           `json:"rehearsal" doc:"Whether nothing leaves the machine."`
	Addressed    bool           `json:"addressed" doc:"Whether people are addressed one by one."`
	Attempts     int            `json:"attempts" doc:"How often it was tried."`
	ScheduledFor Time           `json:"scheduled_for" format:"date-time" nullable:"true" doc:"The instant at which it is due."`
	NextAt       Time           `json:"next_at" format:"date-time" nullable:"true" doc:"The instant at which it is looked at next."`
	SentAt       Time           `json:"sent_at" format:"date-time" nullable:"true" doc:"When it was sent or rehearsed; null before."`
	RemoteID     string         `json:"remote_id" doc:"The destination's own id."`
	RemoteURL    string         `json:"remote_url" doc:"Where the publication can be seen."`
	Class        string         `json:"class" doc:"The class of the last failure: unknown, temporary, rate-limited, unavailable or permanent."`
	Reason       string         `json:"reason" doc:"The last failure in words."`
	Digest       string         `json:"digest" doc:"The SHA-256 of the rendering."`
	Tally        map[string]int `json:"tally,omitempty" doc:"Recipients by state, of an addressed send."`
}

// Sends is a page of sends.
type Sends struct {
	Sends []Send `json:"sends" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}

// ChangedSends is what changed behind a place.
type ChangedSends struct {
	Sends []Send `json:"sends" nullable:"false" doc:"The oldest change first."`
	Next  int64  `json:"next" doc:"The place to go on from."`
}

// SendFilter narrows a list of sends.
type SendFilter struct {
	Message   string
	Audience  string
	Mechanism string
	State     string
	Since     Time // scheduled for this instant or later
	Cursor    string
	Limit     int // 0: DefaultPage
}

// Match reports whether a send passes the filter, its page aside.
func (f SendFilter) Match(s Send) bool {
	return (f.Message == "" || f.Message == s.Message) &&
		(f.Mechanism == "" || f.Mechanism == s.Mechanism) &&
		(f.State == "" || f.State == s.State) &&
		(f.Audience == "" || slices.Contains(s.Audience, f.Audience)) &&
		!s.ScheduledFor.Before(f.Since.Time)
}

// Attempt is one try at a send or recipient.
type Attempt struct {
	ID        int64  `json:"id"`
	Recipient int64  `json:"recipient,omitempty" doc:"The recipient, of an addressed send."`
	Number    int    `json:"number" doc:"From 1."`
	OpenedAt  Time   `json:"opened_at" format:"date-time" nullable:"true"`
	ClosedAt  Time   `json:"closed_at" format:"date-time" nullable:"true" doc:"Null while it is under way."`
	Outcome   string `json:"outcome" doc:"Empty while it is under way."`
	Class     string `json:"class"`
	Reason    string `json:"reason"`
	RemoteID  string `json:"remote_id"`
	RemoteURL string `json:"remote_url"`
	Detail    string `json:"detail" doc:"What the destination said."`
}

// SendDetail is a send with the evidence.
type SendDetail struct {
	Send
	Tries []Attempt   `json:"tries" nullable:"false" doc:"The attempts, oldest first; at most 500."`
	Open  []Recipient `json:"open" nullable:"false" doc:"Recipients that failed or are unknown and wait for a person."`

	Steps    []Step `json:"steps" nullable:"false" doc:"What it did at its destination, over all attempts."`
	Looks    []Look `json:"looks" nullable:"false" doc:"The looks at the destination while it was unknown, oldest first."`
	NextLook Time   `json:"next_look" format:"date-time" nullable:"true" doc:"Of an unknown send: when it is looked for again. Null where no look is planned or the first is about to come."`
	Decide   bool   `json:"decide" doc:"Whether a person must decide: Clarion does no more by itself."`
	Advice   string `json:"advice" doc:"What to do about a failed or unknown send."`
}

// Step is one thing that a send did at its destination.
type Step struct {
	Name  string `json:"name" doc:"Such as post/1, or media/ and the SHA-256 of a file."`
	Value string `json:"value" doc:"What the channel knows it by, such as a remote id."`
	Cost  string `json:"cost" doc:"What the destination charged, as a decimal in the account's currency."`
	At    Time   `json:"at" format:"date-time" nullable:"true"`
}

// Look is one look at a destination for an unknown send.
type Look struct {
	At       Time   `json:"at" format:"date-time" nullable:"true"`
	Verdict  string `json:"verdict" doc:"found, absent or cannot-tell; empty if it could not look."`
	Evidence string `json:"evidence" doc:"What was looked at and what was seen."`
	NextAt   Time   `json:"next_at" format:"date-time" nullable:"true" doc:"When the next look was to come; null: none."`
	State    string `json:"state,omitempty" doc:"Of a look that was asked for: the send's state by it."`
}

// Recipient is one address of an addressed send.
type Recipient struct {
	ID       int64  `json:"id"`
	Address  string `json:"address"`
	Name     string `json:"name"`
	State    string `json:"state"`
	Class    string `json:"class"`
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
	SentAt   Time   `json:"sent_at" format:"date-time" nullable:"true"`
	RemoteID string `json:"remote_id"`
}

// Recipients is a page of recipients.
type Recipients struct {
	Recipients []Recipient `json:"recipients" nullable:"false"`
	Next       string      `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}

// Resolution says what became of an unknown send.
type Resolution struct {
	To     string `json:"to" enum:"sent,planned,abandoned" doc:"sent: it was; planned: send it again; abandoned: give it up."`
	Reason string `json:"reason" maxLength:"1000" doc:"How that is known."`

	Recipient string `json:"recipient,omitempty" maxLength:"320" doc:"One recipient alone, by address or number, where people are addressed one by one."`
}

// Retrial says what to do with a failed send.
type Retrial struct {
	Abandon bool   `json:"abandon,omitempty" doc:"Give it up instead of planning it again."`
	Reason  string `json:"reason,omitempty" maxLength:"1000"`
}

// Settled tells how many sends or recipients a decision settled.
type Settled struct {
	Count int `json:"count"`
}
