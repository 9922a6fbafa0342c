// Package queue decides when and whether a send goes, and sees it through:
// claim, attempt, publish, settle, retry, recover.
//
// Failure rules. An attempt is durable before the first byte leaves, and its
// outcome before anything else is told; if either can't be recorded, nothing
// more is sent by that lane until it can. A claim opens its attempts in one
// transaction; one that fails left everything as it was, and is made again. A
// local channel's claim is a lease, and its publication the attempt. Every attempt at one send or
// recipient carries the same key. An outcome without a class is unknown and is
// never repeated blindly: a channel that can look for it at its destination
// does, with growing patience, and only what it proves absent goes again, by
// the gate and under the same key. Each channel has a lane of its own: one that
// hangs, panics or is down delays no other. A delivery that gives no answer in
// its time is unknown, and its worker is replaced. Stopping finishes what is
// under way within a bound and puts the rest back; what the bound cuts off is
// unknown.
package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"clarion/channels"
	"clarion/message"
)

// Store is what the queue needs of a store. Every method is one transaction.
type Store interface {
	NextDue(ctx context.Context, lane message.Lane, before time.Duration) (time.Time, bool, error)
	Claim(ctx context.Context, lane message.Lane, limit int, now time.Time) (message.Claim, error)
	Materialise(ctx context.Context, lane message.Lane, before time.Duration, now time.Time) error
	Commit(ctx context.Context, settle []message.Settlement, claims []message.ClaimRequest, now time.Time) ([]message.Claim, error)
	Publish(ctx context.Context, lane message.Lane, all []message.Settlement, now time.Time) ([]message.Opened, error)
	Rendering(ctx context.Context, send int64) ([]byte, error)
	Asset(sha256 string) ([]byte, error)
	ChannelModes(ctx context.Context) (map[string]Mode, error)
	PauseChannel(ctx context.Context, name, reason string, now time.Time) error
	Steps
	Doubts
}

// Mode is what people and the queue decided about a channel while running.
type Mode = message.ChannelMode

// Freezer tells whether everything is frozen. It is asked before every first
// byte.
type Freezer interface{ Frozen() bool }

// Observer is told what happened, after it is durable. Its methods return
// quickly.
type Observer interface {
	// Attempt is told of each settled attempt.
	Attempt(s message.Settlement)
	// Stopped is told what the gate did not let pass.
	Stopped(s message.Stopped)
	// Found is told of each look for an unknown send.
	Found(l message.Look)
	// Published is told that the public pages changed.
	Published()
	// Paused is told that a channel is unusable and was paused.
	Paused(channel, reason string)
	// Trouble is told of a fault that the queue lives with.
	Trouble(doing string, err error)
}

// Links makes the addresses that slots are filled with.
type Links struct {
	Page        func(slug string) string
	Unsubscribe func(recipient int64) string
	AssetBase   string
	Zone        *time.Location
}

// Limits bounds one lane.
type Limits struct {
	Concurrency int           // deliveries under way at once, at least 1
	Ahead       int           // attempts that each of them may have open, at least 1
	Interval    time.Duration // least time between two deliveries; 0: none
	Timeout     time.Duration // for one delivery to be answered
	Retry       message.Retry
	Patience    message.Patience // with unknown sends
}

// Lane is one channel with its limits.
type Lane struct {
	Name    string
	Channel channels.Channel
	// Rehearsal stands in for the channel where it rehearses.
	Rehearsal channels.Channel
	Limits    Limits
}

// Settings are what all lanes share.
type Settings struct {
	MaterialiseBefore time.Duration // how long before its instant an addressed send's recipients are fixed
	Links             Links
}

// Engine runs the lanes.
type Engine struct {
	store    Store
	freezer  Freezer
	observer Observer
	settings Settings
	writer   *writer
	deciding sync.Mutex // keeps what is read of the channels' modes and what is applied in step

	claiming context.Context // ends when no more is to be claimed
	stop     context.CancelFunc
	sending  context.Context // ends when nothing may be under way any more
	cut      context.CancelFunc
	running  sync.WaitGroup

	mu      sync.Mutex
	lanes   []*lane          // never changed in place
	latest  map[string]*lane // by name, also those that ended without an heir
	started bool
}

// New makes an engine; nothing runs before Start.
func New(store Store, freezer Freezer, observer Observer, settings Settings, lanes []Lane) *Engine {
	e := &Engine{store: store, freezer: freezer, observer: observer, settings: settings, writer: newWriter(store, observer)}
	e.claiming, e.stop = context.WithCancel(context.Background())
	e.sending, e.cut = context.WithCancel(context.Background())
	e.latest = map[string]*lane{}
	for _, l := range lanes {
		made := newLane(e, l)
		e.lanes, e.latest[l.Name] = append(e.lanes, made), made
	}
	return e
}

// Start starts every lane. The store was recovered before.
func (e *Engine) Start(ctx context.Context) error {
	if err := e.adopt(ctx); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.started = true
	go e.writer.run()
	for _, l := range e.lanes {
		l.start(nil)
	}
	return nil
}

// current gives the lanes as they are now.
func (e *Engine) current() []*lane {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lanes
}

// Wake makes the lanes look again: something was planned, released, resumed or
// switched.
func (e *Engine) Wake() {
	for _, l := range e.current() {
		l.wake()
	}
}

// Reload takes over what people decided about channels, and wakes the lanes.
// Once it returned no delivery begins that an earlier decision allowed.
func (e *Engine) Reload(ctx context.Context) error {
	if err := e.adopt(ctx); err != nil {
		return fmt.Errorf("reload the channels' modes: %w", err)
	}
	e.Wake()
	return nil
}

func (e *Engine) adopt(ctx context.Context) error {
	e.deciding.Lock()
	defer e.deciding.Unlock()
	modes, err := e.store.ChannelModes(ctx)
	if err != nil {
		return err
	}
	for _, l := range e.current() {
		l.apply(modes[l.name])
	}
	return nil
}

// Pause pauses a channel that was found to be unusable, as a delivery would
// that is refused for that: until a person resumes it. One that is paused stays
// as it is.
func (e *Engine) Pause(channel, reason string) {
	for _, l := range e.current() {
		if l.name == channel {
			l.pause(reason)
		}
	}
}

// stopClaiming is false if nothing was ever started. No lane starts after it.
func (e *Engine) stopClaiming() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop()
	return e.started
}

// Stop stops claiming, finishes what is under way until ctx ends, and puts the
// rest back. The error says if something had to be cut off.
func (e *Engine) Stop(ctx context.Context) error {
	if !e.stopClaiming() {
		return nil
	}
	done := make(chan struct{})
	go func() {
		e.running.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.New("stop the queue: what was still under way was cut off and is unknown")
		e.cut()
		<-done // within the grace of a hanging adapter
	}
	e.cut()
	return errors.Join(err, e.writer.stop(ctx))
}
