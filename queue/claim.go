package queue

import (
	"time"

	"clarion/crashpoint"
	"clarion/message"
)

// Bounds of one claim. A burst is claimed in pieces, so that its first
// deliveries run while the next piece is claimed.
const (
	maxClaim = 500
	maxLocal = 100 // each is published in the claim's own course
)

// run claims what is due, on a timer for the next instant.
func (l *lane) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-l.woken:
		case <-l.claiming.Done():
			l.putBackLeases()
			return
		}
		timer.Reset(l.step())
	}
}

// step claims once and gives how long to wait for the next.
func (l *lane) step() time.Duration {
	again := l.publishAgain()
	wait, err := l.claim()
	if err != nil && l.claiming.Err() == nil {
		l.engine.observer.Trouble("claim for "+l.name, err)
		wait = l.trouble.next()
	}
	return min(wait, again, wallCheck)
}

func (l *lane) claim() (time.Duration, error) {
	v, now := l.view(), time.Now().Round(0) // by the wall: that is what instants are told in
	if wait := l.held(now); wait > 0 {
		return wait, nil
	}
	next, planned, err := l.due(v, now)
	if err != nil || !planned {
		return wallCheck, err
	}
	if wait := next.Sub(now); wait > 0 {
		return l.approach(wait), nil
	}
	return l.take(v, now)
}

// held gives how long the lane must not claim.
func (l *lane) held(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mode.Paused {
		return wallCheck
	}
	return l.until.Sub(now)
}

// due gives the next instant at which something may be claimed. Recipients
// whose time to be fixed has come are fixed on the way.
func (l *lane) due(v view, now time.Time) (time.Time, bool, error) {
	ctx, before := l.claiming, l.engine.settings.MaterialiseBefore
	next, planned, err := l.engine.store.NextDue(ctx, v.lane, before)
	if err != nil || !planned || !l.can.Addressed || next.After(now) {
		return next, planned, err
	}
	if err := l.engine.store.Materialise(ctx, v.lane, before, now); err != nil {
		return next, false, err
	}
	return l.engine.store.NextDue(ctx, v.lane, before)
}

// approach gives how long to wait before an instant, so that a connection
// stands when it comes.
func (l *lane) approach(wait time.Duration) time.Duration {
	if l.connector == nil {
		return wait
	}
	if wait > connectLead {
		return wait - connectLead
	}
	if l.connected() {
		return wait
	}
	return min(wait, l.wantConnection())
}

// take claims as much as may be under way and sends it on its course.
func (l *lane) take(v view, now time.Time) (time.Duration, error) {
	limit := l.room()
	if limit == 0 {
		return l.wantConnection(), nil // woken when a worker connects or attempts are settled
	}
	turn := l.claims.ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now)
		return wait, nil
	}
	got, wait, err := l.takeSome(v, limit, now)
	if got == 0 {
		turn.CancelAt(now)
	}
	return wait, err
}

// takeSome gives how much was claimed, and how long to wait for the next.
func (l *lane) takeSome(v view, limit int, now time.Time) (int, time.Duration, error) {
	if l.can.Local {
		return l.lease(v, limit, now)
	}
	a := <-l.engine.writer.claim(l)
	if a.refused {
		return a.opened, l.trouble.next(), nil // the writer told why
	}
	l.trouble.reset()
	if a.offered && a.opened+a.stopped == 0 {
		return 0, troubleFirst, nil // the clock may have gone back
	}
	return a.opened, 0, nil // there may be more
}

// lease claims for a local channel, and publishes.
func (l *lane) lease(v view, limit int, now time.Time) (int, time.Duration, error) {
	claim, err := l.engine.store.Claim(l.claiming, v.lane, limit, now)
	if err != nil {
		return 0, 0, err
	}
	crashpoint.Here(crashpoint.Claimed)
	l.trouble.reset()
	l.told(claim.Stopped)
	l.publish(claim.Items)
	if len(claim.Items)+len(claim.Stopped) == 0 {
		return 0, troubleFirst, nil // the clock may have gone back
	}
	return len(claim.Items), 0, nil // there may be more
}

// told tells what the gate stopped.
func (l *lane) told(stopped []message.Stopped) {
	for _, s := range stopped {
		l.engine.observer.Stopped(s)
	}
}

// offer gives what the lane claims at this instant: what it is now, and how
// much it has room for. That is nothing once it stands still.
func (l *lane) offer() (view, message.ClaimRequest) {
	v := l.view()
	c := message.ClaimRequest{Lane: v.lane}
	if l.claiming.Err() == nil && l.held(time.Now()) <= 0 {
		c.Limit = l.room()
	}
	return v, c
}

// room gives how many may be claimed: none before a fair share of the places
// is free, so that claims stay large.
func (l *lane) room() int {
	switch {
	case l.limits.Interval > 0 && l.can.Local:
		return 1
	case l.can.Local:
		return maxLocal
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	free := l.free()
	if l.limits.Interval > 0 {
		return min(1, free)
	}
	return min(free, maxClaim)
}

// free gives how many attempts more may be open. The lane is locked.
func (l *lane) free() int {
	free := l.capacity - l.open
	if free < max(1, l.capacity/4) {
		return 0
	}
	return free
}
