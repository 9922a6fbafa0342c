package queue_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/queue"
)

// sight is a wire that can look at its destination.
type sight struct {
	*wire
	finds func(ctx context.Context, d channels.Delivery) (channels.Finding, error)
}

func (s *sight) Find(ctx context.Context, d channels.Delivery) (channels.Finding, error) {
	return s.finds(ctx, d)
}

// says answers each look with the next of some verdicts, and at last with the
// last one.
func says(all ...channels.Verdict) func(context.Context, channels.Delivery) (channels.Finding, error) {
	var n atomic.Int64
	return func(context.Context, channels.Delivery) (channels.Finding, error) {
		v := all[min(int(n.Add(1)), len(all))-1]
		return channels.Finding{Verdict: v, Receipt: channels.Receipt{RemoteID: "found"}, Evidence: "the script says " + v.String()}, nil
	}
}

// lost accepts or not, and its answer is lost, as often as it says.
func lost(times int64) func(context.Context, channels.Delivery) error {
	var n atomic.Int64
	return func(_ context.Context, d channels.Delivery) error {
		if err := d.Begin(); err != nil || n.Add(1) > times {
			return err
		}
		return errors.New("the connection was lost")
	}
}

func patient() queue.Limits {
	l := limits()
	l.Patience = message.Patience{First: 5 * time.Second, For: 24 * time.Hour}
	return l
}

// inDoubt is a rig whose one send is unknown at once.
func inDoubt(t *testing.T, s *sight) (*rig, int64) {
	t.Helper()
	if s.does == nil {
		s.does = lost(1)
	}
	r := newRig(t, lane(s, "wire", patient()))
	id := r.add("wire", time.Now())
	r.start()
	pass(time.Millisecond)
	r.memory.wants(message.SendUnknown, 1)
	return r, id
}

func (r *rig) looked(send int64) []message.Look {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.rows[send-1].doubt.looks)
}

func TestFoundIsSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}, finds: says(channels.CannotTell, channels.Found)}
		r, id := inDoubt(t, s)
		pass(5*time.Second - 2*time.Millisecond)
		if n := len(r.looked(id)); n != 0 {
			t.Errorf("%d looks before the first is due", n)
		}
		pass(time.Second)
		r.memory.wants(message.SendUnknown, 1)
		pass(15 * time.Second)
		r.memory.wants(message.Sent, 1)
		looks := r.looked(id)
		if len(looks) != 2 || looks[1].Receipt.RemoteID != "found" || looks[1].Evidence != "the script says found" || len(r.seen.found) != 2 {
			t.Errorf("looks are %+v, told %+v", looks, r.seen.found)
		}
		s.wants(t, 1)
		pass(48 * time.Hour)
		if n := len(r.looked(id)); n != 2 {
			t.Errorf("it goes on looking for what was found: %d looks", n)
		}
		r.end()
	})
}

// A destination may get the last request of an attempt right before its end, so
// whoever looks must know when that was.
func TestALookKnowsWhenTheAttemptEnded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const lasts = 8 * time.Second
		var opened, ended time.Time
		s := &sight{wire: &wire{name: "wire", does: func(_ context.Context, d channels.Delivery) error {
			err := d.Begin()
			<-time.After(lasts)
			return errors.Join(err, errors.New("the connection was lost"))
		}}, finds: func(_ context.Context, d channels.Delivery) (channels.Finding, error) {
			opened, ended = d.Opened, d.Ended
			return channels.Finding{Verdict: channels.Found}, nil
		}}
		r := newRig(t, lane(s, "wire", patient()))
		r.add("wire", time.Now())
		r.start()
		pass(lasts + 6*time.Second)
		r.memory.wants(message.Sent, 1)
		if took := ended.Sub(opened); took < lasts || took > lasts+time.Second {
			t.Errorf("the attempt took %s as the look sees it", took)
		}
		r.end()
	})
}

func TestAbsentGoesAgainUnderItsKey(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}, finds: says(channels.Absent)}
		r, _ := inDoubt(t, s)
		pass(6 * time.Second)
		r.memory.wants(message.Sent, 1)
		calls := s.delivered()
		if len(calls) != 2 || calls[0].key != calls[1].key || calls[1].attempt != 2 {
			t.Errorf("deliveries are %+v", calls)
		}
		r.end()
	})
}

// The journal of a restored send ends with the backup: an absence that rests on
// it is none.
func TestAbsentAfterARestoreIsNoProof(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}, finds: says(channels.Absent, channels.Absent, channels.Found)}
		r, id := inDoubt(t, s)
		r.mu.Lock()
		r.rows[id-1].doubt.restored = true
		r.mu.Unlock()
		pass(21 * time.Second)
		r.memory.wants(message.SendUnknown, 1)
		looks := r.looked(id)
		if len(looks) != 2 || looks[0].Verdict != channels.CannotTell || !strings.Contains(looks[0].Evidence, "comes from a backup") {
			t.Errorf("looks are %+v", looks)
		}
		pass(time.Minute)
		r.memory.wants(message.Sent, 1)
		s.wants(t, 1)
		r.end()
	})
}

