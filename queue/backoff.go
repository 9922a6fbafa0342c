package queue

import "time"

// backoff gives waits that grow twofold from the first to the longest.
type backoff struct{ first, longest, wait time.Duration }

func (b *backoff) next() time.Duration {
	b.wait = min(max(2*b.wait, b.first), b.longest)
	return b.wait
}

func (b *backoff) reset() { b.wait = 0 }
