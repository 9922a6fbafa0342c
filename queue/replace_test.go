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
	"clarion/queue"
)

// replace takes over lanes within a patience that is enough.
func (r *rig) replace(lanes ...queue.Lane) queue.Replaced {
	r.Helper()
	done, err := r.engine.Replace(context.Background(), lanes, time.Minute)
	if err != nil {
		r.Errorf("replace: %v", err)
	}
	return done
}

func TestReplaceTellsWhatItDid(t *testing.T) {
	bubble(t, func(t *testing.T) {
		a, b, c := &wire{name: "a"}, &wire{name: "b"}, &wire{name: "c"}
		r := newRig(t, lane(a, "a", limits()), lane(b, "b", limits()), lane(c, "c", limits()))
		r.start()
		slow := limits()
		slow.Interval = time.Second
		done := r.replace(lane(&wire{name: "b"}, "b", limits()), lane(a, "a", slow), lane(&wire{name: "d"}, "d", limits()))
		want := queue.Replaced{Added: []string{"d"}, Removed: []string{"c"}, Changed: []string{"b"}, Limited: []string{"a"}}
		if !slices.Equal(done.Added, want.Added) || !slices.Equal(done.Removed, want.Removed) ||
			!slices.Equal(done.Changed, want.Changed) || !slices.Equal(done.Limited, want.Limited) {
			t.Errorf("it says %+v, want %+v", done, want)
		}
		for _, name := range []string{"a", "b", "c", "d"} {
			r.add(name, time.Now())
		}
		r.engine.Wake()
		pass(time.Minute)
		r.memory.wants(message.Sent, 3)
		r.memory.wants(message.Planned, 1) // of c
		r.end()
	})
}

// A lane of which nothing changed keeps its connections and what is under way.
func TestReplaceLeavesAloneWhatIsTheSame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &line{wire: &wire{name: "line", does: slowly}}
		paced := limits()
		paced.Interval = time.Millisecond
		b := &wire{name: "b"}
		r := newRig(t, lane(l, "line", limits()), lane(b, "b", paced))
		r.addAll(20, "line", time.Now())
		r.start()
		for range 9 {
			pass(time.Second)
			done := r.replace(lane(l, "line", limits()), lane(b, "b", paced))
			if n := len(done.Added) + len(done.Changed) + len(done.Limited) + len(done.Removed); n > 0 {
				t.Errorf("it says %+v", done)
			}
		}
		pass(time.Minute)
		r.memory.wants(message.Sent, 20)
		if _, made, _ := l.counts(); made != 2 || len(l.delivered()) != 20 {
			t.Errorf("%d connections were made for %d deliveries", made, len(l.delivered()))
		}
		r.end()
	})
}

// What is under way ends by the old channel, what was opened is put back, and
// the rest goes by the new one, at whatever moment it comes.
func TestReplaceAtAnyMoment(t *testing.T) {
	for _, kind := range []string{"wire", "line", "web"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for moment := range 40 {
				synctest.Test(t, func(t *testing.T) {
					before, after := &wire{name: "old", does: slowly}, &wire{name: "new", does: slowly}
					before.can.Local, after.can.Local = kind == "web", kind == "web"
					as := func(w *wire) channels.Channel {
						if kind == "line" {
							return &line{wire: w}
						}
						return w
					}
					r := newRig(t, lane(as(before), kind, limits()))
					r.addAll(30, kind, time.Now())
					r.start()
					time.Sleep(time.Duration(moment) * 70 * time.Millisecond)
					if moment%2 == 0 {
						synctest.Wait()
					}
					r.replace(lane(as(after), kind, limits()))
					begun := before.began()
					pass(5 * time.Minute)
					before.wants(t, begun) // nothing begins any more once it returned
					after.wants(t, 30-begun)
					r.memory.wants(message.Sent, 30)
					r.end()
				})
			}
		})
	}
}

func (w *wire) began() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun
}

