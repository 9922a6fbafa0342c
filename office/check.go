package office

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"clarion/channels"
	"clarion/people"
	"clarion/store"
)

// Bounds of checks.
const (
	checkTime   = 30 * time.Second // for one channel to answer
	checkAtOnce = 8                // channels
	checkEvery  = 24 * time.Hour   // one that was good
	checkAgain  = time.Hour        // one that was not
)

// Checked is the answer of one channel's check.
type Checked struct {
	Name     string
	OK       bool
	Says     string
	Standing channels.Standing // where it is OK
	Paused   bool              // it is unusable, and was paused
}

// CheckChannel asks whether a channel's destination and credentials are good.
// Nothing is published. One that is unusable is paused, unless it rehearses.
func (v View) CheckChannel(ctx context.Context, name string) (Checked, error) {
	o := v.office
	if err := v.may(ctx, people.CheckChannel); err != nil {
		return Checked{}, err
	}
	c, err := o.mustChannel(name)
	if err != nil {
		return Checked{}, err
	}
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return Checked{}, err
	}
	_, asks := c.Channel.(channels.Checker)
	switch {
	case c.Channel.Capabilities().Rehearses:
		return Checked{Name: name, OK: true, Says: "it rehearses: there is nothing to check"}, nil
	case !asks:
		return Checked{Name: name, OK: true, Says: "it needs no check: it publishes here"}, nil
	}
	return o.check(ctx, c, c.rehearses(states))
}

// CheckLive checks every channel that is live and can tell, or of these the
// named ones.
func (o *Office) CheckLive(ctx context.Context, names ...string) error {
	return o.checkThose(ctx, func(c Channel, _ store.ChannelCheck) bool {
		return len(names) == 0 || slices.Contains(names, c.Name)
	})
}

// CheckDue checks the live channels whose daily check has come, each at a time
// of its own, and again those that were not good an hour ago.
func (o *Office) CheckDue(ctx context.Context, now time.Time) error {
	return o.checkThose(ctx, func(c Channel, last store.ChannelCheck) bool {
		return last.At.Before(dailyCheck(c.Name, now)) || !last.Good() && now.Sub(last.At) >= checkAgain
	})
}

// dailyCheck is the newest instant at which a channel was to be checked. Each
// has its own time of day, so that not all ask at once.
func dailyCheck(name string, now time.Time) time.Time {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	at := now.UTC().Truncate(checkEvery).Add(time.Duration(h.Sum64() % uint64(checkEvery)))
	if at.After(now) {
		return at.Add(-checkEvery)
	}
	return at
}

// checkThose checks the live channels that are chosen, a few at a time.
func (o *Office) checkThose(ctx context.Context, chosen func(Channel, store.ChannelCheck) bool) error {
	live, err := o.liveCheckers(ctx)
	if err != nil {
		return err
	}
	known, err := o.store.ChannelChecks(ctx)
	if err != nil {
		return err
	}
	live = slices.DeleteFunc(live, func(c Channel) bool { return !chosen(c, known[c.Name]) })
	_, err = o.checkTogether(ctx, live, checkAtOnce)
	return err
}

// liveCheckers lists the channels that can tell how they stand and publish.
func (o *Office) liveCheckers(ctx context.Context) ([]Channel, error) {
	states, err := o.store.ChannelStates(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(o.channels()), func(c Channel) bool {
		_, ok := c.Channel.(channels.Checker)
		return !ok || c.rehearses(states)
	}), nil
}

// checkTogether checks channels in parallel, and gives the answers in their
// order.
func (o *Office) checkTogether(ctx context.Context, all []Channel, atOnce int) ([]Checked, error) {
	answers, errs := make([]Checked, len(all)), make([]error, len(all))
	room := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i, c := range all {
		room <- struct{}{}
		running.Go(func() {
			defer func() { <-room }()
			answers[i], errs[i] = o.check(ctx, c, false)
		})
	}
	running.Wait()
	return answers, errors.Join(errs...)
}

// check asks one channel and stores the answer. One that is unusable is paused,
// unless it only rehearses. An answer says nothing of a channel that was
// configured anew meanwhile.
func (o *Office) check(ctx context.Context, c Channel, rehearses bool) (Checked, error) {
	standing, fault := ask(ctx, c.Channel.(channels.Checker))
	if errors.Is(ctx.Err(), context.Canceled) {
		return Checked{}, fmt.Errorf("check channel %s: %w", c.Name, ctx.Err())
	}
	checked := Checked{Name: c.Name, OK: fault == nil, Says: "destination and credentials are good", Standing: standing}
	found := store.ChannelCheck{Channel: c.Name, At: time.Now(), Account: standing.Account, Expires: standing.Expires, Quota: standing.Quota}
	if fault != nil {
		checked.Says, found.Class, found.Reason = fault.Error(), fault.Class.String(), fault.Reason
	}
	if now, ok := o.channel(c.Name); !ok || !channels.Same(now.Channel, c.Channel) {
		return checked, nil
	}
	if fault != nil && fault.Class == channels.Unavailable && !rehearses {
		o.queue.Pause(c.Name, fault.Reason)
		checked.Paused = true
	}
	return checked, o.store.RecordCheck(context.WithoutCancel(ctx), found)
}

// ask checks within its time. An adapter that panics or does not come back
// harms nobody.
func ask(ctx context.Context, checker channels.Checker) (channels.Standing, *channels.Error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	type answer struct {
		standing channels.Standing
		err      error
	}
	answers := make(chan answer, 1)
	go func() {
		a := answer{err: &channels.Error{Class: channels.Temporary, Reason: "the adapter panicked while it was asked"}}
		defer func() {
			_ = recover() // what it panics with may hold secrets
			answers <- a
		}()
		a.standing, a.err = checker.Check(ctx)
	}()
	select {
	case a := <-answers:
		return a.standing, channels.AsError(a.err)
	case <-ctx.Done():
		return channels.Standing{}, &channels.Error{Class: channels.Temporary, Reason: "it gave no answer in its time"}
	}
}
