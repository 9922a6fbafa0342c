package queue

import (
	"context"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// Bounds of a worker.
const (
	idleConnection = 30 * time.Second
	hangGrace      = 2 * time.Second // how long an adapter may ignore that its time is over
)

// noConnection is the reason of what is put back when no connection stands.
const noConnection = "no connection"

// worker delivers over one connection at a time.
type worker struct {
	lane    *lane
	session channels.Session
	of      channels.Channel // what the session belongs to
}

// direct is the session of a channel that holds no connections.
type direct struct{ channels.Channel }

func (direct) Alive() bool  { return true }
func (direct) Close() error { return nil }

func (w *worker) run() {
	ending := w.lane.engine.claiming.Done()
	for {
		if w.session == nil && !w.await() {
			return
		}
		if w.session == nil {
			continue
		}
		idle := time.NewTimer(idleConnection)
		select {
		case o := <-w.lane.ready:
			w.deliver(o)
		case <-idle.C:
			w.rest()
		case <-ending:
			w.disconnect()
			w.lane.putBack(stopping)
			idle.Stop()
			return
		}
		idle.Stop()
	}
}

// await waits until a connection is wanted and makes it. It is false when the
// worker is to end.
func (w *worker) await() bool {
	v := w.lane.view()
	if _, connects := v.channel.(channels.Connector); connects {
		select {
		case <-w.lane.connect:
			v = w.lane.view()
		case <-w.lane.engine.claiming.Done():
			return false
		}
	}
	if err := w.connect(v.channel); err != nil {
		w.lane.connectFailed(err)
		return true
	}
	w.lane.grant()
	return true
}

func (w *worker) connect(c channels.Channel) (err error) {
	connector, ok := c.(channels.Connector)
	if !ok {
		w.session, w.of = direct{c}, c
		return nil
	}
	ctx, cancel := context.WithTimeout(w.lane.engine.sending, w.lane.limits.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = &channels.Error{Class: channels.Temporary, Reason: fmt.Sprintf("the adapter panicked while connecting: %v", p)}
		}
	}()
	session, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	w.session, w.of = session, c
	return nil
}

// rest closes a connection that was idle for long. Sessions without a
// connection have nothing to close.
func (w *worker) rest() {
	if _, ok := w.session.(direct); !ok {
		w.disconnect()
	}
}

func (w *worker) disconnect() {
	if w.session == nil {
		return
	}
	_ = w.session.Close() // nothing is under way on it: there is no answer to lose
	w.session, w.of = nil, nil
	w.lane.revoke()
}

// deliver publishes one attempt and settles it.
func (w *worker) deliver(o opened) {
	if err := w.sessionFor(o.channel); err != nil {
		w.disconnect()
		w.lane.settle(w.lane.notBegun(o, noConnection))
		w.lane.connectFailed(err)
		return
	}
	delivery, err := w.lane.delivery(o)
	if err != nil {
		w.lane.settle(w.lane.outcome(o, channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: err.Error()}))
		return
	}
	receipt, err := w.publish(delivery)
	w.lane.finish(o, receipt, err)
	if w.session != nil && !w.session.Alive() {
		w.disconnect()
		w.lane.needConnection()
	}
}

// sessionFor makes the connection fit the attempt: a channel that was switched
// between live and rehearsal has another one.
func (w *worker) sessionFor(c channels.Channel) error {
	if w.of == c && w.session.Alive() {
		return nil
	}
	_ = w.session.Close()
	return w.connect(c)
}

// publish delivers within the lane's time. An adapter that panics or does not
// come back leaves an unknown outcome, and its session is given up.
func (w *worker) publish(d channels.Delivery) (channels.Receipt, error) {
	ctx, cancel := context.WithTimeout(w.lane.engine.sending, w.lane.limits.Timeout)
	defer cancel()
	type answer struct {
		receipt channels.Receipt
		err     error
	}
	answers := make(chan answer, 1)
	session := w.session
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = &channels.Error{Class: channels.Unknown, Reason: fmt.Sprintf("the adapter panicked: %v", p)}
			}
			answers <- a
		}()
		a.receipt, a.err = session.Publish(ctx, d)
	}()
	select {
	case a := <-answers:
		return a.receipt, a.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(hangGrace)
	defer grace.Stop()
	select {
	case a := <-answers:
		return a.receipt, a.err
	case <-grace.C:
		w.session = lost{}
		return channels.Receipt{}, &channels.Error{Class: channels.Unknown, Reason: fmt.Sprintf("the channel gave no answer within %s", w.lane.limits.Timeout)}
	}
}

// lost stands for a session that an adapter never gave back.
type lost struct{}

func (lost) Publish(context.Context, channels.Delivery) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Error{Class: channels.NotBegun, Reason: "the connection was given up"}
}
func (lost) Alive() bool  { return false }
func (lost) Close() error { return nil }

// connectFailed sets the lane back, or pauses it where the destination is
// unusable.
func (l *lane) connectFailed(err error) {
	if !l.connected() {
		l.putBack(noConnection)
	}
	classed := channels.AsError(err)
	if classed.Class == channels.Unavailable {
		l.pause(classed.Reason)
		return
	}
	l.engine.observer.Trouble("connect to "+l.name, err)
	wait := l.setBack()
	l.mu.Lock()
	l.until = time.Now().Add(wait)
	l.mu.Unlock()
	l.wake()
}

// pause stops the lane until a person resumes it, and tells someone.
func (l *lane) pause(reason string) {
	l.mu.Lock()
	was := l.mode.Paused
	l.mode.Paused = true
	l.mu.Unlock()
	if was {
		return
	}
	if err := l.engine.store.PauseChannel(context.Background(), l.name, reason, time.Now()); err != nil {
		l.engine.observer.Trouble("record that "+l.name+" is paused", err)
	}
	l.engine.observer.Paused(l.name, reason)
}

// notBegun is the outcome of an attempt that was stopped before its first
// byte.
func (l *lane) notBegun(o opened, why string) message.Settlement {
	return l.outcome(o, channels.Receipt{}, &channels.Error{Class: channels.NotBegun, Reason: why})
}
