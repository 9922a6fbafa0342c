package queue

import (
	"time"

	"clarion/message"
)

// take claims as much as may be under way and sends it on its course.
func (l *lane) take(v view, now time.Time) (time.Duration, error) {
	limit := maxClaim
	if !v.channel.Capabilities().Local {
		if limit = min(limit, l.free()); limit == 0 {
			l.needConnection()
			return wallCheck, nil // woken when a worker connects or an attempt settles
		}
	}
	limit, wait := l.throttle(limit, now)
	if limit == 0 {
		return wait, nil
	}
	claim, err := l.engine.store.Claim(l.engine.claiming, v.lane, limit, now)
	if err != nil {
		return 0, err
	}
	l.clearTrouble()
	for _, s := range claim.Stopped {
		l.engine.observer.Stopped(s)
	}
	if len(claim.Items) == 0 {
		return l.afterNothing(claim), nil
	}
	if v.channel.Capabilities().Local {
		return 0, l.publishLocal(v, claim.Items)
	}
	l.openAttempts(v, claim.Items)
	return 0, nil
}

// afterNothing looks again at once where the gate stopped something, and soon
// otherwise: what is due may be leased by nobody only for an instant.
func (l *lane) afterNothing(claim message.Claim) time.Duration {
	if len(claim.Stopped) > 0 {
		return 0
	}
	return troubleFirst
}

// throttle bounds a claim by the channel's rate.
func (l *lane) throttle(limit int, now time.Time) (int, time.Duration) {
	if l.limits.Interval == 0 {
		return limit, 0
	}
	r := l.limiter.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return 0, wait
	}
	return 1, 0
}

// free gives how many attempts more may be open.
func (l *lane) free() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.capacity-l.open)
}

// grant and revoke follow the workers' connections.
func (l *lane) grant() {
	l.mu.Lock()
	l.capacity += l.limits.Ahead
	l.mu.Unlock()
	l.wake()
}

func (l *lane) revoke() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.capacity -= l.limits.Ahead
}

// connected reports whether any worker is.
func (l *lane) connected() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.capacity > 0
}

// wantConnection asks for a first connection.
func (l *lane) wantConnection() {
	if !l.connected() {
		l.needConnection()
	}
}

// needConnection asks for one connection more.
func (l *lane) needConnection() {
	select {
	case l.connect <- struct{}{}:
	default:
	}
}

func (l *lane) clearTrouble() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble = 0
}

// openAttempts makes attempts durable; those that are go to the workers.
func (l *lane) openAttempts(v view, items []message.Item) {
	l.mu.Lock()
	l.open += len(items)
	l.mu.Unlock()
	l.engine.writer.submit(op{lane: v.lane, open: items, opened: func(all []message.Opened) []message.Settlement {
		return l.opened(v, all)
	}})
}

// opened takes what the writer answered. What no worker is left to take goes
// back at once.
func (l *lane) opened(v view, all []message.Opened) []message.Settlement {
	var back []message.Settlement
	for _, o := range all {
		if o.Attempt == 0 {
			l.release(1)
			l.engine.observer.Stopped(*o.Stopped)
			continue
		}
		ready := opened{Opened: o, channel: v.channel, mode: v.lane.Mode, turn: v.turn}
		if o.Item.Rehearsal {
			ready.channel, ready.mode = l.dry, message.Rehearsal
		}
		if !l.hand(ready) {
			back = append(back, l.notBegun(ready, stopping))
		}
	}
	return back
}

// stopping is the reason of what a stop puts back.
const stopping = "the daemon is stopping"

// hand gives an opened attempt to the workers; false once the lane is closed.
func (l *lane) hand(o opened) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.ready <- o // never blocks: it holds all that may be open
	return true
}

// close puts back what no worker took; nothing is handed to them any more.
func (l *lane) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.putBack(stopping)
}

// release frees places of attempts that are settled, and wakes the lane once
// a fair share of its places is free, so that claims stay large.
func (l *lane) release(n int) {
	l.mu.Lock()
	l.open -= n
	enough := l.capacity-l.open >= max(1, l.capacity/4)
	l.mu.Unlock()
	if enough {
		l.wake()
	}
}

// putBack drains what was opened and no worker took.
func (l *lane) putBack(why string) {
	for {
		select {
		case o := <-l.ready:
			l.settle(l.notBegun(o, why))
		default:
			return
		}
	}
}

// settle makes an outcome durable and tells it afterwards.
func (l *lane) settle(s message.Settlement) {
	l.engine.writer.submit(op{lane: message.Lane{Channel: l.name}, settle: []message.Settlement{s}, settled: func() {
		l.release(1)
		l.engine.observer.Attempt(s)
	}})
}
