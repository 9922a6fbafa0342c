package queue

import (
	"context"
	"errors"
	"time"

	"clarion/channels"
	"clarion/crashpoint"
	"clarion/message"
)

// idleConnection is how long a connection is kept without a delivery.
const idleConnection = 30 * time.Second

// worker delivers one attempt at a time, over one connection where the channel
// holds any.
type worker struct {
	lane      *lane
	connector channels.Connector // nil while none is needed
	session   channels.Session
	turned    <-chan struct{} // the lane was switched
	hand      hand            // for deliveries
}

// publisher is a channel or a session.
type publisher interface {
	Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error)
}

func (w *worker) run() {
	defer w.hand.leave()
	for w.await() {
		w.lane.grant()
		w.serve()
		w.disconnect()
		w.lane.revoke()
	}
}

// await waits until a connection is wanted and makes it. It is false when the
// worker is to end.
func (w *worker) await() bool {
	for w.lane.claiming.Err() == nil {
		if w.connector, w.turned = w.lane.wanted(); w.connector == nil {
			return true
		}
		select {
		case <-w.lane.connect:
			if w.reconnect() {
				return true
			}
		case <-w.turned:
		case <-w.lane.claiming.Done():
		}
	}
	return false
}

// serve delivers until the connection is lost or idle, the lane is switched or
// the engine stops.
func (w *worker) serve() {
	idle := time.NewTimer(idleConnection)
	defer idle.Stop()
	for {
		select {
		case o := <-w.lane.ready:
			w.deliver(o)
			if !w.usable() {
				return
			}
			idle.Reset(idleConnection)
		case <-idle.C:
			if w.session != nil {
				return
			}
		case <-w.turned:
			return
		case <-w.lane.claiming.Done():
			return
		}
	}
}

// deliver publishes one attempt and settles it.
func (w *worker) deliver(o opened) {
	l := w.lane
	if !l.pace() {
		l.settle(l.notBegun(o, l.over()))
		return
	}
	to, why := w.publisher(o), l.barred(o)
	if to == nil && why == "" {
		why = noConnection
	}
	if why != "" {
		l.settle(l.notBegun(o, why))
		return
	}
	delivery, err := l.delivery(o)
	if err != nil {
		l.settle(l.outcome(o, channels.Receipt{}, err))
		return
	}
	receipt, err := w.publish(to, delivery)
	l.finish(o, receipt, err)
}

// publisher gives what carries an attempt: a rehearsal needs no connection.
// Nil means that a connection is needed and none stands.
func (w *worker) publisher(o opened) publisher {
	switch {
	case o.mode != message.Live:
		return w.lane.dry
	case w.lane.connector == nil:
		return w.lane.live
	case w.session == nil:
		return nil
	default:
		return w.session
	}
}

// publish delivers within the lane's time. An adapter that panics or does not
// come back leaves an unknown outcome, and its session is given up. After its
// time no delivery begins any more.
func (w *worker) publish(to publisher, d channels.Delivery) (channels.Receipt, error) {
	ctx, cancel := context.WithTimeout(w.lane.sending, w.lane.limits.Timeout)
	defer cancel()
	d.Begin = inTime(ctx, d.Begin)
	session := w.session
	receipt, err := callBy(ctx, w.hand.start, func(ctx context.Context) (channels.Receipt, error) {
		return to.Publish(ctx, d)
	}, func(channels.Receipt) { discard(session) })
	crashpoint.Here(crashpoint.Answered)
	switch {
	case errors.Is(err, errHung):
		w.hand.leave()
		w.session = nil
	case errors.Is(err, errPanicked):
		w.disconnect()
	}
	return receipt, err
}

// inTime refuses to begin once the time of a delivery is over.
func inTime(ctx context.Context, begin func() error) func() error {
	return func() error {
		if ctx.Err() != nil {
			return &channels.Error{Class: channels.NotBegun, Reason: "the time of the delivery was over"}
		}
		return begin()
	}
}
