package daemon

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"clarion/channels"
	"clarion/config"
)

// alertTimeout bounds one notice to staff.
const alertTimeout = 30 * time.Second

// alerts tells staff by email what can't wait for a look at the log.
type alerts struct {
	notifier channels.Notifier // nil if nobody is to be told by mail
	via      string
	to       []string
	log      zerolog.Logger
	underway sync.WaitGroup
}

func newAlerts(c *config.Config, log zerolog.Logger) *alerts {
	a := &alerts{via: c.Alerts.Channel, to: c.Alerts.To, log: log}
	for _, channel := range c.Channels {
		if channel.Name == c.Alerts.Channel {
			a.notifier, _ = channel.Built.(channels.Notifier)
		}
	}
	return a
}

// send tells staff, without keeping anybody waiting. A notice about the very
// channel that carries notices stays in the log.
func (a *alerts) send(channel, subject, text string) {
	if a.notifier == nil || channel == a.via {
		return
	}
	a.underway.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), alertTimeout)
		defer cancel()
		if err := a.notifier.Notify(ctx, a.to, subject, text); err != nil {
			a.log.Error().Str("event", "alert_failed").Str("mechanism", a.via).Err(err).Str("says", "staff could not be told").Send()
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
