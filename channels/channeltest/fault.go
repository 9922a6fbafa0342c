package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"clarion/channels"
)

// proveFault lets a channel meet a fault on a fresh connection and on one that
// was used before: there net/http would repeat a request by itself.
func proveFault(tb testing.TB, s Subject, f Fault) error {
	fresh := eachWay(tb, s, func(t *trial) error { return t.meet(tb, f) })
	if fresh != nil || f == Unreachable { // a used connection may still take bytes that nobody reads
		return fresh
	}
	return eachWay(tb, s, func(t *trial) error {
		if err := t.accepted(t.send(tb.Context(), t.delivery())); err != nil {
			return err
		}
		if err := t.meet(tb, f); err != nil {
			return fmt.Errorf("on a used connection: %w", err)
		}
		return nil
	})
}

func (t *trial) meet(tb testing.TB, f Fault) error {
	ctx, cancel := context.WithCancel(tb.Context())
	defer cancel()
	if f.stalls() && !t.cancelWhenStalled(ctx, cancel) || !t.to.Fail(f) {
		return errNotPlayed
	}
	before := t.to.Requests()
	o := t.send(ctx, t.delivery())
	if err := t.judge(f, o); err != nil {
		return err
	}
	if !t.to.Fail(Healthy) {
		return nil
	}
	if err := t.accepted(t.send(tb.Context(), t.delivery())); err != nil {
		return fmt.Errorf("after the fault: %w", err)
	}
	if n := t.to.Requests() - before; n != o.requests+t.each {
		return fmt.Errorf("%d requests for two deliveries: one was repeated", n)
	}
	return nil
}

// cancelWhenStalled ends the delivery's context once the destination has read
// it whole and keeps it waiting.
func (t *trial) cancelWhenStalled(ctx context.Context, cancel context.CancelFunc) bool {
	s, ok := t.to.(Staller)
	if !ok {
		return false
	}
	go func() {
		select {
		case <-s.Stalled():
			cancel()
		case <-ctx.Done():
		}
	}()
	return true
}

// judge says whether an outcome is one that a fault allows.
func (t *trial) judge(f Fault, o outcome) error {
	if o.err == nil {
		return errors.New("the channel says that the destination accepted")
	}
	e := channels.AsError(o.err)
	allowed := slices.Concat(f.classes(), t.subject.Also[f])
	switch {
	case !slices.Contains(allowed, e.Class):
		return fmt.Errorf("class %s, want one of %v: %w", e.Class, allowed, o.err)
	case o.requests > 1:
		return fmt.Errorf("%d requests for one Publish", o.requests)
	case f == Unreachable && o.requests > 0:
		return errors.New("a request reached a destination that is unreachable")
	case f.arrives() && o.requests != 1:
		return fmt.Errorf("%d requests arrived, want 1", o.requests)
	case o.early > 0:
		return errors.New("a request left before Begin was called")
	case o.begun > 1 || o.requests == 1 && o.begun != 1:
		return fmt.Errorf("%d calls of Begin for %d requests", o.begun, o.requests)
	case e.Reason == "":
		return fmt.Errorf("no reason for people in %w", o.err)
	case !e.Until.IsZero() && e.Until.Before(time.Now()):
		return fmt.Errorf("the time to repeat at, %s, is past", e.Until)
	}
	return t.discreet("the error", o.err.Error())
}
