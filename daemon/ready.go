package daemon

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"clarion/message"
	"clarion/store"
)

// forgetAfter is how long a write that failed counts. The queue tries again
// more often than that for as long as it has anything to write.
const forgetAfter = 30 * time.Second

// readiness is asked by /readyz.
type readiness struct {
	started atomic.Bool
	failed  atomic.Int64 // when the queue's newest write failed, in Unix nanoseconds; 0 if it took
}

func (r *readiness) set()   { r.started.Store(true) }
func (r *readiness) unset() { r.started.Store(false) }

// wrote is told how a write ended. It is true when writing works again.
func (r *readiness) wrote(err error, now time.Time) bool {
	if err == nil {
		return r.failed.Swap(0) != 0
	}
	if !errors.Is(err, context.Canceled) { // as a claim is at a stop
		r.failed.Store(now.UnixNano())
	}
	return false
}

func (r *readiness) check(now time.Time) error {
	if !r.started.Load() {
		return errors.New("starting or stopping")
	}
	if failed := r.failed.Load(); failed != 0 && now.Sub(time.Unix(0, failed)) < forgetAfter {
		return errors.New("the queue cannot write")
	}
	return nil
}

// compareBase warns of a public address that nobody chose and that is another
// than at the start before: what was approved under that one is held.
func (d *Daemon) compareBase(ctx context.Context) error {
	now := d.options.Config.Server
	before, err := d.store.SwapBaseURL(ctx, now.BaseURL)
	if err == nil && now.FollowsListen && before != "" && before != now.BaseURL {
		d.log.Warn().Str("event", "base_url_changed").Str("base_url", now.BaseURL).Str("before", before).
			Str("says", "server.base_url is not set, so the public address follows the address listened on, and that is another than at the last start: "+
				"what was approved before will be held as channel-changed; set server.base_url to what readers use, or start with the address of before").Send()
	}
	return err
}

// wrote is told how each write of the queue ended.
func (d *Daemon) wrote(err error) {
	if d.ready.wrote(err, time.Now()) {
		d.log.Info().Str("event", "writable").Str("says", "the queue can write again and goes on").Send()
	}
}

// watched is the store as the queue has it: each of its writes tells how it
// ended.
type watched struct {
	*store.Store
	wrote func(error)
}

// Claim implements queue.Store.
func (w watched) Claim(ctx context.Context, lane message.Lane, limit int, now time.Time) (message.Claim, error) {
	claim, err := w.Store.Claim(ctx, lane, limit, now)
	w.wrote(err)
	return claim, err
}

// Materialise implements queue.Store.
func (w watched) Materialise(ctx context.Context, lane message.Lane, before time.Duration, now time.Time) error {
	err := w.Store.Materialise(ctx, lane, before, now)
	w.wrote(err)
	return err
}

// Commit implements queue.Store.
func (w watched) Commit(ctx context.Context, settle []message.Settlement, claims []message.ClaimRequest, now time.Time) ([]message.Claim, error) {
	answers, err := w.Store.Commit(ctx, settle, claims, now)
	w.wrote(err)
	return answers, err
}

// Publish implements queue.Store.
func (w watched) Publish(ctx context.Context, lane message.Lane, all []message.Settlement, now time.Time) ([]message.Opened, error) {
	opened, err := w.Store.Publish(ctx, lane, all, now)
	w.wrote(err)
	return opened, err
}
