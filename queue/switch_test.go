package queue_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
)

// slowly takes a second before it begins.
func slowly(_ context.Context, d channels.Delivery) error {
	time.Sleep(time.Second)
	return d.Begin()
}

func TestAFreezeStopsWhatIsOpened(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire", does: slowly}
		r := newRig(t, lane(w, "wire", limits()))
		r.addAll(20, "wire", time.Now())
		r.start()
		pass(2500 * time.Millisecond)
		w.wants(t, 4)
		r.memory.wants(message.Sending, 8) // two under way, the rest opened ahead or not yet settled
		r.stop.press(true)
		pass(time.Minute)
		w.wants(t, 4)
		r.memory.wants(message.Sent, 4)
		r.memory.wants(message.SendHeld, 16)
		r.stop.press(false)
		r.add("wire", time.Now())
		r.engine.Wake()
		pass(2 * time.Second)
		w.wants(t, 5)
		r.end()
	})
}

// A claim is made by what is true at its commit, not when it was asked for.
func TestAFreezeWhileAClaimWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		r.failing(func(operation string, _ []int64) error {
			if operation == "commit" && !r.stop.Frozen() {
				r.stop.press(true)
				return context.DeadlineExceeded
			}
			return nil
		})
		r.add("wire", time.Now())
		r.start()
		pass(time.Minute)
		r.memory.wants(message.SendHeld, 1)
		if r.attempts != 0 || r.seen.stops != 1 {
			t.Errorf("%d attempts were opened, %d stops told", r.attempts, r.seen.stops)
		}
		r.end()
	})
}

func TestAPauseStopsWhatIsOpened(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire", does: slowly}
		r := newRig(t, lane(w, "wire", limits()))
		r.addAll(20, "wire", time.Now())
		r.start()
		pass(1500 * time.Millisecond)
		r.decide("wire", message.ChannelMode{Paused: true})
		r.reload()
		pass(time.Hour)
		w.wants(t, 2)
		r.memory.wants(message.Planned, 18)
		r.decide("wire", message.ChannelMode{})
		r.reload()
		pass(time.Minute)
		r.memory.wants(message.Sent, 20)
		r.end()
	})
}

func TestNothingBeginsLiveOnceASwitchReturned(t *testing.T) {
	for _, kind := range []string{"wire", "line"} {
		t.Run(kind, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := &wire{name: kind, does: slowly}
				var c channels.Channel = w
				l := &line{wire: w}
				if kind == "line" {
					c = l
				}
				r := newRig(t, lane(c, kind, limits()))
				r.addAll(20, kind, time.Now())
				r.start()
				pass(1500 * time.Millisecond)
				w.wants(t, 2)
				r.decide(kind, message.ChannelMode{Rehearsal: true})
				r.reload()
				pass(time.Second) // what is under way ends
				if standing, _, _ := l.counts(); standing != 0 {
					t.Errorf("%d connections stand in rehearsal", standing)
				}
				pass(time.Minute)
				w.wants(t, 2)
				r.memory.wants(message.Sent, 2)
				r.memory.wants(message.SendRehearsed, 18)
				r.add(kind, time.Now().Add(time.Second))
				r.decide(kind, message.ChannelMode{})
				r.reload()
				pass(3 * time.Second)
				w.wants(t, 3)
				r.memory.wants(message.SendRehearsed, 18)
				r.end()
			})
		})
	}
}

func TestARehearsalRunOnALiveLanePublishesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &line{wire: &wire{name: "line"}}
		r := newRig(t, lane(l, "line", limits()))
		for i := range 10 {
			id := r.add("line", time.Now().Add(time.Duration(i)*time.Second))
			r.rows[id-1].item.Rehearsal = i%2 == 0
		}
		r.start()
		pass(10 * time.Second)
		r.memory.wants(message.SendRehearsed, 5)
		r.memory.wants(message.Sent, 5)
		l.wants(t, 5)
		if _, made, _ := l.counts(); made > 2 {
			t.Errorf("a rehearsal cost a connection: %d were made", made)
		}
		r.end()
	})
}

func TestARehearsalNeedsNoConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		l := &line{wire: &wire{name: "line"}, connects: func(context.Context) error { return errDisk }}
		r := newRig(t, lane(l, "line", limits()))
		r.addAll(3, "line", time.Now())
		r.start()
		pass(10 * time.Minute)
		r.memory.wants(message.Planned, 3)
		r.decide("line", message.ChannelMode{Rehearsal: true})
		r.reload()
		pass(time.Millisecond)
		r.memory.wants(message.SendRehearsed, 3)
		r.end()
	})
}

// A reload that read before a switch must not be applied after it.
func TestReloadsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w := &wire{name: "wire"}
	r := newRig(t)
	slow := &slowModes{memory: r.memory, read: make(chan struct{}), answer: make(chan struct{})}
	r.over(slow, lane(w, "wire", limits()))
	r.start()
	slow.lag.Store(true)
	first, second := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(first)
		r.reload()
	}()
	<-slow.read // it has read that the channel is live, and is slow to answer
	slow.lag.Store(false)
	r.decide("wire", message.ChannelMode{Rehearsal: true})
	go func() {
		defer close(second)
		r.reload()
	}()
	select {
	case <-second: // overtook the first
	case <-time.After(50 * time.Millisecond): // waits for the first
	}
	close(slow.answer)
	<-first
	<-second
	r.add("wire", time.Now())
	r.engine.Wake()
	for r.count(message.SendRehearsed)+r.count(message.Sent) == 0 {
		runtime.Gosched()
	}
	w.wants(t, 0)
	r.end()
}

// Nor may it undo a pause that the queue decided meanwhile.
func TestAReloadUndoesNoLaterPause(t *testing.T) {
	t.Parallel()
	w := &wire{name: "wire", does: fault(channels.Unavailable)}
	r := newRig(t)
	slow := &slowModes{memory: r.memory, read: make(chan struct{}), answer: make(chan struct{})}
	l := limits()
	l.Concurrency, l.Ahead = 1, 1
	r.over(slow, lane(w, "wire", l))
	r.start()
	slow.lag.Store(true)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.reload()
	}()
	<-slow.read
	slow.lag.Store(false)
	r.addAll(2, "wire", time.Now())
	r.engine.Wake()
	for len(w.delivered()) == 0 {
		runtime.Gosched()
	}
	select {
	case <-done:
	case <-time.After(50 * time.Millisecond): // the pause waits to be recorded
	}
	close(slow.answer)
	<-done
	for r.seen.told(message.Waiting) == 0 {
		runtime.Gosched()
	}
	r.engine.Wake()
	r.end()
	w.wants(t, 1)
}

// slowModes answers late with what it read early.
type slowModes struct {
	*memory
	lag          atomic.Bool
	read, answer chan struct{}
}

func (s *slowModes) ChannelModes(ctx context.Context) (map[string]message.ChannelMode, error) {
	modes, err := s.memory.ChannelModes(ctx)
	if s.lag.Load() {
		close(s.read)
		<-s.answer
	}
	return modes, err
}