// No channel has two lanes at once, however often it is replaced.
func TestReplaceKeepsToOneAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var under, most atomic.Int64
		does := func(_ context.Context, d channels.Delivery) error {
			if err := d.Begin(); err != nil {
				return err
			}
			if n := under.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(3 * time.Second)
			under.Add(-1)
			return nil
		}
		r := newRig(t, lane(&wire{name: "wire", does: does}, "wire", limits()))
		r.addAll(40, "wire", time.Now())
		r.start()
		for range 20 {
			pass(700 * time.Millisecond)
			r.replace(lane(&wire{name: "wire", does: does}, "wire", limits()))
		}
		r.replace() // none
		r.replace(lane(&wire{name: "wire", does: does}, "wire", limits()))
		pass(5 * time.Minute)
		r.memory.wants(message.Sent, 40)
		if most.Load() > 2 {
			t.Errorf("%d deliveries were under way at once, the limit is 2", most.Load())
		}
		r.end()
	})
}

// What hangs past the patience is cut off and unknown; the new channel goes on
// with the rest.
func TestReplaceCutsOffWhatHangs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		letGo := make(chan struct{})
		w := &wire{name: "wire", does: func(ctx context.Context, d channels.Delivery) error {
			return errors.Join(d.Begin(), hanging(letGo)(ctx, d))
		}}
		l := limits()
		l.Timeout = time.Hour
		r := newRig(t, lane(w, "wire", l))
		r.addAll(8, "wire", time.Now())
		r.start()
		synctest.Wait()
		after := &wire{name: "wire"}
		r.replace(lane(after, "wire", limits()))
		pass(59 * time.Second)
		after.wants(t, 0)
		pass(5 * time.Second)
		after.wants(t, 6)
		r.memory.wants(message.SendUnknown, 2)
		r.memory.wants(message.Sent, 6)
		if len(r.seen.troubles) != 1 {
			t.Errorf("troubles: %q", r.seen.troubles)
		}
		close(letGo)
		r.end()
	})
}

// The engine stops in its time whatever is being replaced.
func TestStopWhileReplacing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		letGo := make(chan struct{})
		w := &wire{name: "wire", does: hanging(letGo)}
		l := limits()
		l.Timeout = time.Hour
		r := newRig(t, lane(w, "wire", l))
		r.addAll(8, "wire", time.Now())
		r.start()
		synctest.Wait()
		r.replace(lane(&wire{name: "wire"}, "wire", limits()))
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := r.engine.Stop(ctx); err == nil {
			t.Error("stop did not say that something was cut off")
		}
		if _, err := r.engine.Replace(context.Background(), nil, time.Minute); err == nil {
			t.Error("lanes were replaced after the stop")
		}
		r.memory.wants(message.SendUnknown, 2)
		r.memory.wants(message.Planned, 6)
		close(letGo)
	})
}

func TestReplaceThatFailsChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		if _, err := r.engine.Replace(context.Background(), nil, time.Minute); err == nil {
			t.Error("lanes were replaced before the start")
		}
		r.start()
		r.failing(func(operation string, _ []int64) error {
			if operation == "modes" {
				return errDisk
			}
			return nil
		})
		if _, err := r.engine.Replace(context.Background(), nil, time.Minute); !errors.Is(err, errDisk) {
			t.Errorf("got %v", err)
		}
		r.add("wire", time.Now())
		r.engine.Wake()
		synctest.Wait()
		w.wants(t, 1)
		r.end()
	})
}

// A channel that people paused or switched stays so.
func TestReplaceKeepsDecisions(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(&wire{name: "wire"}, "wire", limits()))
		r.decide("wire", message.ChannelMode{Paused: true})
		r.start()
		r.replace(lane(w, "wire", limits()))
		r.add("wire", time.Now())
		r.engine.Wake()
		pass(time.Hour)
		w.wants(t, 0)
		r.decide("wire", message.ChannelMode{Rehearsal: true})
		r.reload()
		pass(time.Second)
		r.memory.wants(message.SendRehearsed, 1)
		r.end()
	})
}

