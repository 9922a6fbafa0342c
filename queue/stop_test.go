package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
)

func TestStopBeforeStartAndTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, lane(&wire{name: "wire"}, "wire", limits()))
		if err := r.engine.Stop(context.Background()); err != nil {
			t.Errorf("stop before start: %v", err)
		}
		r = newRig(t, lane(&wire{name: "wire"}, "wire", limits()))
		r.start()
		r.end()
		r.end()
	})
}

func TestAStartThatFailsLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, lane(&wire{name: "wire"}, "wire", limits()))
		r.failing(func(string, []int64) error { return errors.New("busy") })
		if err := r.engine.Start(context.Background()); err == nil {
			t.Error("it started without knowing the channels' modes")
		}
		if err := r.engine.Reload(context.Background()); err == nil {
			t.Error("a reload that failed was passed over")
		}
		r.failing(nil)
		r.end()
	})
}

// At whatever moment it stops, what has begun is finished and the rest is
// planned.
func TestStopAtAnyMoment(t *testing.T) {
	for name, connected := range map[string]bool{"wire": false, "line": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for moment := range 40 {
				synctest.Test(t, func(t *testing.T) {
					w := &wire{name: name, does: slowly}
					var c channels.Channel = w
					if connected {
						c = &line{wire: w, connects: func(context.Context) error { time.Sleep(50 * time.Millisecond); return nil }}
					}
					r := newRig(t, lane(c, name, limits()))
					r.addAll(30, name, time.Now())
					r.add(name, time.Now().Add(time.Hour))
					r.start()
					time.Sleep(time.Duration(moment) * 70 * time.Millisecond)
					if moment%2 == 0 {
						synctest.Wait()
					}
					r.end()
					r.memory.wants(message.Sent, w.begun)
					r.memory.wants(message.Planned, 31-w.begun)
				})
			}
		})
	}
}

func TestStopCutsOffWhatHangs(t *testing.T) {
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
		begin := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := r.engine.Stop(ctx); err == nil {
			t.Error("stop did not say that something was cut off")
		}
		if took := time.Since(begin); took > 8*time.Second {
			t.Errorf("stop took %s", took)
		}
		r.memory.wants(message.SendUnknown, 2)
		r.memory.wants(message.Planned, 6)
		close(letGo)
	})
}

// With a store that takes nothing any more the next start has to clear up, but
// the engine stops.
func TestStopWithADeadStore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire", does: slowly}
		r := newRig(t, lane(w, "wire", limits()))
		r.addAll(8, "wire", time.Now())
		r.start()
		synctest.Wait()
		r.failing(func(string, []int64) error { return errors.New("disk full") })
		pass(10 * time.Second)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := r.engine.Stop(ctx); err == nil {
			t.Error("stop did not say that outcomes were lost")
		}
		w.wants(t, 8)
		r.memory.wants(message.Sending, 8)
	})
}

func TestNoWakeIsLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		r.start()
		for range 500 {
			id := r.add("wire", time.Now())
			r.engine.Wake()
			synctest.Wait() // no time passes
			if got := r.get(id).state; got != message.Sent {
				t.Fatalf("send %d is %s", id, got)
			}
		}
		r.end()
	})
}
