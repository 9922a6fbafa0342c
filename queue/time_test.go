package queue_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
)

// bubble runs a test on a fake clock. A goroutine that is left at its end fails
// it, so each of these tests holds that Stop leaves nothing running.
func bubble(t *testing.T, test func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, test)
}

// pass lets time pass and everything that is due in it happen.
func pass(d time.Duration) {
	time.Sleep(d) // of the bubble: no time is spent
	synctest.Wait()
}

func TestEachInstantIsHitExactly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const instants = 1_000
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		begin := time.Now().Add(time.Minute)
		for i := range instants {
			r.add("wire", begin.Add(time.Duration(i)*time.Duration(7)*time.Millisecond))
		}
		r.start()
		pass(time.Hour)
		calls := w.delivered()
		if len(calls) != instants {
			t.Fatalf("%d deliveries", len(calls))
		}
		for i, c := range calls {
			if want := begin.Add(time.Duration(i) * 7 * time.Millisecond); !c.at.Equal(want) {
				t.Fatalf("delivery %d at %s, want %s", i, c.at, want)
			}
		}
		r.memory.wants(message.Sent, instants)
		r.end()
	})
}

func TestAnIdleQueueHardlyLooks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, lane(&wire{name: "wire"}, "wire", limits()))
		r.add("wire", time.Now().Add(24*time.Hour))
		r.start()
		pass(time.Hour)
		if r.looks > 3600/30+4 {
			t.Errorf("it looked %d times in an hour", r.looks)
		}
		r.end()
	})
}

// The store's answers play a wall clock that was set.
func TestTheWallClockIsSet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		later := r.add("wire", time.Now().Add(time.Hour))
		r.start()
		pass(time.Minute + time.Second)
		r.mu.Lock() // forward: what was an hour away is due, and nobody wakes the engine
		r.rows[later-1].next = time.Now()
		r.mu.Unlock()
		pass(30 * time.Second)
		r.memory.wants(message.Sent, 1)

		back := time.Now().Add(time.Hour) // back: due when it was looked at, not yet at the claim
		r.mu.Lock()
		r.gate = func(send int64) *message.Verdict {
			if time.Now().Before(back) {
				r.rows[send-1].next = back
				return &message.Verdict{Act: message.NotYet}
			}
			return nil
		}
		r.mu.Unlock()
		r.add("wire", time.Now())
		r.engine.Wake()
		pass(time.Hour - time.Second)
		w.wants(t, 1)
		pass(time.Second)
		w.wants(t, 2)
		if calls := w.delivered(); !calls[1].at.Equal(back) {
			t.Errorf("delivered at %s, want %s", calls[1].at, back)
		}
		r.end()
	})
}

func TestRetriesComeWhenTheyAreDue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire", does: fault(channels.Temporary)}
		r := newRig(t, lane(w, "wire", limits()))
		id := r.add("wire", time.Now())
		r.start()
		longest := time.Second
		for attempt := 1; attempt < limits().Retry.Attempts; attempt++ {
			synctest.Wait()
			got := r.get(id)
			wait := time.Until(got.next)
			if got.state != message.Waiting || wait < longest/2 || wait > longest {
				t.Fatalf("after attempt %d it is %s for %s, want %s to %s", attempt, got.state, wait, longest/2, longest)
			}
			pass(wait)
			calls := w.delivered()
			if last := calls[len(calls)-1]; len(calls) != attempt+1 || last.attempt != attempt+1 || !last.at.Equal(got.next) || last.key != calls[0].key {
				t.Fatalf("after %d deliveries the last is %+v, due at %s", len(calls), last, got.next)
			}
			longest *= 2
		}
		r.memory.wants(message.Failed, 1)
		r.end()
	})
}

func TestOutcomes(t *testing.T) {
	for _, test := range []struct {
		class channels.Class
		want  message.SendState
	}{
		{channels.Unknown, message.SendUnknown}, {channels.Permanent, message.Failed}, {channels.Class(99), message.SendUnknown},
		{channels.Temporary, message.Waiting}, {channels.RateLimited, message.Waiting}, {channels.Unavailable, message.Waiting},
	} {
		t.Run(test.class.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := &wire{name: "wire", does: fault(test.class)}
				r := newRig(t, lane(w, "wire", limits()))
				id := r.add("wire", time.Now())
				r.start()
				synctest.Wait()
				if got := r.get(id); got.state != test.want || got.class != test.class || got.reason != "as scripted" {
					t.Errorf("it is %s for %s (%s), want %s", got.state, got.class, got.reason, test.want)
				}
				if r.seen.told(test.want) != 1 {
					t.Errorf("the observer was told %v", r.seen.attempts)
				}
				r.end()
			})
		})
	}
}

func TestRateLimitHoldsTheWholeLane(t *testing.T) {
	bubble(t, func(t *testing.T) {
		until := time.Now().Add(10 * time.Minute)
		var limited atomic.Bool
		w := &wire{name: "wire"}
		w.does = func(_ context.Context, d channels.Delivery) error {
			if err := d.Begin(); err != nil || limited.Swap(true) {
				return err
			}
			return &channels.Error{Class: channels.RateLimited, Reason: "slow down", Until: until}
		}
		l := limits()
		l.Concurrency = 1
		other := &wire{name: "other"}
		r := newRig(t, lane(w, "wire", l), lane(other, "other", l))
		r.addAll(3, "wire", time.Now()) // opened together with the first
		r.start()
		synctest.Wait()
		r.add("wire", time.Now())
		r.add("other", time.Now())
		r.decide("other", message.ChannelMode{Rehearsal: true})
		r.decide("other", message.ChannelMode{})
		r.reload() // a decision about another channel ends no wait
		pass(10*time.Minute - time.Second)
		w.wants(t, 1)
		other.wants(t, 1)
		pass(time.Second)
		w.wants(t, 5)
		r.end()
	})
}

func TestInterval(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := limits()
		l.Interval = 3 * time.Second
		var quick atomic.Bool
		w := &wire{name: "wire"}
		w.does = func(_ context.Context, d channels.Delivery) error {
			if !quick.Load() { // both workers are busy for a while and come free together
				time.Sleep(9 * time.Second)
			}
			return d.Begin()
		}
		r := newRig(t, lane(w, "wire", l))
		r.addAll(12, "wire", time.Now())
		r.start()
		pass(10 * time.Second)
		r.failing(func(string, []int64) error { return context.DeadlineExceeded }) // and the store for a while, too
		pass(20 * time.Second)
		quick.Store(true)
		r.failing(nil)
		pass(time.Minute)
		calls := w.delivered()
		if len(calls) != 12 {
			t.Fatalf("%d deliveries", len(calls))
		}
		for i := 1; i < len(calls); i++ {
			if gap := calls[i].at.Sub(calls[i-1].at); gap < l.Interval-time.Microsecond {
				t.Errorf("%s between delivery %d and %d", gap, i-1, i)
			}
		}
		r.end()
	})
}

func TestAStoppedSendCostsNoTurnOfTheInterval(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := limits()
		l.Interval = time.Hour
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", l))
		r.frozen = true
		r.add("wire", time.Now())
		r.start()
		synctest.Wait()
		r.memory.wants(message.SendHeld, 1)
		r.mu.Lock()
		r.frozen = false
		r.mu.Unlock()
		r.add("wire", time.Now())
		r.engine.Wake()
		synctest.Wait()
		w.wants(t, 1)
		r.end()
	})
}
