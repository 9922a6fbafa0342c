package daemon

import (
	"context"
	"errors"
	"slices"

	"clarion/api"
	"clarion/config"
	"clarion/office"
	"clarion/queue"
)

// Reloaded tells what a reload took over.
type Reloaded struct {
	queue.Replaced
	Alerts  bool     // who is told, or by what, is another
	Feed    bool     // what feeds say of themselves is another
	Restart []string // keys that changed and wait for a restart
}

// Reload reads the configuration again and takes over its channels, their
// limits, the alerts and what hooks may reach while everything runs. A configuration with a fault is
// refused whole: the error says every one, and nothing changed. Deliveries that
// are under way end as they began. What is due by a channel that is gone, and
// what was approved for one that is another now, is held by the gate.
func (d *Daemon) Reload(ctx context.Context) (Reloaded, error) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	if d.stopping || !d.ready.started.Load() {
		return Reloaded{}, &office.Refusal{Code: office.Conflict, Says: "the daemon is starting or stopping, and reads no configuration now", Try: "try again in a moment"}
	}
	done, err := d.reload(ctx)
	if err != nil {
		d.logRefused(err)
		return done, err
	}
	d.log.Info().Str("event", "reloaded").Strs("added", done.Added).Strs("removed", done.Removed).
		Strs("changed", done.Changed).Strs("limits", done.Limited).Bool("alerts", done.Alerts).Bool("feed", done.Feed).
		Strs("restart", done.Restart).Str("says", "the configuration was read again").Send()
	return done, nil
}

func (d *Daemon) reload(ctx context.Context) (Reloaded, error) {
	if d.options.Again == nil {
		return Reloaded{}, &office.Refusal{Code: office.Conflict, Says: "the configuration of this daemon can't be read again", Try: "restart it"}
	}
	c, err := d.options.Again(config.Running(d.config))
	if err != nil {
		return Reloaded{}, err
	}
	p, err := newParts(ctx, c, d.store)
	if err != nil {
		return Reloaded{}, err
	}
	replaced, err := d.engine.Replace(ctx, p.lanes, d.config.Queue.StopTimeout)
	if err != nil {
		return Reloaded{}, err
	}
	d.config = c
	d.courier.Allow(c.Hooks.Allow)
	d.office.Configure(p.office.Channels, p.office.Fetcher)
	d.learnAnew(slices.Concat(replaced.Added, replaced.Changed))
	d.holdGone()
	return Reloaded{Replaced: replaced, Alerts: d.alerts.configure(c), Feed: d.public.SetFeed(p.feed), Restart: c.Restart}, nil
}

// learnAnew forgets how the accounts of channels stood that are others now, and
// asks them.
func (d *Daemon) learnAnew(names []string) {
	for _, name := range names {
		if err := d.store.ForgetCheck(context.Background(), name); err != nil {
			d.observer.Trouble("forget what was known of an account", err)
		}
	}
	d.watch.soon(names)
}

// noMoreReloads waits for one that is under way.
func (d *Daemon) noMoreReloads() {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	d.stopping = true
}

// logRefused says why a configuration was not taken over, a line for each
// fault.
func (d *Daemon) logRefused(err error) {
	const event, says = "reload_refused", "the configuration was not taken over; everything goes on with the one before"
	faults, ok := errors.AsType[config.Faults](err)
	if !ok {
		d.log.Error().Str("event", event).Err(err).Str("says", says).Send()
		return
	}
	for _, f := range faults {
		d.log.Error().Str("event", event).Str("file", f.File).Int("line", f.Line).Str("key", f.Key).
			Str("fault", f.Says).Str("try", f.Try).Str("says", says).Send()
	}
}

// answerReload reloads for the API.
func (d *Daemon) answerReload(ctx context.Context) (api.Reloaded, error) {
	done, err := d.Reload(context.WithoutCancel(ctx))
	if faults, ok := errors.AsType[config.Faults](err); ok {
		return api.Reloaded{}, refusal(faults)
	}
	return api.Reloaded{
		Added: done.Added, Removed: done.Removed, Changed: done.Changed, Limits: done.Limited,
		Alerts: done.Alerts, Feed: done.Feed, Restart: done.Restart,
	}, err
}

// refusal puts the faults of a configuration as people mend them.
func refusal(faults config.Faults) error {
	r := &office.Refusal{Says: "the configuration has a fault and was not taken over; everything goes on with the one before", Try: "mend it and reload again"}
	for _, f := range faults {
		p := office.Problem{File: f.File, Line: f.Line}
		p.Field, p.Says, p.Try = f.Key, f.Says, f.Try
		r.Problems = append(r.Problems, p)
	}
	return r
}
