package queue_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
)

// hanging ignores its context until it is let go.
func hanging(letGo <-chan struct{}) func(context.Context, channels.Delivery) error {
	return func(_ context.Context, d channels.Delivery) error {
		<-letGo
		return d.Begin()
	}
}

func TestAHangingAdapterIsReplaced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		letGo := make(chan struct{})
		l := &line{wire: &wire{name: "line"}}
		l.does = func(ctx context.Context, d channels.Delivery) error {
			if d.Key == "k1" {
				return hanging(letGo)(ctx, d)
			}
			return d.Begin()
		}
		one := limits()
		one.Concurrency = 1
		r := newRig(t, lane(l, "line", one))
		r.addAll(3, "line", time.Now())
		r.start()
		pass(12*time.Second - time.Millisecond)
		r.memory.wants(message.Sending, 3)
		pass(time.Millisecond)
		r.memory.wants(message.SendUnknown, 1)
		r.memory.wants(message.Sent, 2)
		if standing, made, _ := l.counts(); standing != 2 || made != 2 {
			t.Errorf("%d of %d connections stand; the hanging one is not ours to close", standing, made)
		}
		close(letGo)
		synctest.Wait()
		l.wants(t, 2) // what comes back late does not begin
		if standing, _, _ := l.counts(); standing != 1 {
			t.Errorf("%d connections stand after the hanging one came back", standing)
		}
		r.end()
	})
}

func TestAnAdapterThatHeedsItsTimeSaysItself(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire", does: func(ctx context.Context, d channels.Delivery) error {
			<-ctx.Done()
			return &channels.Error{Class: channels.Temporary, Reason: "timed out before the first byte"}
		}}
		r := newRig(t, lane(w, "wire", limits()))
		r.add("wire", time.Now())
		r.start()
		pass(10 * time.Second)
		r.memory.wants(message.Waiting, 1)
		r.end()
	})
}

func TestConnectingMayHangToo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		letGo := make(chan struct{})
		var tried atomic.Bool
		l := &line{wire: &wire{name: "line"}, connects: func(context.Context) error {
			if !tried.Swap(true) {
				<-letGo
			}
			return nil
		}}
		one := limits()
		one.Concurrency = 1
		r := newRig(t, lane(l, "line", one))
		r.add("line", time.Now())
		r.start()
		pass(time.Minute)
		r.memory.wants(message.Sent, 1)
		close(letGo)
		pass(time.Minute)
		if standing, made, _ := l.counts(); standing != 0 || made != 2 {
			t.Errorf("%d of %d connections stand; the late one is to be closed", standing, made)
		}
		r.end()
	})
}

// moody panics or ends its goroutine where it is told to.
type moody struct {
	*line
	where string
	mood  func()
	once  sync.Once
}

func (m *moody) act(where string) {
	if where == m.where {
		m.once.Do(m.mood)
	}
}

func (m *moody) Connect(ctx context.Context) (channels.Session, error) {
	m.act("connect")
	s, err := m.line.Connect(ctx)
	return moodySession{s, m}, err
}

type moodySession struct {
	channels.Session
	of *moody
}

func (s moodySession) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	s.of.act("publish")
	return s.Session.Publish(ctx, d)
}

func (s moodySession) Alive() bool {
	s.of.act("alive")
	return s.Session.Alive()
}

func (s moodySession) Close() error {
	s.of.act("close")
	return s.Session.Close()
}

func TestAPanicHarmsOneDelivery(t *testing.T) {
	moods := map[string]func(){
		"panics":    func() { panic("with the password hunter2") },
		"faults":    func() { _ = []int{}[len(runtime.GOOS)] },
		"ends":      runtime.Goexit,
		"panics on": func() { panic(errors.New("with the password hunter2")) },
	}
	for name, mood := range moods {
		for where, unknown := range map[string]int{"connect": 0, "publish": 1, "alive": 0, "close": 0} {
			t.Run(name+" in "+where, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					m := &moody{line: &line{wire: &wire{name: "line"}}, where: where, mood: mood}
					r := newRig(t, lane(m, "line", limits()))
					r.addAll(6, "line", time.Now())
					r.start()
					pass(time.Minute)
					r.memory.wants(message.SendUnknown, unknown)
					r.memory.wants(message.Sent, 6-unknown)
					for _, row := range r.rows {
						if strings.Contains(row.reason, "hunter2") {
							t.Errorf("what it panicked with is in the reason %q", row.reason)
						}
					}
					r.end()
				})
			})
		}
	}
}

// hangingUp never comes back from closing its connections.
type hangingUp struct {
	*line
	letGo chan struct{}
}

func (h hangingUp) Connect(ctx context.Context) (channels.Session, error) {
	s, err := h.line.Connect(ctx)
	return hangingSession{s, h.letGo}, err
}

type hangingSession struct {
	channels.Session
	letGo chan struct{}
}

func (s hangingSession) Close() error {
	<-s.letGo
	return s.Session.Close()
}

func TestStopWaitsForNoConnectionToClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := hangingUp{&line{wire: &wire{name: "line"}}, make(chan struct{})}
		r := newRig(t, lane(h, "line", limits()))
		r.addAll(4, "line", time.Now())
		r.start()
		synctest.Wait()
		r.memory.wants(message.Sent, 4)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = r.engine.Stop(ctx) // it says that it had to cut something off
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("stop took %s", took)
		}
		close(h.letGo)
	})
}

func TestALaneDelaysNoOther(t *testing.T) {
	bubble(t, func(t *testing.T) {
		letGo := make(chan struct{})
		bad, good := &wire{name: "bad", does: hanging(letGo)}, &wire{name: "good"}
		r := newRig(t, lane(bad, "bad", limits()), lane(good, "good", limits()))
		r.addAll(8, "bad", time.Now())
		r.start()
		synctest.Wait()
		begin := time.Now()
		for i := range 10 {
			r.add("good", begin.Add(time.Duration(i)*time.Second))
		}
		r.engine.Wake()
		pass(9 * time.Second)
		for i, c := range good.delivered() {
			if want := begin.Add(time.Duration(i) * time.Second); !c.at.Equal(want) {
				t.Errorf("delivery %d at %s, want %s", i, c.at, want)
			}
		}
		good.wants(t, 10)
		close(letGo)
		r.end()
	})
}

func TestARenderingThatCannotBeReadIsTriedAgain(t *testing.T) {
	for _, test := range []struct {
		name      string
		rendering []byte
		fault     error
		want      message.SendState
	}{
		{"no answer", nil, errors.New("busy"), message.Waiting},
		{"no rendering", []byte("something else"), nil, message.Failed},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := &wire{name: "wire"}
				r := newRig(t, lane(w, "wire", limits()))
				id := r.add("wire", time.Now())
				r.rows[id-1].item.Rendering = test.rendering
				r.failing(func(operation string, _ []int64) error {
					if operation == "rendering" {
						return test.fault
					}
					return nil
				})
				r.start()
				synctest.Wait()
				r.memory.wants(test.want, 1)
				w.wants(t, 0)
				r.end()
			})
		})
	}
}
