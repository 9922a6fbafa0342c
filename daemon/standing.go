package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"clarion/office"
)

// expiryLook is how often credentials are looked at that may expire; their
// instant itself is never passed over.
const expiryLook = time.Minute

// watch checks how the channels' accounts stand.
type watch struct {
	office  *office.Office
	tell    func(office.Expiry)
	trouble func(doing string, err error)

	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func newWatch(o *office.Office, observer *observer) *watch {
	w := &watch{office: o, tell: observer.expires, trouble: observer.Trouble}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w
}

// start checks every live channel, keeping nobody waiting, and from then on
// minds when credentials expire.
func (w *watch) start() {
	w.running.Go(func() {
		w.check()
		w.mindExpiry()
	})
}

// check checks the named live channels, or all.
func (w *watch) check(names ...string) {
	if err := w.office.CheckLive(w.ctx, names...); err != nil && w.ctx.Err() == nil {
		w.trouble("check the channels", err)
	}
}

// soon checks the named channels without keeping anybody waiting.
func (w *watch) soon(names []string) {
	if len(names) > 0 {
		w.running.Go(func() { w.check(names...) })
	}
}

// daily is called every minute or so.
func (w *watch) daily() {
	if err := w.office.CheckDue(w.ctx, time.Now()); err != nil && w.ctx.Err() == nil {
		w.trouble("check the channels", err)
	}
}

// mindExpiry tells staff of credentials that expire, until it is stopped.
func (w *watch) mindExpiry() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-w.ctx.Done():
			return
		}
		timer.Reset(w.warn())
	}
}

// warn tells what is due to be told, and gives how long to wait for the next.
func (w *watch) warn() time.Duration {
	now := time.Now().Round(0)
	due, next, err := w.office.Expiring(w.ctx, now)
	if err != nil && w.ctx.Err() == nil {
		w.trouble("look at what expires", err)
	}
	for _, e := range due {
		w.tell(e)
	}
	if next.IsZero() || next.Sub(now) > expiryLook {
		return expiryLook
	}
	return next.Sub(now)
}

// stop gives up the checks that are under way.
func (w *watch) stop(ctx context.Context) error {
	w.cancel()
	done := make(chan struct{})
	go func() {
		w.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("a check was still under way")
	}
}

// expires tells staff that credentials expire, or have: in the log and by mail.
// Of a channel that is paused for it they are told by that.
func (o *observer) expires(e office.Expiry) {
	event, says := o.log.Warn(), "its credentials expire; renew them"
	if e.Expired {
		says = "its credentials have expired; what is due waits"
	}
	event.Str("event", "credentials_expire").Str("mechanism", e.Channel).Str("account", e.Account).
		Time("expires_at", e.At.UTC()).Bool("expired", e.Expired).Str("says", says).Send()
	if e.Expired && !e.Paused {
		return
	}
	at := e.At.UTC().Format(zerolog.TimeFieldFormat)
	o.alert(e.Channel, fmt.Sprintf("Clarion: the credentials of the channel %s expire", e.Channel),
		fmt.Sprintf("The credentials of the channel %s (account %s) expire at %s. From then on what is due there waits.\n\nRenew them, put the new ones in place, take them over with\n\n  clarion reload\n\nand check them with\n\n  clarion channel check %s\n", e.Channel, e.Account, at, e.Channel))
}
