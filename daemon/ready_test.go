package daemon

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestReadiness(t *testing.T) {
	t.Parallel()
	var r readiness
	now := time.Now()
	is := func(want bool, when string, at time.Time) {
		t.Helper()
		if got := r.check(at) == nil; got != want {
			t.Errorf("%s: ready is %v", when, got)
		}
	}
	is(false, "before the start", now)
	r.set()
	is(true, "started", now)
	if r.wrote(nil, now) {
		t.Error("writing works again, and it never failed")
	}
	r.wrote(fmt.Errorf("claim: %w", context.Canceled), now)
	is(true, "a claim was cut short by a stop", now)
	r.wrote(errors.New("disk full"), now)
	is(false, "a write failed", now)
	is(false, "the queue tries again", now.Add(forgetAfter-1))
	is(true, "nothing failed for long", now.Add(forgetAfter))
	if !r.wrote(nil, now) {
		t.Error("it does not say that writing works again")
	}
	is(true, "a write took", now)
	r.unset()
	is(false, "stopping", now)
}

// TestReadyz follows the queue's writes.
func TestReadyz(t *testing.T) {
	b := setup(t, usual)
	for _, c := range []struct {
		err  error
		want int
	}{{nil, 200}, {errors.New("disk full"), 503}, {errors.New("disk full"), 503}, {nil, 200}} {
		b.wrote(c.err)
		if status, _ := b.get("/readyz"); status != c.want {
			t.Errorf("after %v /readyz answers %d, want %d", c.err, status, c.want)
		}
	}
	if found, _, _ := b.log.all(line{"event": "writable"}); len(found) != 1 {
		t.Errorf("%d lines say that the queue can write again, want 1", len(found))
	}
	if status, _ := b.get("/healthz"); status != 200 {
		t.Errorf("/healthz answers %d", status)
	}
}
