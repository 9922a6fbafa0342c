package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/message"
)

// Bounds of the grouped writer.
const (
	maxGroup     = 2_000 // attempts and outcomes in one commit
	writerFirst  = 100 * time.Millisecond
	writerLonger = 5 * time.Second
)

// writer groups the attempts and outcomes of all lanes into shared commits, so
// that full durability costs a flush per group. It keeps what it could not
// write and tries again for as long as it runs: attempts stay closed and lanes
// stand still meanwhile.
type writer struct {
	store    Store
	observer Observer
	ops      chan op
	quit     chan struct{} // no more operations will come
	cut      chan struct{} // give up what can't be written
	done     chan struct{}
	waiting  []op // could not be written so far
	own      []op // what opening attempts made necessary, for the next commit
}

// op is a group of one lane: attempts to open or one outcome to settle.
type op struct {
	lane    message.Lane
	open    []message.Item
	opened  func([]message.Opened) []message.Settlement // answers with what is to be put back at once
	settle  []message.Settlement
	settled func()
}

func (o op) size() int { return len(o.open) + len(o.settle) }

func newWriter(store Store, observer Observer) *writer {
	return &writer{
		store: store, observer: observer,
		ops: make(chan op, maxGroup), quit: make(chan struct{}), cut: make(chan struct{}), done: make(chan struct{}),
	}
}

func (w *writer) submit(o op) { w.ops <- o }

// stop writes what is left until ctx ends.
func (w *writer) stop(ctx context.Context) error {
	close(w.quit)
	select {
	case <-w.done:
	case <-ctx.Done():
		close(w.cut)
		<-w.done
	}
	if n := len(w.waiting); n > 0 {
		return fmt.Errorf("%d groups of attempts could not be recorded; they will be unknown at the next start", n)
	}
	return nil
}

func (w *writer) run() {
	defer close(w.done)
	for {
		group, more := w.next()
		if len(group) > 0 {
			w.write(group)
		}
		if len(w.waiting) > 0 && !w.retry() {
			return
		}
		if !more {
			return
		}
	}
}

// next waits for an operation and takes along all that came meanwhile.
func (w *writer) next() (group []op, more bool) {
	if group, w.own = w.own, nil; len(group) > 0 {
		return group, true
	}
	select {
	case o := <-w.ops:
		group = append(group, o)
	case <-w.quit:
		select {
		case o := <-w.ops:
			group = append(group, o)
		default:
			return nil, false
		}
	}
	for size := group[0].size(); size < maxGroup; {
		select {
		case o := <-w.ops:
			group = append(group, o)
			size += o.size()
		default:
			return group, true
		}
	}
	return group, true
}

// write commits a group. If that fails each operation is tried alone, so that
// one that can't be written does not keep the others.
func (w *writer) write(group []op) {
	err := w.commit(group)
	if err == nil {
		return
	}
	w.observer.Trouble("record attempts and outcomes", err)
	if len(group) == 1 {
		w.waiting = append(w.waiting, group[0])
		return
	}
	for _, o := range group {
		if err := w.commit([]op{o}); err != nil {
			w.waiting = append(w.waiting, o)
		}
	}
}

// retry tries what could not be written with growing patience until it is, and
// reports whether to go on.
func (w *writer) retry() bool {
	for wait := writerFirst; len(w.waiting) > 0; wait = min(2*wait, writerLonger) {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.cut:
			timer.Stop()
			return false
		}
		again := w.waiting
		w.waiting = nil
		w.write(again)
	}
	return true
}

func (w *writer) commit(group []op) error {
	lanes := map[string]message.Lane{}
	var settle []message.Settlement
	var open []message.Item
	for _, o := range group {
		if len(o.open) > 0 {
			lanes[o.lane.Channel] = o.lane
		}
		settle = append(settle, o.settle...)
		open = append(open, o.open...)
	}
	opened, err := w.store.Commit(context.Background(), lanes, settle, open, time.Now())
	if err != nil {
		return err
	}
	if len(opened) != len(open) {
		return errors.New("the store did not answer for every attempt")
	}
	for _, o := range group {
		if o.settled != nil {
			o.settled()
		}
		if o.opened != nil {
			if back := o.opened(opened[:len(o.open):len(o.open)]); len(back) > 0 {
				w.own = append(w.own, op{lane: o.lane, settle: back})
			}
			opened = opened[len(o.open):]
		}
	}
	return nil
}
