package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"clarion/channels"
)

// Replaced tells what a change of lanes came to, by their names.
type Replaced struct {
	Added   []string
	Removed []string
	Changed []string // the channel is another
	Limited []string // the channel is the same and its limits are others
}

// succession is a lane that starts, and the one of its name that came before.
type succession struct{ lane, before *lane }

// Replace takes over other lanes while running. A lane of which nothing changed
// goes on with its connections. Any other ends as at a stop: it claims nothing
// more, finishes what is under way within the patience, and puts the rest back;
// what the patience cuts off is unknown. Only then does the lane start that
// takes its place, so that no channel has two at once. Replace does not wait
// for that; once it returned, nothing begins by a lane that ends. After an
// error nothing changed.
func (e *Engine) Replace(ctx context.Context, lanes []Lane, patience time.Duration) (Replaced, error) {
	e.deciding.Lock()
	defer e.deciding.Unlock()
	modes, err := e.store.ChannelModes(ctx)
	if err != nil {
		return Replaced{}, fmt.Errorf("replace the lanes: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.started || e.claiming.Err() != nil {
		return Replaced{}, errors.New("replace the lanes: the queue is not running")
	}
	done, next, starting, ending := e.succeed(lanes)
	e.lanes = next
	for _, l := range ending {
		e.end(l, patience)
	}
	for _, s := range starting {
		s.lane.apply(modes[s.lane.name])
		s.lane.start(s.before)
	}
	return done, nil
}

// succeed says which lanes go on, start and end. The engine is locked.
func (e *Engine) succeed(lanes []Lane) (done Replaced, next []*lane, starting []succession, ending []*lane) {
	left := map[string]*lane{}
	for _, l := range e.lanes {
		left[l.name] = l
	}
	for _, spec := range lanes {
		old := left[spec.Name]
		delete(left, spec.Name)
		if old != nil && old.spec.Limits == spec.Limits && channels.Same(old.spec.Channel, spec.Channel) {
			next = append(next, old)
			continue
		}
		switch {
		case old == nil:
			done.Added = append(done.Added, spec.Name)
		case channels.Same(old.spec.Channel, spec.Channel):
			done.Limited = append(done.Limited, spec.Name)
		default:
			done.Changed = append(done.Changed, spec.Name)
		}
		if old != nil {
			ending = append(ending, old)
		}
		made := newLane(e, spec)
		starting = append(starting, succession{made, e.latest[spec.Name]})
		made.inherit(e.latest[spec.Name])
		next, e.latest[spec.Name] = append(next, made), made
	}
	for _, l := range e.lanes {
		if left[l.name] != nil {
			done.Removed, ending = append(done.Removed, l.name), append(ending, l)
		}
	}
	return done, next, starting, ending
}

// inherit takes over what holds for the channel whoever carries it: its pace,
// and what its destination asked for.
func (l *lane) inherit(before *lane) {
	if before == nil {
		return
	}
	l.claims, l.starts = before.claims, before.starts
	l.claims.SetLimit(rate.Every(l.limits.Interval))
	l.starts.SetLimit(rate.Every(l.limits.Interval))
	before.heir.Store(l) // from here on it is told of what becomes of the rest
	if before.print == l.print {
		before.mu.Lock()
		defer before.mu.Unlock()
		l.until = later(l.until, before.until)
	}
}

// end stops a lane, and cuts it off if it takes longer than the patience.
func (e *Engine) end(l *lane, patience time.Duration) {
	l.stop()
	e.running.Go(func() {
		select {
		case <-l.ended:
		case <-time.After(patience):
			e.observer.Trouble("replace the channel "+l.name, errors.New("what was still under way was cut off and is unknown"))
			l.cut()
		}
	})
}
