package channels

import "time"

// Delivery is one attempt.
type Delivery struct {
	Key       string // idempotency key: the same for every attempt at one send or recipient
	Attempt   int    // 1 for the first
	Digest    string // of the rendering
	Rendering Rendering
	Values    Values
	Opened    time.Time // when the attempt was opened; for Find, the newest one
	Ended     time.Time // for Find: when that attempt ended
	// Begin is called right before the first byte of each request that changes
	// anything at the destination. An error means that nothing more may leave:
	// the adapter returns it as it is.
	Begin func() error
	// Journal is of the send; nil where people are addressed one by one.
	Journal Journal
}

// Left is the latest instant at which a request of the attempt may have left.
// From then on the destination has time to show what it took.
func (d Delivery) Left() time.Time {
	if d.Ended.After(d.Opened) {
		return d.Ended
	}
	return d.Opened
}

// Receipt is what a destination answered.
type Receipt struct {
	RemoteID  string // the destination's own id
	RemoteURL string // where the publication can be seen
	Detail    string // the answer in the destination's words, without personal data
}
