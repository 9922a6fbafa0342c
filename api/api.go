// Package api holds what goes over Clarion's API: the requests and answers
// that its server (package web) and its client (package client) share. It does
// no I/O and knows no other part of the product.
//
// Failure rules. An instant that is not set is null and never a made-up time.
// A list is never null. A refusal is an *Error, which says what happened and
// what to do; it holds nothing of the machine's inside.
package api

// Base is where the API stands on its server.
const Base = "/api/v1"

// Limits of a request's body, in bytes. One more is refused with status 413.
const (
	MaxDraft = 40 << 20 // a message with its assets
	MaxList  = 64 << 20 // a list of subscribers
	MaxOther = 1 << 20  // anything else
)

// Bounds of a page of a list.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// Done is the answer of what needs no other.
type Done struct {
	Done bool `json:"done" doc:"Always true: what was asked for is durable."`
}

// Decision is the answer of what may take two people.
type Decision struct {
	Done    bool     `json:"done" doc:"Whether the decision took effect. If not, it is recorded, and a second person must decide the same."`
	First   string   `json:"first,omitempty" doc:"Who decided first, where two people were needed and both have."`
	Already bool     `json:"already,omitempty" doc:"Whether this person had decided so before: somebody else must."`
	Accepts []string `json:"accepts,omitempty" doc:"The changed channels that the decision accepts as they are now."`
}

// ReleasedAll is the answer of a release of all that is held for one reason.
type ReleasedAll struct {
	Decision
	Messages []string `json:"messages" nullable:"false" doc:"The messages that were released."`
	Waiting  []string `json:"waiting" nullable:"false" doc:"The messages that wait for a second person."`
	Left     []string `json:"left" nullable:"false" doc:"The messages that nobody can release as they are: a channel of theirs is no longer configured."`
}

// Reason is the body of a decision that may say why.
type Reason struct {
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Why."`
}

// ChannelWarning is what is wrong, or will be, with a channel's account.
type ChannelWarning struct {
	Channel string `json:"channel"`
	Says    string `json:"says"`
}

// Status is how an installation is.
type Status struct {
	Version   string   `json:"version" doc:"Of the running program."`
	Frozen    bool     `json:"frozen" doc:"Whether everything is frozen."`
	FrozenBy  string   `json:"frozen_by,omitempty" doc:"Who froze it; absent if nobody was named."`
	FrozenAt  Time     `json:"frozen_at" format:"date-time" nullable:"true" doc:"When it was frozen, as far as it is recorded."`
	Why       string   `json:"frozen_reason,omitempty" doc:"Why it is frozen."`
	Due       int      `json:"due" doc:"Sends that are due and not under way."`
	Overdue   int      `json:"overdue" doc:"Of those, later than a minute."`
	OldestDue Time     `json:"oldest_due" format:"date-time" nullable:"true" doc:"The instant of the oldest send that is due; null if none is."`
	Failed    int      `json:"failed" doc:"Sends and recipients that failed and wait for a person."`
	Unknown   int      `json:"unknown" doc:"Sends and recipients of which nobody can know whether they left."`
	Held      int      `json:"held" doc:"Sends that are held."`
	Waiting   []First  `json:"waiting" nullable:"false" doc:"First decisions that wait for a second person."`
	Debts     []Debt   `json:"debts" nullable:"false" doc:"What was released in an emergency and still owes an approval."`
	InReview  int      `json:"in_review" doc:"Messages that wait for approval; counted up to 1000."`
	Paused    []string `json:"paused" nullable:"false" doc:"Channels that are paused."`

	Warnings []ChannelWarning `json:"channel_warnings" nullable:"false" doc:"Channels whose last check was not good, or whose credentials expire soon."`
}
