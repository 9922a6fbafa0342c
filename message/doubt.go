package message

import (
	"time"

	"clarion/channels"
)

// Doubt is a send of which nobody knows whether it was published.
type Doubt struct {
	Item    Item
	Attempt int64     // id of the attempt that left it
	Opened  time.Time // of that attempt
	Since   time.Time // that attempt's end
	// Restored says that the send comes from a backup and was not released
	// since: what it did after the backup is not known here.
	Restored bool
	Looks    int // made so far
}

// Look is one look at a destination for a doubt, and where it takes the send.
type Look struct {
	Doubt    Doubt
	At       time.Time
	Failed   bool // it could not look: the verdict says nothing
	Verdict  channels.Verdict
	Evidence string // for people
	Receipt  channels.Receipt
	To       SendState // Sent, Planned or Failed; SendUnknown while nobody knows
	NextAt   time.Time // of the next look; zero: a person decides
	Asked    bool      // by a person
}

// Step is one thing that a send did at its destination.
type Step struct {
	Name  string
	Value string
	Cost  int64 // in millionths of the account's currency
	At    time.Time
}

// Seen is one look that was made.
type Seen struct {
	Attempt  int64 // that left the doubt
	At       time.Time
	Verdict  string // empty: it could not look
	Evidence string
	NextAt   time.Time // zero: no more
}

// Patience is how long, and how often, a doubt is looked into.
type Patience struct {
	First time.Duration // from the doubt to the first look
	For   time.Duration // from the doubt to the last one
}

// Next gives the instant of the next look after so many were made, or false
// when patience is used up. Waits grow from seconds to hours; the last look
// comes right at the end.
func (p Patience) Next(since, now time.Time, looks int) (time.Time, bool) {
	end := since.Add(p.For)
	if !now.Before(end) {
		return time.Time{}, false
	}
	next := now.Add(p.wait(looks))
	if next.After(end) {
		next = end
	}
	return next, true
}

// Again gives the instant of the next look where one could not be made. That is
// no answer, so it uses up no patience.
func (p Patience) Again(now time.Time, looks int) time.Time { return now.Add(p.wait(looks)) }

// wait gives 5 s, 15 s, 1 min, 5 min, 15 min, 1 h, and twice as long from there
// to 8 h, where the first is 5 s.
func (p Patience) wait(looks int) time.Duration {
	factors := [...]time.Duration{1, 3, 12, 60, 180, 720, 1440, 2880, 5760}
	return p.First * factors[min(looks, len(factors)-1)]
}
