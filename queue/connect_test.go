package queue_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
)

func TestAConnectionStandsBeforeTheInstantAndGoesWhenIdle(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &line{wire: &wire{name: "line"}}
		r := newRig(t, lane(l, "line", limits()))
		r.add("line", time.Now().Add(time.Hour))
		r.start()
		pass(time.Hour - 2*time.Second - time.Millisecond)
		if _, _, tried := l.counts(); tried != 0 {
			t.Errorf("%d connections were made long before the instant", tried)
		}
		pass(2 * time.Millisecond)
		if standing, made, _ := l.counts(); standing != 1 || made != 1 {
			t.Errorf("%d of %d connections stand just before the instant", standing, made)
		}
		pass(2 * time.Second)
		l.wants(t, 1)
		pass(30 * time.Second)
		if standing, made, _ := l.counts(); standing != 0 || made != 1 {
			t.Errorf("%d of %d connections stand although they were idle", standing, made)
		}
		r.end()
	})
}

func TestMoreConnectionsAreMadeWhileThereIsWork(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &line{wire: &wire{name: "line"}}
		l.does = func(_ context.Context, d channels.Delivery) error {
			time.Sleep(time.Second)
			return d.Begin()
		}
		some := limits()
		some.Concurrency, some.Ahead = 5, 2
		r := newRig(t, lane(l, "line", some))
		r.addAll(50, "line", time.Now())
		r.start()
		pass(11 * time.Second)
		if _, made, _ := l.counts(); made != 5 {
			t.Errorf("%d connections were made, want 5", made)
		}
		r.memory.wants(message.Sent, 50)
		r.end()
	})
}

func TestConnectingBacksOffAndGoesOnByItself(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var up atomic.Bool
		l := &line{wire: &wire{name: "line"}, connects: func(context.Context) error {
			if !up.Load() {
				return errors.New("refused")
			}
			return nil
		}}
		r := newRig(t, lane(l, "line", limits()))
		begin := time.Now()
		r.addAll(3, "line", begin)
		r.start()
		pass(5 * time.Minute)
		var after []time.Duration
		l.mu.Lock()
		for _, at := range l.tried {
			after = append(after, at.Sub(begin)/time.Second)
		}
		l.mu.Unlock()
		if want := []time.Duration{0, 1, 3, 7, 15, 31, 63, 123, 183, 243}; !slices.Equal(after, want) {
			t.Errorf("it tried after %v s, want %v", after, want)
		}
		r.memory.wants(message.Planned, 3) // no attempt was opened for nothing
		if r.attempts != 0 {
			t.Errorf("%d attempts were opened without a connection", r.attempts)
		}
		up.Store(true)
		pass(time.Minute)
		r.memory.wants(message.Sent, 3)
		r.end()
	})
}

// A relay that allows fewer connections than are configured slows nothing.
func TestConnectionsThatStandGoOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &line{wire: &wire{name: "line"}}
		l.connects = func(context.Context) error {
			if standing, _, _ := l.counts(); standing >= 1 {
				return errors.New("too many connections")
			}
			return nil
		}
		l.does = func(_ context.Context, d channels.Delivery) error {
			time.Sleep(100 * time.Millisecond)
			return d.Begin()
		}
		r := newRig(t, lane(l, "line", limits()))
		r.addAll(200, "line", time.Now())
		r.start()
		pass(20*time.Second + time.Millisecond)
		r.memory.wants(message.Sent, 200)
		r.end()
	})
}

func TestALostConnectionIsReplacedAndNothingGoesBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var n atomic.Int32
		l := &line{wire: &wire{name: "line"}, dies: func(channels.Delivery) bool { return n.Add(1)%3 == 0 }}
		one := limits()
		one.Concurrency = 1
		r := newRig(t, lane(l, "line", one))
		r.addAll(30, "line", time.Now())
		r.start()
		synctest.Wait()
		r.memory.wants(message.Sent, 30)
		if _, made, _ := l.counts(); made < 10 || r.attempts != 30 {
			t.Errorf("%d connections were made and %d attempts opened", made, r.attempts)
		}
		r.end()
	})
}

func TestOpenedAttemptsGoBackWhenNoConnectionIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var down, once atomic.Bool
		l := &line{wire: &wire{name: "line"}}
		l.connects = func(context.Context) error {
			if down.Load() {
				return errors.New("refused")
			}
			return nil
		}
		l.dies = func(channels.Delivery) bool {
			down.Store(!once.Load())
			return !once.Swap(true)
		}
		one := limits()
		one.Concurrency = 1
		r := newRig(t, lane(l, "line", one))
		r.addAll(4, "line", time.Now()) // all are opened at once
		r.start()
		synctest.Wait()
		r.memory.wants(message.Sent, 1)
		r.memory.wants(message.Planned, 3)
		if told := r.seen.told(message.Planned); told != 3 {
			t.Errorf("%d were told to be put back, want 3", told)
		}
		down.Store(false)
		pass(time.Second) // the first wait for a connection, and not the next look at the clock
		r.memory.wants(message.Sent, 4)
		r.end()
	})
}

func TestAnUnusableDestinationPausesUntilAPersonResumes(t *testing.T) {
	for _, where := range []string{"connect", "publish"} {
		t.Run(where, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var mended atomic.Bool
				unusable := func(at string) error {
					if !mended.Load() && at == where {
						return &channels.Error{Class: channels.Unavailable, Reason: "the password expired"}
					}
					return nil
				}
				l := &line{wire: &wire{name: "line"}, connects: func(context.Context) error { return unusable("connect") }}
				l.does = func(_ context.Context, d channels.Delivery) error {
					return errors.Join(d.Begin(), unusable("publish"))
				}
				r := newRig(t, lane(l, "line", limits()))
				r.addAll(6, "line", time.Now())
				r.start()
				pass(24 * time.Hour)
				if len(r.seen.paused) != 1 || !r.modes["line"].Paused {
					t.Errorf("told %v, stored %v", r.seen.paused, r.modes)
				}
				r.memory.wants(message.Sent, 0)
				r.memory.wants(message.Sending, 0)
				mended.Store(true)
				pass(time.Hour)
				r.memory.wants(message.Sent, 0)
				r.decide("line", message.ChannelMode{})
				r.reload()
				synctest.Wait()
				r.memory.wants(message.Sent, 6)
				r.end()
			})
		})
	}
}

func TestAPauseThatCannotBeRecordedHolds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire", does: fault(channels.Unavailable)}
		r := newRig(t, lane(w, "wire", limits()))
		r.failing(func(operation string, _ []int64) error {
			if operation == "pause" {
				return errors.New("disk full")
			}
			return nil
		})
		r.add("wire", time.Now())
		r.start()
		pass(time.Hour)
		w.wants(t, 1)
		if len(r.seen.troubles) != 1 || len(r.seen.paused) != 1 {
			t.Errorf("told %v and %v", r.seen.troubles, r.seen.paused)
		}
		r.end()
	})
}
