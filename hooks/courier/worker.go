package courier

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"clarion/hooks"
)

// worker tells one hook.
type worker struct {
	*Courier
	name string
	news chan struct{}
	over atomic.Bool // it has ended: the hook was disabled or dropped
	rest time.Time   // the receiver asked for a pause until then
	told time.Time   // when people were told last of an event that was given up

	// What lies between these two places was looked at and is none of the hook's.
	stored, passed hooks.Place
}

func (c *Courier) work(name string) *worker {
	w := &worker{Courier: c, name: name, news: make(chan struct{}, 1)}
	c.running.Go(func() {
		w.run()
		w.over.Store(true)
		signal(c.ended)
	})
	return w
}

// plan is how a worker goes on after a round.
type plan struct {
	over bool
	more bool      // at once
	next time.Time // when something is due; zero: nothing is
}

// run works until the hook is disabled or dropped, or everything stops.
func (w *worker) run() {
	for w.quit.Err() == nil {
		p, err := w.round()
		if err != nil && w.quit.Err() == nil {
			w.observer.Trouble("tell the hook "+w.name, err)
			p = plan{next: time.Now().Add(troubled)}
			w.pause(troubled)
		}
		if p.over || !p.more && !w.wait(p.next) {
			return
		}
	}
}

// wait waits for news, or until an instant if there is one.
func (w *worker) wait(until time.Time) bool {
	var due <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-w.news:
	case <-w.quit.Done():
		return false
	}
	return true
}

// round tells what is due again and what is new, and stores what became of it.
func (w *worker) round() (plan, error) {
	h, enabled, err := w.store.EnabledHook(w.quit, w.name)
	if err != nil || !enabled {
		return plan{over: err == nil}, err
	}
	if w.rest.After(time.Now()) {
		return plan{next: w.rest}, nil
	}
	if h.Place != w.stored { // wound back, or this is the first round
		w.stored, w.passed = h.Place, h.Place
	}
	jobs, p, err := w.find(h)
	if err != nil {
		return p, err
	}
	if len(jobs) == 0 {
		return p, w.keepPlace(h)
	}
	return plan{more: true}, w.settle(h, w.deliver(h, jobs))
}

// job is one event to tell.
type job struct {
	event    hooks.Event
	delivery hooks.Delivery
}

// find gives what is to be told now. The plan counts if that is nothing.
func (w *worker) find(h hooks.Hook) ([]job, plan, error) {
	due, err := w.store.HookDue(w.quit, h.Name, time.Now(), batch/2)
	if err != nil {
		return nil, plan{}, err
	}
	waiting, next, err := w.store.HookWaiting(w.quit, h.Name)
	if err != nil {
		return nil, plan{}, err
	}
	p := plan{next: next}
	var jobs []job
	for _, d := range due {
		jobs = w.add(jobs, d.Entry, d.Delivery, func(hooks.Event) bool { return true })
	}
	if waiting >= maxWaiting {
		return jobs, p, nil
	}
	from := h
	from.Place = w.passed
	limit := batch - len(jobs)
	entries, to, err := w.store.HookEntries(w.quit, from, limit)
	if err != nil {
		return nil, p, err
	}
	for _, e := range entries {
		jobs = w.add(jobs, e, hooks.Delivery{Hook: h.Name}, h.Wants)
	}
	w.passed, p.more = to, len(entries) == limit
	return jobs, p, nil
}

// add adds the event of an entry. An entry that can't be read keeps no other
// back.
func (w *worker) add(jobs []job, entry hooks.Entry, d hooks.Delivery, wanted func(hooks.Event) bool) []job {
	event, is, err := entry.Event()
	if err != nil {
		w.observer.Trouble("tell the hook "+w.name, err)
	}
	if !is || !wanted(event) {
		return jobs
	}
	d.Event, d.Type, d.Place, d.At = event.ID, event.Type, event.Place, event.At
	return append(jobs, job{event, d})
}

// keepPlace stores the place once many entries were passed over, so that a start
// need not pass over all of them again.
func (w *worker) keepPlace(h hooks.Hook) error {
	if w.passed.Writer == w.stored.Writer && w.passed.Seq-w.stored.Seq < maxPassed {
		return nil
	}
	return w.store.SettleHook(context.Background(), h, nil, w.passed, time.Now())
}

// settle stores what became of a batch. Where some of it was cut short the place
// stays, and all of it is told again.
func (w *worker) settle(h hooks.Hook, r results) error {
	to := w.passed
	if r.cut {
		to = h.Place
	}
	if err := w.store.SettleHook(context.Background(), h, r.all, to, time.Now()); err != nil {
		w.passed = w.stored
		return err
	}
	w.stored, w.passed = to, to
	w.rest = r.rest
	for _, d := range r.all {
		w.observer.Told(h.Name, d)
	}
	return w.judge(h, r)
}

// judge disables a hook that wants no more events, or takes none.
func (w *worker) judge(h hooks.Hook, r results) error {
	ctx := context.Background()
	if r.gone {
		return w.disable("the receiver answered 410: it wants no more events")
	}
	for _, d := range r.all {
		if d.State != hooks.Failed {
			continue
		}
		answers, err := w.store.HookAnswered(ctx, h.Name, d.FirstAt)
		if err != nil {
			return err
		}
		if !answers {
			return w.disable(fmt.Sprintf("the receiver took nothing from %s on; at last it %s", d.FirstAt.UTC().Format(time.RFC3339), d.Says))
		}
		if err := w.gaveUp(d); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) disable(why string) error {
	w.observer.Disabled(w.name, why)
	return w.office.HookFailed(context.Background(), w.name, why)
}

// gaveUp tells people of an event that was given up, and not of each of many.
func (w *worker) gaveUp(d hooks.Delivery) error {
	now := time.Now()
	if !w.told.IsZero() && now.Sub(w.told) < complain {
		return nil
	}
	w.told = now
	return w.office.HookGaveUp(context.Background(), w.name, d.Event)
}
