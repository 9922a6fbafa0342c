package queue_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
	"clarion/freeze"
	"clarion/message"
	"clarion/queue"
)

// The button is pressed in the midst of a big addressed send, on a real store
// and with the real button.
func TestThePressStopsABigSendAtOnce(t *testing.T) {
	t.Parallel()
	const people, connections = 2_000, 10
	dir := t.TempDir()
	b := openBureau(t, dir, people)
	stop := freeze.New(dir)
	var begun, last atomic.Int64
	mail := &line{wire: &wire{name: "mail", does: func(_ context.Context, d channels.Delivery) error {
		if err := d.Begin(); err != nil {
			return err
		}
		begun.Add(1)
		last.Store(time.Now().UnixNano())
		return nil
	}}}
	mail.can.Addressed = true
	l := limits()
	l.Concurrency, l.Ahead = connections, 32
	engine := queue.New(b.Store, stop, &observer{attempts: map[message.SendState]int{}}, settings(), []queue.Lane{lane(mail, "mail", l)})
	b.plan(1, time.Now(), channelOf{"mail", mail})
	b.no(engine.Start(context.Background()))
	for begun.Load() < people/4 {
		runtime.Gosched()
	}
	pressed := time.Now()
	b.no(stop.Press("frozen by ann"))
	atReturn := begun.Load()
	held := func() bool { s := b.all()[0]; return s.Hold == message.HoldFreeze && s.Tally[message.Sending] == 0 }
	for deadline := time.Now().Add(30 * time.Second); !held() && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	b.no(engine.Stop(context.Background()))
	if n := begun.Load(); n > atReturn+connections || n == people {
		t.Errorf("%d had begun when the press returned, %d of %d in the end", atReturn, n, people)
	}
	if after := time.Unix(0, last.Load()).Sub(pressed); after > time.Second {
		t.Errorf("the last first byte left %s after the press", after)
	}
	s := b.all()[0]
	if s.Tally[message.Sent] != int(begun.Load()) || s.Tally[message.Planned] != people-int(begun.Load()) || s.Hold != message.HoldFreeze {
		t.Errorf("%d have begun; the send is %s (%s): %v", begun.Load(), s.State, s.Hold, s.Tally)
	}
	b.sound(people)
	b.no(b.Close())
}
