package channels

import "context"

// Finder is a channel that can look at its destination for what may have been
// published.
type Finder interface {
	// Find looks for a delivery whose outcome is unknown. What it finds of a
	// send in several posts it records in the delivery's journal. An error
	// means that it could not look; it says nothing about the publication.
	Find(ctx context.Context, d Delivery) (Finding, error)
}

// Finding is what one look at a destination came to.
type Finding struct {
	Verdict  Verdict
	Receipt  Receipt // with Found: what Publish would have answered
	Evidence string  // for people: what was looked at and what was seen, without secrets
}

// Verdict says whether a publication was found.
type Verdict uint8

// The verdicts. The zero value decides nothing.
const (
	CannotTell Verdict = iota // one look that finds nothing is no proof
	Found                     // it is published
	Absent                    // it is not, or not all of it, and will not appear: it may be sent again
)

// String is the word used in logs, the ledger and the API.
func (v Verdict) String() string {
	switch v {
	case Found:
		return "found"
	case Absent:
		return "absent"
	default:
		return "cannot-tell"
	}
}
