package queue_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clarion/message"
)

var errDisk = errors.New("disk full")

func TestWhatCannotBeRecordedIsTriedUntilItIs(t *testing.T) {
	for _, operation := range []string{"commit", "claim", "lease", "next", "publish", "materialise"} {
		t.Run(operation, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, web := &wire{name: "wire"}, &wire{name: "web"}
				w.can.Addressed, web.can.Local = true, true
				r := newRig(t, lane(w, "wire", limits()), lane(web, "web", limits()))
				begin := time.Now()
				for i := range 40 {
					r.add("wire", begin.Add(time.Duration(i)*time.Second))
					r.add("web", begin.Add(time.Duration(i)*time.Second))
				}
				var full atomic.Bool
				r.failing(func(o string, _ []int64) error {
					if full.Load() && o == operation {
						return errDisk
					}
					return nil
				})
				r.start()
				pass(5500 * time.Millisecond)
				full.Store(true)
				pass(10 * time.Minute)
				if len(r.seen.troubles) == 0 {
					t.Error("nobody was told")
				}
				full.Store(false)
				pass(10 * time.Second)
				r.memory.wants(message.Sent, 80)
				if r.attempts != 80 || r.seen.told(message.Sent) != 80 {
					t.Errorf("%d attempts were opened and %d told", r.attempts, r.seen.told(message.Sent))
				}
				r.end()
			})
		})
	}
}

func TestCommitsFailAtRandom(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		r.addAll(200, "wire", time.Now())
		n := 0
		r.failing(func(string, []int64) error {
			if n++; n*7919%10 < 6 {
				return errDisk
			}
			return nil
		})
		r.add("wire", time.Now())
		go r.start()
		pass(24 * time.Hour)
		r.memory.wants(message.Sent, 201)
		if r.attempts != 201 {
			t.Errorf("%d attempts", r.attempts)
		}
		r.end()
	})
}

// TestABurstIsClaimedBeforeItsOutcomesAreSettled holds that what is due at once
// is claimed piece by piece as far as there is room, before any of it settles.
func TestABurstIsClaimedBeforeItsOutcomesAreSettled(t *testing.T) {
	const room = 2_000
	for _, test := range []struct{ burst, commits int }{
		{499, 1}, {500, 2}, {501, 2}, {1_200, 3}, {room, 4}, {room + 1, 4},
	} {
		t.Run(fmt.Sprint(test.burst), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				l := limits()
				l.Concurrency, l.Ahead = 10, room/10
				r := newRig(t, lane(&wire{name: "wire"}, "wire", l))
				r.addAll(test.burst, "wire", time.Now().Add(time.Second))
				var settled []int // with each commit
				r.failing(func(o string, sends []int64) error {
					if o == "commit" {
						settled = append(settled, len(sends))
					}
					return nil
				})
				r.start()
				pass(time.Minute)
				r.memory.wants(message.Sent, test.burst)
				if first := slices.IndexFunc(settled, func(n int) bool { return n > 0 }); first != test.commits {
					t.Errorf("a burst of %d was settled after %d commits, want %d", test.burst, first, test.commits)
				}
				r.end()
			})
		})
	}
}

// poison makes an operation fail that touches one of the sends.
func poison(operation string, ids ...int64) func(string, []int64) error {
	return func(o string, touched []int64) error {
		if o == operation && slices.ContainsFunc(touched, func(id int64) bool { return slices.Contains(ids, id) }) {
			return errors.New("it cannot be written")
		}
		return nil
	}
}

// More sends than mark the store itself as faulty can't be written, ahead of
// all others.
func TestOnePoisonousOperationBlocksNoOther(t *testing.T) {
	for _, test := range []struct {
		name, operation string
		sent            int // of its own lane and another
		stuck           message.SendState
		n               int
	}{
		{"wire", "commit", 75, message.Sending, 5},
		{"web", "publish", 75, message.Claimed, 5},
		{"wire", "claim", 40, message.Planned, 40}, // its own lane stands still, and no other
	} {
		t.Run(test.name+" at "+test.operation, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, other := &wire{name: test.name}, &wire{name: "other"}
				w.can.Local = test.name == "web"
				l := limits()
				l.Concurrency, l.Ahead = 1, 8
				r := newRig(t, lane(w, test.name, l), lane(other, "other", limits()))
				r.addAll(40, test.name, time.Now())
				r.addAll(40, "other", time.Now())
				r.failing(poison(test.operation, 2, 3, 4, 5, 6))
				r.start()
				pass(time.Minute)
				r.memory.wants(message.Sent, test.sent)
				r.memory.wants(test.stuck, test.n)
				begin := time.Now()
				r.add("other", begin)
				r.engine.Wake()
				synctest.Wait()
				if calls := other.delivered(); len(calls) != 41 || !calls[40].at.Equal(begin) {
					t.Errorf("another lane was delayed: %d deliveries", len(calls))
				}
				r.failing(nil)
				pass(time.Minute)
				r.memory.wants(message.Sent, 81)
				if r.attempts != 81 {
					t.Errorf("%d attempts were opened", r.attempts)
				}
				r.end()
			})
		})
	}
}

func TestWhatTheGateStopsFreesItsPlace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		r := newRig(t, lane(w, "wire", limits()))
		r.gate = func(send int64) *message.Verdict {
			if send%2 == 0 {
				return &message.Verdict{Act: message.Discard}
			}
			return nil
		}
		r.addAll(100, "wire", time.Now())
		r.start()
		synctest.Wait()
		r.memory.wants(message.SendCancelled, 50)
		r.memory.wants(message.Sent, 50)
		if r.seen.stops != 50 {
			t.Errorf("%d stops were told", r.seen.stops)
		}
		r.end()
	})
}