// What is lost and proved absent again and again is given up at some time.
func TestAbsentEndsWithTheAttempts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire", does: lost(1_000)}, finds: says(channels.Absent)}
		r, _ := inDoubt(t, s)
		pass(24 * time.Hour)
		r.memory.wants(message.Failed, 1)
		s.wants(t, 5)
		r.end()
	})
}

func TestPatienceGrowsAndEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}, finds: says(channels.CannotTell)}
		begin := time.Now()
		r, id := inDoubt(t, s)
		pass(72 * time.Hour)
		r.memory.wants(message.SendUnknown, 1)
		looks := r.looked(id)
		var waits []string
		for i, l := range looks {
			before := begin
			if i > 0 {
				before = looks[i-1].At
			}
			waits = append(waits, l.At.Sub(before).Round(time.Second).String())
		}
		want := "5s 15s 1m0s 5m0s 15m0s 1h0m0s 2h0m0s 4h0m0s 8h0m0s 8h0m0s 38m40s"
		if got := strings.Join(waits, " "); got != want {
			t.Errorf("looks come after %s, want %s", got, want)
		}
		if last := looks[len(looks)-1]; !last.NextAt.IsZero() || last.At.Sub(begin).Round(time.Second) != 24*time.Hour {
			t.Errorf("the last look is %+v", last)
		}
		s.wants(t, 1)
		r.end()
	})
}

// A look that could not be made says nothing and uses up nothing.
func TestALookThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		finds func(context.Context, channels.Delivery) (channels.Finding, error)
		says  string
	}{
		"temporary": {fails(channels.Temporary), "it could not look: as scripted"},
		"unclassed": {func(context.Context, channels.Delivery) (channels.Finding, error) { return found(), errors.New("x") }, "the adapter did not say"},
		"panicking": {func(context.Context, channels.Delivery) (channels.Finding, error) { panic("by the plan") }, "panicked"},
		"hanging": {func(context.Context, channels.Delivery) (channels.Finding, error) {
			time.Sleep(time.Minute)
			return found(), nil
		}, "no answer in its time"},
		"publishing": {func(_ context.Context, d channels.Delivery) (channels.Finding, error) { return found(), d.Begin() }, "a look changes nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r, id := inDoubt(t, &sight{wire: &wire{name: "wire"}, finds: c.finds})
				pass(48 * time.Hour)
				r.memory.wants(message.SendUnknown, 1)
				looks := r.looked(id)
				last := looks[len(looks)-1]
				if !last.Failed || last.Verdict != channels.CannotTell || !strings.Contains(last.Evidence, c.says) || last.NextAt.IsZero() || last.Receipt != (channels.Receipt{}) {
					t.Errorf("the last look is %+v", last)
				}
				r.end()
			})
		})
	}
}

func found() channels.Finding {
	return channels.Finding{Verdict: channels.Found, Receipt: channels.Receipt{RemoteID: "r"}}
}

func fails(class channels.Class) func(context.Context, channels.Delivery) (channels.Finding, error) {
	return func(context.Context, channels.Delivery) (channels.Finding, error) {
		return found(), &channels.Error{Class: class, Reason: "as scripted", Until: time.Now().Add(3 * time.Hour)}
	}
}

func TestWhoMayNotLook(t *testing.T) {
	for name, c := range map[string]struct {
		mode   message.ChannelMode
		frozen bool
		looks  bool
	}{
		"paused":     {mode: message.ChannelMode{Paused: true}},
		"rehearsing": {mode: message.ChannelMode{Rehearsal: true}},
		"frozen":     {frozen: true, looks: true}, // reading is harmless
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r, id := inDoubt(t, &sight{wire: &wire{name: "wire"}, finds: says(channels.CannotTell, channels.Found)})
				r.decide("wire", c.mode)
				r.reload()
				r.stop.press(c.frozen)
				pass(time.Hour)
				if n := len(r.looked(id)); n > 0 != c.looks {
					t.Errorf("%d looks", n)
				}
				r.stop.press(false)
				r.decide("wire", message.ChannelMode{})
				r.reload()
				pass(time.Minute)
				r.memory.wants(message.Sent, 1)
				r.end()
			})
		})
	}
}

// What is absent while everything is frozen is planned, and stops at the gate.
func TestAbsentWhileFrozen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}, finds: says(channels.Absent)}
		r, _ := inDoubt(t, s)
		r.stop.press(true)
		pass(time.Hour)
		r.memory.wants(message.SendHeld, 1)
		s.wants(t, 1)
		r.end()
	})
}

func TestAnUnusableAccountPauses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r, id := inDoubt(t, &sight{wire: &wire{name: "wire"}, finds: fails(channels.Unavailable)})
		pass(24 * time.Hour)
		if n := len(r.looked(id)); n != 1 || len(r.seen.paused) != 1 {
			t.Errorf("%d looks, paused %v", n, r.seen.paused)
		}
		r.end()
	})
}

