package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
)

// TestEveryTransitionOfTheQueueIsReached drives every arrow of the design that
// is the queue's to go. What people and the audience do is the store's.
func TestEveryTransitionOfTheQueueIsReached(t *testing.T) {
	bubble(t, func(t *testing.T) {
		answers := map[string]channels.Class{
			"k1": accepted, "k2": channels.Temporary, "k3": channels.Permanent, "k4": channels.Unknown, "k5": channels.Temporary,
		}
		w := &wire{name: "wire", does: func(_ context.Context, d channels.Delivery) error {
			if class := answers[d.Key]; class != accepted {
				return fault(class)(context.Background(), d)
			}
			return d.Begin()
		}}
		web, slow := local(), &wire{name: "slow", does: slowly}
		one := limits()
		one.Concurrency, one.Retry.Attempts = 1, 2
		r := newRig(t, lane(w, "wire", one), lane(web, "web", one), lane(slow, "slow", one))
		r.addAll(5, "wire", time.Now())
		for id, act := range map[int64]message.Act{
			r.add("wire", time.Now()): message.HoldIt, r.add("wire", time.Now()): message.Discard,
			r.add("web", time.Now()): message.HoldIt, r.add("web", time.Now()): message.Discard,
		} {
			was := r.gate
			r.gate = func(send int64) *message.Verdict {
				if send == id {
					return &message.Verdict{Act: act}
				}
				if was != nil {
					return was(send)
				}
				return nil
			}
		}
		early := r.add("web", time.Now())
		was := r.gate
		r.gate = func(send int64) *message.Verdict {
			if send == early && r.rows[send-1].next.Before(time.Now().Add(time.Millisecond)) && r.rows[send-1].item.Attempt == 0 {
				r.rows[send-1].next, r.rows[send-1].item.Attempt = time.Now().Add(time.Second), 1
				return &message.Verdict{Act: message.NotYet}
			}
			return was(send)
		}
		r.rows[r.add("wire", time.Now())-1].item.Rehearsal = true
		r.add("web", time.Now())
		r.rows[r.add("web", time.Now())-1].item.Rehearsal = true
		r.addAll(2, "slow", time.Now())
		r.start()
		synctest.Wait()
		r.stop.press(true) // one opened attempt of the slow lane goes back and is held
		pass(time.Minute)
		r.end()
		for _, arrow := range [][2]message.SendState{
			{message.Planned, message.Claimed}, {message.Planned, message.SendHeld}, {message.Planned, message.SendCancelled},
			{message.Claimed, message.Planned}, {message.Claimed, message.SendHeld}, {message.Claimed, message.SendCancelled},
			{message.Claimed, message.Sending}, {message.Sending, message.Sent}, {message.Sending, message.SendRehearsed},
			{message.Sending, message.Planned}, {message.Sending, message.Waiting}, {message.Sending, message.Failed},
			{message.Sending, message.SendUnknown}, {message.Waiting, message.SendHeld},
		} {
			if r.moves[arrow] == 0 {
				t.Errorf("no send went from %s to %s", arrow[0], arrow[1])
			}
		}
	})
}
