package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Verifier follows one writer's chain from its origin. Feed it every link in
// order of number, each with its entries in order of seq.
type Verifier struct{ last Link }

// NewVerifier starts at the origin of a writer's chain.
func NewVerifier(writer string) *Verifier { return &Verifier{last: Origin(writer)} }

// Next checks a link and its entries against all that came before. The error
// names what does not hold.
func (v *Verifier) Next(l Link, entries []Entry) error {
	if err := v.follows(l); err != nil {
		return fmt.Errorf("link %d of %s: %w", l.Number, l.Writer, err)
	}
	hashes := make([]Hash, len(entries))
	for i, e := range entries {
		if want := l.First + int64(i); e.Seq != want {
			return fmt.Errorf("link %d of %s: entry %d stands where entry %d should", l.Number, l.Writer, e.Seq, want)
		}
		hashes[i] = e.Hash()
	}
	if l.Count != len(entries) {
		return fmt.Errorf("link %d of %s: it covers %d entries from %d on, %d are there", l.Number, l.Writer, l.Count, l.First, len(entries))
	}
	if l.compute(hashes) != l.Hash {
		return fmt.Errorf("link %d of %s: entries %d to %d or the link were changed", l.Number, l.Writer, l.First, l.First+int64(l.Count)-1)
	}
	v.last = l
	return nil
}

func (v *Verifier) follows(l Link) error {
	switch {
	case l.Writer != v.last.Writer:
		return fmt.Errorf("it belongs to writer %q", l.Writer)
	case l.Number != v.last.Number+1:
		return fmt.Errorf("link %d is missing", v.last.Number+1)
	case l.Prev != v.last.Hash:
		return fmt.Errorf("it does not follow link %d", v.last.Number)
	case l.First != v.last.First+int64(v.last.Count):
		return fmt.Errorf("its entries start at %d, not at %d", l.First, v.last.First+int64(v.last.Count))
	}
	return nil
}

// Head is the head of what was verified so far.
func (v *Verifier) Head() Head { return HeadOf(v.last) }

// AttemptsRoot folds the attempts at recipients that one commit settled into
// the hash that its entry holds, so that the rows need no entry each. They
// come in order of id.
type AttemptsRoot struct{ sum Hash }

// Attempt is what the root covers of one settled attempt at a recipient.
type Attempt struct {
	ID        int64
	Send      int64
	Recipient int64
	Number    int
	OpenedAt  int64 // Unix milliseconds
	ClosedAt  int64 // Unix milliseconds
	Outcome   string
	Class     string
	RemoteID  string
}

// Add takes up the next attempt.
func (r *AttemptsRoot) Add(a Attempt) {
	b := make([]byte, 0, 160)
	b = append(b, "clarion/ledger/attempt/1\n"...)
	b = append(b, r.sum[:]...)
	for _, n := range []int64{a.ID, a.Send, a.Recipient, int64(a.Number), a.OpenedAt, a.ClosedAt} {
		b = binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // the same bits
	}
	for _, s := range []string{a.Outcome, a.Class, a.RemoteID} {
		b = appendBytes(b, s)
	}
	r.sum = sha256.Sum256(b)
}

// Sum is the root so far.
func (r *AttemptsRoot) Sum() Hash { return r.sum }
