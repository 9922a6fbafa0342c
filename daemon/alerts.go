package daemon

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"clarion/channels"
	"clarion/config"
)

// alertTimeout bounds one notice to staff.
const alertTimeout = 30 * time.Second

// alerts tells staff by email what can't wait for a look at the log.
type alerts struct {
	way      atomic.Pointer[way]
	log      zerolog.Logger
	underway sync.WaitGroup
}

// way is how staff are told.
type way struct {
	config.Alerts
	notifier channels.Notifier // nil if nobody is to be told by mail
}

func newAlerts(c *config.Config, log zerolog.Logger) *alerts {
	a := &alerts{log: log}
	a.configure(c)
	return a
}

// configure takes over another configuration, and reports whether others are
// told, or through another channel.
func (a *alerts) configure(c *config.Config) bool {
	fresh := &way{Alerts: c.Alerts}
	for _, channel := range c.Channels {
		if channel.Name == c.Alerts.Channel {
			fresh.notifier, _ = channel.Built.(channels.Notifier)
		}
	}
	before := a.way.Swap(fresh)
	return before != nil && (before.Channel != fresh.Channel || !slices.Equal(before.To, fresh.To))
}

// send tells staff, without keeping anybody waiting. A notice about the very
// channel that carries notices stays in the log.
func (a *alerts) send(channel, subject, text string) {
	w := a.way.Load()
	if w.notifier == nil || channel == w.Channel {
		return
	}
	a.underway.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), alertTimeout)
		defer cancel()
		if err := w.notifier.Notify(ctx, w.To, subject, text); err != nil {
			a.log.Error().Str("event", "alert_failed").Str("mechanism", w.Channel).Err(err).Str("says", "staff could not be told").Send()
		}
	})
}

// Tell implements office.Teller: it tells certain people, each by a mail of
// their own.
func (a *alerts) Tell(to []string, subject, text string) {
	w := a.way.Load()
	if w.notifier == nil {
		return
	}
	a.underway.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), alertTimeout)
		defer cancel()
		for _, one := range to {
			if err := w.notifier.Notify(ctx, []string{one}, subject, text); err != nil {
				a.log.Error().Str("event", "notice_failed").Str("mechanism", w.Channel).Err(err).Str("says", "somebody could not be told what waits for them").Send()
			}
		}
	})
}

// finish waits for the notices that are under way, until ctx ends.
func (a *alerts) finish(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		a.underway.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("a notice to staff was still under way")
	}
}
