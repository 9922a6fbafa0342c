package daemon

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clarion/hooks"
	"clarion/hooks/courier"
)

// keepDeliveries is how long it is kept what hooks were told.
const keepDeliveries = 30 * 24 * time.Hour

func (d *Daemon) newCourier() *courier.Courier {
	c := d.options.Config
	return courier.New(d.store, d.observer, courier.Settings{Agent: "Clarion (" + c.Server.BaseURL + ")", Allow: c.Hooks.Allow})
}

// startHooks tells the office's own systems what happens.
func (d *Daemon) startHooks() {
	d.courier.Start(d.office)
	d.onClose("hooks", d.courier.Stop)
}

// pruneDeliveries forgets what hooks were told long ago, in bounded steps.
func (d *Daemon) pruneDeliveries() {
	for more := true; more; {
		var err error
		now := time.Now()
		if more, err = d.store.PruneDeliveries(context.Background(), now.Add(-keepDeliveries), now); err != nil {
			d.observer.Trouble("forget what hooks were told", err)
			return
		}
	}
}

// Disabled logs that a hook was disabled, since it does not answer.
func (o *observer) Disabled(hook, why string) {
	o.log.Error().Str("event", "hook_disabled").Str("hook", hook).Str("reason", why).Str("says", "the hook is told of nothing any more").Send()
}

func newHookFigure() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "clarion_hook_attempts_total", Help: "Attempts at telling hooks of events.",
	}, []string{"hook", "outcome"})
}

// Told logs an attempt at telling a hook: one that failed as a warning.
func (o *observer) Told(hook string, d hooks.Delivery) {
	o.figures.told.WithLabelValues(hook, string(d.State)).Inc()
	event, says := o.log.Debug(), "told"
	if d.State != hooks.Delivered {
		event, says = o.log.Warn(), "not told; it will be told again"
	}
	if d.State == hooks.Failed {
		says = "not told, and given up; a person can have it told again"
	}
	event = event.Str("event", "hook").Str("hook", hook).Str("id", d.Event).Str("type", string(d.Type)).Str("outcome", string(d.State)).
		Int("attempt", d.Attempts).Int("status", d.Status).Int64("took_ms", d.Took.Milliseconds()).Str("answer", d.Says)
	if !d.NextAt.IsZero() {
		event = event.Time("next_attempt", d.NextAt.UTC())
	}
	event.Str("says", says).Send()
}