// What the old lane learns of a destination holds for the new one.
func TestReplaceInherits(t *testing.T) {
	for name, class := range map[string]channels.Class{"a pause": channels.Unavailable, "a wait": channels.RateLimited} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				refuses := func(_ context.Context, d channels.Delivery) error {
					err := d.Begin()
					time.Sleep(10 * time.Second)
					return errors.Join(err, &channels.Error{Class: class, Reason: "as scripted", Until: time.Now().Add(time.Minute)})
				}
				l := limits()
				l.Timeout = time.Minute
				r := newRig(t, lane(&wire{name: "wire", does: refuses}, "wire", l))
				r.addAll(2, "wire", time.Now())
				r.start()
				synctest.Wait()
				after := &wire{name: "wire"}
				r.replace(lane(after, "wire", l))
				r.addAll(5, "wire", time.Now())
				r.engine.Wake()
				pass(69 * time.Second)
				after.wants(t, 0)
				r.decide("wire", message.ChannelMode{})
				r.reload()
				pass(time.Minute)
				after.wants(t, 7)
				r.end()
			})
		})
	}
}

// The pace of a channel holds across a change.
func TestReplaceKeepsThePace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var starts []time.Time
		does := func(_ context.Context, d channels.Delivery) error {
			starts = append(starts, time.Now()) // one at a time
			return d.Begin()
		}
		l := limits()
		l.Concurrency, l.Interval = 1, 10*time.Second
		r := newRig(t, lane(&wire{name: "wire", does: does}, "wire", l))
		r.addAll(10, "wire", time.Now())
		r.start()
		for range 12 {
			pass(3 * time.Second)
			r.replace(lane(&wire{name: "wire", does: does}, "wire", l))
		}
		pass(5 * time.Minute)
		for i := 1; i < len(starts); i++ {
			if gap := starts[i].Sub(starts[i-1]); gap < 10*time.Second-time.Microsecond { // as finely as the limiter reckons
				t.Errorf("start %d comes %s after the one before", i, gap)
			}
		}
		r.memory.wants(message.Sent, 10)
		r.end()
	})
}

// Leases of a local channel that can't be put back at once are later.
func TestReplaceGivesBackLeases(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, lane(local(), "web", limits()))
		r.failing(func(operation string, _ []int64) error {
			if operation == "publish" {
				return errDisk
			}
			return nil
		})
		r.addAll(3, "web", time.Now())
		r.start()
		pass(time.Second)
		r.memory.wants(message.Claimed, 3)
		r.replace() // it is gone
		pass(time.Minute)
		r.memory.wants(message.Claimed, 3)
		r.failing(nil)
		pass(time.Minute)
		r.memory.wants(message.Planned, 3)
		r.end()
	})
}

// A stop tries a last time what a replaced local channel could not put back.
func TestStopGivesBackLeases(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, lane(local(), "web", limits()))
		r.failing(func(operation string, _ []int64) error {
			if operation == "publish" {
				return errDisk
			}
			return nil
		})
		r.addAll(3, "web", time.Now())
		r.start()
		pass(time.Second)
		r.replace() // it is gone
		pass(time.Minute)
		r.memory.wants(message.Claimed, 3)
		r.failing(nil)
		r.end() // long before the next try by itself would come
		r.memory.wants(message.Planned, 3)
	})
}

// A check that finds a channel unusable pauses it as a delivery does.
func TestPause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()), lane(&wire{name: "other"}, "other", limits()))
		r.start()
		r.engine.Pause("wire", "the token has expired")
		r.engine.Pause("wire", "again")
		r.engine.Pause("pigeon", "it is no channel")
		r.add("wire", time.Now())
		r.add("other", time.Now())
		r.engine.Wake()
		pass(time.Hour)
		w.wants(t, 0)
		r.memory.wants(message.Sent, 1)
		if !slices.Equal(r.seen.paused, []string{"wire"}) || !r.modes["wire"].Paused {
			t.Errorf("told of pauses of %q, stored %v", r.seen.paused, r.modes)
		}
		r.end()
	})
}
