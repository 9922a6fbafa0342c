package channeltest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"clarion/channels"
)

func provePublish(tb testing.TB, s Subject) error {
	return eachWay(tb, s, func(t *trial) error {
		const times = 3 // the later ones find a connection that has been used
		for range times {
			if err := t.accepted(t.send(tb.Context(), t.delivery())); err != nil {
				return err
			}
		}
		if n := t.to.Requests(); n != times*t.each {
			return fmt.Errorf("%d requests for %d deliveries", n, times)
		}
		return nil
	})
}

// proveSecondAttempt repeats a delivery under its key: the destination may
// know it already, but it is never asked twice.
func proveSecondAttempt(tb testing.TB, s Subject) error {
	return eachWay(tb, s, func(t *trial) error {
		d := t.delivery()
		if err := t.accepted(t.send(tb.Context(), d)); err != nil {
			return err
		}
		d.Attempt = 2
		if o := t.send(tb.Context(), d); o.requests > t.each || o.begun > 1 {
			return fmt.Errorf("%d requests and %d calls of Begin for the second attempt", o.requests, o.begun)
		}
		return nil
	})
}

// proveParallel publishes as many deliveries at once as the channel says it
// can take, four at most.
func proveParallel(tb testing.TB, s Subject) error {
	t, err := newTrial(tb, s)
	if err != nil {
		return err
	}
	ch := t.via.(channels.Channel)
	n := min(ch.Capabilities().Concurrency, 4)
	done := make(chan error)
	for range n {
		d := t.delivery()
		go func() {
			ctx, cancel := context.WithTimeout(tb.Context(), patience)
			defer cancel()
			_, err := ch.Publish(ctx, d)
			done <- err
		}()
	}
	for range n {
		err = errors.Join(err, <-done)
	}
	if got := t.to.Requests(); err == nil && got != n*t.each {
		err = fmt.Errorf("%d requests for %d deliveries at once", got, n)
	}
	return err
}

// proveBegin stops a delivery at Begin, on a fresh connection and on a used
// one. The good delivery behind it brings to light what had left all the same.
func proveBegin(tb testing.TB, s Subject) error {
	return eachWay(tb, s, func(t *trial) error {
		frozen := &channels.Error{Class: channels.NotBegun, Reason: "everything is frozen"}
		for round := range 2 {
			d := t.delivery()
			d.Begin = func() error { return frozen }
			o := t.send(tb.Context(), d)
			switch {
			case !errors.Is(o.err, frozen) || channels.AsError(o.err) != frozen:
				return fmt.Errorf("the error of Begin came back as %w", o.err)
			case o.begun != 1:
				return fmt.Errorf("%d calls of Begin, want 1", o.begun)
			}
			if err := t.accepted(t.send(tb.Context(), t.delivery())); err != nil {
				return fmt.Errorf("after a stopped delivery: %w", err)
			}
			if n := t.to.Requests(); n != (round+1)*t.each {
				return fmt.Errorf("%d requests for %d deliveries: a stopped one reached the destination", n, round+1)
			}
		}
		return nil
	})
}

func proveCancelled(tb testing.TB, s Subject) error {
	return eachWay(tb, s, func(t *trial) error {
		ctx, cancel := context.WithCancel(tb.Context())
		cancel()
		for round := range 2 {
			o := t.send(ctx, t.delivery())
			if o.err == nil {
				return errors.New("published although its context was cancelled")
			}
			if c := channels.AsError(o.err).Class; c != channels.Temporary && c != channels.NotBegun {
				return fmt.Errorf("nothing was written, yet the class is %s: %w", c, o.err)
			}
			if err := t.accepted(t.send(tb.Context(), t.delivery())); err != nil {
				return fmt.Errorf("after a cancelled delivery: %w", err)
			}
			if n := t.to.Requests(); n != (round+1)*t.each {
				return fmt.Errorf("%d requests for %d deliveries: a cancelled one reached the destination", n, round+1)
			}
		}
		return nil
	})
}