func TestALimitedAccountRests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, looks := &sight{wire: &wire{name: "wire"}}, 0
		s.finds = func(ctx context.Context, d channels.Delivery) (channels.Finding, error) {
			if looks++; looks > 1 {
				return found(), nil
			}
			return fails(channels.RateLimited)(ctx, d)
		}
		r, id := inDoubt(t, s)
		pass(6 * time.Second)
		r.add("wire", time.Now())
		r.engine.Wake()
		pass(2 * time.Hour)
		if n := len(r.looked(id)); n != 1 {
			t.Errorf("%d looks", n)
		}
		s.wants(t, 1)
		pass(2 * time.Hour)
		s.wants(t, 2)
		r.memory.wants(message.Sent, 2)
		r.end()
	})
}

// A person who settles a send while it is looked for has the last word.
func TestAPersonWins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}}
		s.finds = func(context.Context, channels.Delivery) (channels.Finding, error) {
			time.Sleep(5 * time.Second)
			return channels.Finding{Verdict: channels.Absent}, nil
		}
		r, id := inDoubt(t, s)
		pass(6 * time.Second)
		r.resolve(id, message.Abandoned)
		pass(time.Hour)
		r.memory.wants(message.Abandoned, 1)
		if n := len(r.looked(id)); n != 0 || len(r.seen.found) != 0 || len(r.seen.troubles) != 0 {
			t.Errorf("%d looks, told %v, %v", n, r.seen.found, r.seen.troubles)
		}
		s.wants(t, 1)
		r.end()
	})
}

// What can't be recorded is looked for again.
func TestALookThatCannotBeRecorded(t *testing.T) {
	for _, operation := range []string{"looked", "doubt"} {
		t.Run(operation, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := &sight{wire: &wire{name: "wire"}, finds: says(channels.Found)}
				r, _ := inDoubt(t, s)
				r.failing(func(did string, _ []int64) error {
					if did == operation {
						return errDisk
					}
					return nil
				})
				pass(time.Minute)
				r.memory.wants(message.SendUnknown, 1)
				if n := len(r.seen.troubles); n < 5 || n > 20 {
					t.Errorf("%d troubles in a minute", n)
				}
				r.failing(nil)
				pass(30 * time.Second)
				r.memory.wants(message.Sent, 1)
				r.end()
			})
		})
	}
}

// One that is looked for keeps no other from being sent, and looks come one at a
// time.
func TestLooksComeOneAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var at, most atomic.Int64
		s := &sight{wire: &wire{name: "wire", does: lost(20)}}
		s.finds = func(context.Context, channels.Delivery) (channels.Finding, error) {
			most.Store(max(most.Load(), at.Add(1)))
			time.Sleep(time.Second)
			at.Add(-1)
			return channels.Finding{Verdict: channels.Found}, nil
		}
		r := newRig(t, lane(s, "wire", patient()))
		r.addAll(20, "wire", time.Now())
		r.start()
		pass(7 * time.Second)
		r.add("wire", time.Now())
		r.engine.Wake()
		pass(time.Millisecond)
		if got := r.get(21); got.state != message.Sent {
			t.Errorf("a new one is %s while others are looked for", got.state)
		}
		pass(time.Minute)
		r.memory.wants(message.Sent, 21)
		if most.Load() != 1 {
			t.Errorf("%d looks at once", most.Load())
		}
		r.end()
	})
}

func TestLookNow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}, finds: says(channels.CannotTell, channels.Found)}
		blind := &wire{name: "blind", does: lost(1)}
		s.does = lost(1)
		r := newRig(t, lane(s, "wire", patient()), lane(blind, "blind", patient()))
		id, other := r.add("wire", time.Now()), r.add("blind", time.Now())
		r.start()
		pass(time.Millisecond)
		look, err := r.engine.Look(t.Context(), id)
		if err != nil || look.Verdict != channels.CannotTell || !look.Asked || look.To != message.SendUnknown {
			t.Errorf("looked %+v, %v", look, err)
		}
		if _, err := r.engine.Look(t.Context(), other); !errors.Is(err, queue.ErrBlind) {
			t.Errorf("a channel that can't look: %v", err)
		}
		if look, err = r.engine.Look(t.Context(), id); err != nil || look.To != message.Sent {
			t.Errorf("looked %+v, %v", look, err)
		}
		if _, err = r.engine.Look(t.Context(), id); !errors.Is(err, queue.ErrSettled) {
			t.Errorf("of what is settled: %v", err)
		}
		r.end()
		r.memory.wants(message.Sent, 1)
	})
}

// A stop cuts a look off, and nothing changes by it.
func TestStopCutsALookOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &sight{wire: &wire{name: "wire"}}
		s.finds = func(ctx context.Context, _ channels.Delivery) (channels.Finding, error) {
			<-ctx.Done()
			return found(), nil
		}
		r, id := inDoubt(t, s)
		pass(6 * time.Second)
		begin := time.Now()
		r.end()
		if took := time.Since(begin); took > time.Second || len(r.looked(id)) != 0 {
			t.Errorf("the stop took %s, looks %+v", took, r.looked(id))
		}
		r.memory.wants(message.SendUnknown, 1)
	})
}
