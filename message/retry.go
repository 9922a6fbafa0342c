package message

import (
	"math/rand/v2"
	"time"
)

// Retry bounds the attempts at one send.
type Retry struct {
	Attempts    int           // at most so many, at least 1
	First       time.Duration // the wait after the first attempt
	Max         time.Duration // no wait is longer
	GiveUpAfter time.Duration // counted from the due instant; 0 means no bound
}

// Next gives the instant of the next attempt after so many were made, or false
// when attempts or time are used up. Waits grow twofold and are spread by up
// to half, so that what failed together does not come back together. Not
// before is what the destination asked for; zero if it did not.
func (r Retry) Next(made int, due, now, notBefore time.Time) (time.Time, bool) {
	if made >= r.Attempts {
		return time.Time{}, false
	}
	wait := r.First
	for range made - 1 {
		if wait >= r.Max {
			break
		}
		wait *= 2
	}
	wait = min(wait, r.Max)
	wait = wait/2 + rand.N(wait/2+1) //nolint:gosec // spreading load needs no secrecy
	next := now.Add(wait)
	if next.Before(notBefore) {
		next = notBefore
	}
	if r.GiveUpAfter > 0 && next.After(due.Add(r.GiveUpAfter)) {
		return time.Time{}, false
	}
	return next, true
}
