// Package courier tells the office's own systems what happens: it follows the
// ledger for each hook and delivers its events.
//
// Failure rules. An event is told at least once: the place up to which a hook
// was told is stored together with what became of the events, after they were
// told, so that a crash between tells some twice, under the same id. An event
// that did not arrive is stored to be told again and keeps no later one back. A
// hook that hangs delays no other. One that answers 410, or took nothing in the
// time in which an event used up its attempts, is disabled and people are told.
// The freeze stops no event. The public internet is reached, or what the operator's
// configuration names, or nothing.
package courier

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"clarion/hooks"
)

// Store is what the courier needs of the store.
type Store interface {
	News() <-chan struct{}
	Hooks(ctx context.Context) ([]hooks.Hook, error)
	// EnabledHook reads a hook; false if it is disabled, or not there.
	EnabledHook(ctx context.Context, name string) (hooks.Hook, bool, error)
	HookEntries(ctx context.Context, h hooks.Hook, limit int) ([]hooks.Entry, hooks.Place, error)
	HookDue(ctx context.Context, name string, now time.Time, limit int) ([]hooks.Due, error)
	HookWaiting(ctx context.Context, name string) (n int, next time.Time, err error)
	HookAnswered(ctx context.Context, name string, since time.Time) (bool, error)
	SettleHook(ctx context.Context, h hooks.Hook, all []hooks.Delivery, to hooks.Place, now time.Time) error
}

// Office decides about hooks that don't answer.
type Office interface {
	// HookFailed disables a hook, and tells people.
	HookFailed(ctx context.Context, name, why string) error
	// HookGaveUp tells people that a hook did not take an event.
	HookGaveUp(ctx context.Context, name, event string) error
}

// Observer is told what happens.
type Observer interface {
	Told(hook string, d hooks.Delivery)
	Disabled(hook, why string)
	Trouble(doing string, err error)
}

// Bounds of the courier's work.
const (
	batch      = 20               // events told between two commits, to one hook
	atOnce     = 4                // of them at the same time
	maxWaiting = 10_000           // events that wait to be told again, of one hook
	maxPassed  = 10_000           // entries passed over before the place is stored
	gather     = time.Second / 10 // between two looks for news
	troubled   = 5 * time.Second  // before another try after a fault of ours
	grace      = 3 * time.Second  // for what is under way at a stop
	complain   = 24 * time.Hour   // between two notices about events that one hook did not take
)

// Settings is what a courier is made of.
type Settings struct {
	Agent    string        // User-Agent
	Allow    []string      // origins that may be reached although they are inside
	Resolver *net.Resolver // nil for the system's
}

// Courier delivers.
type Courier struct {
	store    Store
	office   Office
	observer Observer
	post     poster

	quit    context.Context // no new round begins
	cut     context.Context // what is under way is given up
	quitNow context.CancelFunc
	cutNow  context.CancelFunc
	running sync.WaitGroup
	ended   chan struct{} // a worker has
	allowed atomic.Pointer[map[string]bool]
}

// New makes a courier that does nothing before Start.
func New(store Store, observer Observer, s Settings) *Courier {
	c := &Courier{store: store, observer: observer, ended: make(chan struct{}, 1)}
	c.quit, c.quitNow = context.WithCancel(context.Background())
	c.cut, c.cutNow = context.WithCancel(context.Background())
	c.Allow(s.Allow)
	c.post = newRequester(s, c.inside).post
	return c
}

// Start begins to tell what happened since each hook was told last.
func (c *Courier) Start(office Office) {
	c.office = office
	c.running.Go(c.manage)
}

// Stop ends what is under way: within a grace, or when ctx ends. What was given
// up is told again at the next start.
func (c *Courier) Stop(ctx context.Context) error {
	c.quitNow()
	done := make(chan struct{})
	go func() {
		c.running.Wait()
		close(done)
	}()
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	case <-ctx.Done():
	}
	c.cutNow()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("an event was still under way")
	}
}

// manage keeps a worker for each hook that is enabled.
func (c *Courier) manage() {
	workers := map[string]*worker{}
	for {
		wait := gather
		if err := c.wake(workers); err != nil && c.quit.Err() == nil {
			c.observer.Trouble("read the hooks", err)
			wait = troubled
			signal(c.ended) // look again
		}
		if !c.pause(wait) {
			return
		}
		select {
		case <-c.store.News():
		case <-c.ended:
		case <-c.quit.Done():
			return
		}
	}
}

// wake tells every worker that there is news, and makes those that are missing.
func (c *Courier) wake(workers map[string]*worker) error {
	all, err := c.store.Hooks(c.quit)
	if err != nil {
		return err
	}
	for _, h := range all {
		if w := workers[h.Name]; h.Enabled() && (w == nil || w.over.Load()) {
			workers[h.Name] = c.work(h.Name)
		}
	}
	for _, w := range workers {
		signal(w.news)
	}
	return nil
}

// signal leaves a sign, unless there is one already.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// pause waits, and reports whether there is still work to do.
func (c *Courier) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.quit.Done():
		return false
	}
}
