package queue

import (
	"time"

	"clarion/channels"
)

// wantConnection asks for one connection more, and gives how long to wait
// before asking again.
func (l *lane) wantConnection() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.capacity >= cap(l.ready) {
		return wallCheck
	}
	if wait := time.Until(l.reconnect); wait > 0 {
		return wait
	}
	select {
	case l.connect <- struct{}{}:
	default:
	}
	return wallCheck
}

// grant and revoke follow the workers' connections.
func (l *lane) grant() {
	l.mu.Lock()
	l.capacity += l.limits.Ahead
	l.mu.Unlock()
	l.wake()
}

// revoke leaves nothing waiting opened where no worker is connected any more.
func (l *lane) revoke() {
	l.mu.Lock()
	l.capacity -= l.limits.Ahead
	last := l.capacity == 0
	l.mu.Unlock()
	if last {
		l.putBack()
	}
	l.wake()
}

// connected reports whether any worker is.
func (l *lane) connected() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.capacity > 0
}

// connectTook is told of a connection that stands.
func (l *lane) connectTook() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.connecting.reset()
}

// connectFailed lets some time pass before the next connection, or pauses the
// lane where the destination is unusable. Connections that stand go on.
func (l *lane) connectFailed(err error) {
	if classed := channels.AsError(err); classed.Class == channels.Unavailable {
		l.pause(classed.Reason)
		return
	}
	l.engine.observer.Trouble("connect to "+l.name, err)
	l.mu.Lock()
	l.reconnect = time.Now().Add(l.connecting.next())
	l.mu.Unlock()
	l.wake()
}

// busy reports whether a connection that was lost is to be replaced at once.
func (l *lane) busy() bool {
	if l.claiming.Err() != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open > 0 && !l.mode.Paused && !l.mode.Rehearsal
}

// wanted gives the connector if a worker needs one now, and what tells that
// this may have changed.
func (l *lane) wanted() (channels.Connector, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.connector == nil:
		return nil, nil
	case l.mode.Rehearsal:
		return nil, l.turned
	}
	return l.connector, l.turned
}
