package queue

import (
	"clarion/channels"
	"clarion/message"
)

// Reasons of what is put back unbegun.
const (
	stopping     = "the daemon is stopping"
	replaced     = "the channel's configuration changed"
	noConnection = "no connection"
)

// opened takes attempts that are durable to the workers. What no worker is left
// to take goes back at once.
func (l *lane) opened(v view, all []message.Opened) {
	l.mu.Lock()
	l.open += len(all)
	l.mu.Unlock()
	for _, o := range all {
		ready := opened{Opened: o, mode: v.lane.Mode, turn: v.turn}
		if o.Item.Rehearsal {
			ready.mode = message.Rehearsal
		}
		if !l.hand(ready) {
			l.settle(l.notBegun(ready, l.whyLeft()))
		}
	}
}

// hand gives an opened attempt to the workers; false if none is connected.
func (l *lane) hand(o opened) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.capacity == 0 {
		return false
	}
	l.ready <- o // never blocks: it holds all that may be open
	return true
}

// putBack drains what was opened and no worker took.
func (l *lane) putBack() {
	for {
		select {
		case o := <-l.ready:
			l.settle(l.notBegun(o, l.whyLeft()))
		default:
			return
		}
	}
}

func (l *lane) whyLeft() string {
	if why := l.over(); why != "" {
		return why
	}
	return noConnection
}

// over says why the lane is to end; empty if it goes on.
func (l *lane) over() string {
	switch {
	case l.engine.claiming.Err() != nil:
		return stopping
	case l.claiming.Err() != nil:
		return replaced
	}
	return ""
}

// settle makes an outcome durable.
func (l *lane) settle(s message.Settlement) {
	l.engine.writer.submit(op{lane: l, settle: []message.Settlement{s}})
}

// settled is told of an outcome that is durable.
func (l *lane) settled(s message.Settlement) {
	l.release()
	l.engine.observer.Attempt(s)
	if s.To == message.SendUnknown {
		l.doubt()
	}
}

// release frees the place of an attempt, and wakes the lane once there is room
// for a claim, or no connection is left to make room.
func (l *lane) release() {
	l.mu.Lock()
	l.open--
	look := l.capacity == 0 || l.free() > 0
	l.mu.Unlock()
	if look {
		l.wake()
	}
}

// notBegun is the outcome of an attempt that was stopped before its first
// byte.
func (l *lane) notBegun(o opened, why string) message.Settlement {
	return l.outcome(o, channels.Receipt{}, &channels.Error{Class: channels.NotBegun, Reason: why})
}
