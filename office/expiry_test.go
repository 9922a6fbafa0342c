package office_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/channels"
)

const day = 24 * time.Hour

// TestExpiring goes from long before an expiry to long after it, an hour at a
// time: each warning comes once, at its instant, and the pause with the last.
func TestExpiring(t *testing.T) {
	b, first, _ := withCheckers(t)
	begin := time.Now()
	expires := begin.Add(40 * day)
	first.stands(channels.Standing{Account: "@office", Expires: expires}, nil)
	b.no(b.CheckLive(b.ctx))
	var warned []time.Duration
	for now := begin; now.Before(expires.Add(3 * day)); now = now.Add(time.Hour) {
		due, next, err := b.Expiring(b.ctx, now)
		b.no(err)
		if !next.IsZero() && !next.After(now) {
			t.Fatalf("at %s the next is at %s", now, next)
		}
		for _, e := range due {
			warned = append(warned, expires.Sub(now).Round(time.Hour))
			if e.Channel != "first" || e.Account != "@office" || e.Expired != !now.Before(expires) || e.Paused {
				t.Errorf("warned of %+v", e)
			}
		}
		if paused := b.pauses(); (len(paused) > 0) != (len(due) > 0 && due[0].Expired) {
			t.Errorf("%s before it is paused: %q", expires.Sub(now), paused)
		}
	}
	if want := []time.Duration{30 * day, 14 * day, 7 * day, 3 * day, day, 0}; !slices.Equal(warned, want) {
		t.Errorf("warned %v before, want %v", warned, want)
	}
}

// TestExpiringTellsTheNextInstant exactly, and what was missed once.
func TestExpiringTellsTheNextInstant(t *testing.T) {
	b, first, second := withCheckers(t)
	now := time.Now().Truncate(time.Second)
	first.stands(channels.Standing{Expires: now.Add(5 * day)}, nil)
	second.stands(channels.Standing{Expires: now.Add(time.Minute)}, nil)
	b.no(b.CheckLive(b.ctx))
	due, next, err := b.Expiring(b.ctx, now)
	b.no(err)
	if len(due) != 2 || !next.Equal(now.Add(time.Minute)) {
		t.Errorf("warned of %+v, the next is in %s", due, next.Sub(now))
	}
	if due, _, err = b.Expiring(b.ctx, now); err != nil || len(due) != 0 {
		t.Errorf("warned again of %+v, %v", due, err)
	}
	b.rehearse("first")
	if due, next, err = b.Expiring(b.ctx, now.Add(10*day)); err != nil || len(due) != 1 || due[0].Channel != "second" || !next.IsZero() {
		t.Errorf("warned of %+v, next %s, %v", due, next, err)
	}
}

// TestExpiringOnceRenewed begins anew.
func TestExpiringOnceRenewed(t *testing.T) {
	b, first, _ := withCheckers(t)
	now := time.Now()
	first.stands(channels.Standing{Expires: now.Add(-time.Second)}, nil)
	b.no(b.CheckLive(b.ctx))
	due, _, err := b.Expiring(b.ctx, now)
	b.no(err)
	warnings, err := b.ChannelWarnings(b.ctx, now)
	b.no(err)
	if len(due) != 1 || !due[0].Expired || len(warnings) != 1 || !strings.Contains(warnings[0].Says, "expired at") {
		t.Errorf("warned of %+v and %+v", due, warnings)
	}
	first.stands(channels.Standing{Expires: now.Add(60 * day)}, nil)
	b.no(b.CheckLive(b.ctx))
	for _, c := range []struct {
		in    time.Duration
		warns int
	}{{0, 0}, {30*day - time.Second, 0}, {30 * day, 1}, {31 * day, 0}, {46 * day, 1}} {
		due, _, err := b.Expiring(b.ctx, now.Add(c.in))
		b.no(err)
		if len(due) != c.warns {
			t.Errorf("in %s warned of %+v", c.in, due)
		}
	}
}

// TestExpiringAtAnyPace: however seldom it is looked, no warning is late by more
// than a look, none comes twice, and what has expired is paused once.
func TestExpiringAtAnyPace(t *testing.T) {
	b, first, _ := withCheckers(t)
	rapid.Check(t, func(rt *rapid.T) {
		b.no(b.store.ForgetCheck(b.ctx, "first"))
		begin := time.Now()
		expires := begin.Add(time.Duration(rapid.IntRange(0, 50*24).Draw(rt, "hours")) * time.Hour)
		first.stands(channels.Standing{Expires: expires}, nil)
		b.no(b.CheckLive(b.ctx, "first"))
		b.pauses()
		told, paused := 0, 0
		for now := begin; now.Before(expires.Add(5 * day)); now = now.Add(time.Duration(rapid.IntRange(1, 6*24).Draw(rt, "step")) * time.Hour) {
			due, _, err := b.Expiring(b.ctx, now)
			b.no(err)
			told += len(due)
			paused += len(b.pauses())
		}
		if told > 6 || paused > 1 {
			rt.Errorf("told %d times, paused %d times", told, paused)
		}
		due, _, err := b.Expiring(b.ctx, expires.Add(6*day))
		b.no(err)
		if paused += len(b.pauses()); paused != 1 || told+len(due) == 0 {
			rt.Errorf("at the end told %d times, paused %d times", told+len(due), paused)
		}
	})
}
