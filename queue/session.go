package queue

import (
	"context"
	"errors"
	"time"

	"clarion/channels"
)

// sessionTime is how long a session may take to say that it is alive, and to
// close.
const sessionTime = 10 * time.Second

// reconnect makes a connection; what goes wrong is told to the lane.
func (w *worker) reconnect() bool {
	ctx, cancel := context.WithTimeout(w.lane.sending, w.lane.limits.Timeout)
	defer cancel()
	session, err := call(ctx, w.connector.Connect, discard)
	if err == nil && session == nil {
		err = errors.New("the adapter gave no session")
	}
	if err != nil {
		w.lane.connectFailed(err)
		return false
	}
	w.session = session
	w.lane.connectTook()
	return true
}

// usable reports whether the worker can go on: its connection stands, or
// another takes its place because there is work.
func (w *worker) usable() bool {
	if w.connector == nil || w.alive() {
		return true
	}
	w.disconnect()
	return w.lane.busy() && w.reconnect()
}

func (w *worker) alive() bool {
	if w.session == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(w.lane.sending, sessionTime)
	defer cancel()
	session := w.session
	alive, err := call(ctx, func(context.Context) (bool, error) { return session.Alive(), nil }, func(bool) { discard(session) })
	if errors.Is(err, errHung) {
		w.session = nil
	}
	return alive && err == nil
}

// disconnect closes the connection. Nothing is under way on it, so there is no
// answer to lose.
func (w *worker) disconnect() {
	if w.session == nil {
		return
	}
	session := w.session
	w.session = nil
	ctx, cancel := context.WithTimeout(w.lane.sending, sessionTime)
	defer cancel()
	_, _ = call(ctx, func(context.Context) (struct{}, error) { return struct{}{}, session.Close() }, func(struct{}) {})
}

// discard closes a session that came back too late to be used.
func discard(session channels.Session) {
	if session != nil {
		_ = safely(context.Background(), func(context.Context) (struct{}, error) { return struct{}{}, session.Close() })
	}
}
