package hooks

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// State is where an event stands with a hook.
type State string

// The states of a delivery.
const (
	Waiting   State = "waiting" // to be told again
	Delivered State = "delivered"
	Failed    State = "failed" // given up
)

// Delivery is what became of one event at one hook.
type Delivery struct {
	ID       int64
	Hook     string
	Event    string
	Type     Type
	Place    Place
	At       time.Time // of the event
	State    State
	Attempts int
	Status   int    // of the last answer; 0: there was none
	Says     string // about the last attempt, in words of our own
	Took     time.Duration
	FirstAt  time.Time // of the attempts
	LastAt   time.Time
	NextAt   time.Time // zero unless it waits
}

// Answer is what became of one attempt.
type Answer struct {
	Status int
	Says   string
	Took   time.Duration
	Until  time.Time // the receiver asked for a pause
	Began  time.Time
}

// OK reports whether the receiver took the event.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Gone reports whether the receiver wants no more events.
func (a Answer) Gone() bool { return a.Status == http.StatusGone }

// waits are how long after each attempt that failed the next is made, as
// Standard Webhooks advises: about three days in all.
func waits() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// MaxAttempts is how often an event is told before it is given up.
const MaxAttempts = 10

// spread is the part of a wait by which it may be longer, so that not all come
// at once.
const spread = 10

// After gives a delivery as it stands after another attempt.
func (d Delivery) After(a Answer) Delivery {
	d.Attempts++
	d.Status, d.Says, d.Took, d.LastAt, d.NextAt = a.Status, a.Says, a.Took, a.Began, time.Time{}
	if d.FirstAt.IsZero() {
		d.FirstAt = a.Began
	}
	switch {
	case a.OK():
		d.State = Delivered
	case a.Gone() || d.Attempts >= MaxAttempts:
		d.State = Failed
	default:
		wait := waits()[d.Attempts-1]
		d.State, d.NextAt = Waiting, a.Began.Add(a.Took+wait+rand.N(wait/spread)) //nolint:gosec // it spreads retries, and is no secret
		if a.Until.After(d.NextAt) {
			d.NextAt = a.Until
		}
	}
	return d
}

// Due is an event that is to be told again, with how it stands.
type Due struct {
	Entry    Entry
	Delivery Delivery
}
