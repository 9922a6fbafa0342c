package queue_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
)

func local() *wire {
	w := &wire{name: "web"}
	w.can.Local = true
	return w
}

func TestALocalSendIsNeverSeenUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := local()
		r := newRig(t, lane(w, "web", limits()))
		at := time.Now().Add(time.Minute)
		r.addAll(250, "web", at)
		r.start()
		pass(time.Minute)
		w.wants(t, 250)
		r.memory.wants(message.Sent, 250)
		if r.seen.published != 3 || r.seen.told(message.Sent) != 250 {
			t.Errorf("told %d times that pages changed and of %d attempts", r.seen.published, r.seen.told(message.Sent))
		}
		r.end()
	})
}

func TestALocalSendMayFailOrStop(t *testing.T) {
	for _, test := range []struct {
		name string
		does func(context.Context, channels.Delivery) error
		want message.SendState
	}{
		{"panic", func(context.Context, channels.Delivery) error { panic("oh") }, message.SendUnknown},
		{"permanent", fault(channels.Permanent), message.Failed},
		{"temporary", fault(channels.Temporary), message.Waiting},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := local()
				w.does = test.does
				r := newRig(t, lane(w, "web", limits()))
				r.add("web", time.Now())
				r.start()
				synctest.Wait()
				r.memory.wants(test.want, 1)
				if r.seen.published != 0 {
					t.Error("told that pages changed")
				}
				r.end()
			})
		})
	}
}

func TestALocalChannelRehearses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := local()
		r := newRig(t, lane(w, "web", limits()))
		id := r.add("web", time.Now())
		r.rows[id-1].item.Rehearsal = true
		r.add("web", time.Now())
		r.start()
		synctest.Wait()
		r.memory.wants(message.SendRehearsed, 1)
		w.wants(t, 1)
		r.decide("web", message.ChannelMode{Rehearsal: true})
		r.reload()
		r.add("web", time.Now())
		r.engine.Wake()
		synctest.Wait()
		r.memory.wants(message.SendRehearsed, 2)
		w.wants(t, 1)
		r.end()
	})
}

// What was claimed before a switch, a freeze or a stop is published by what
// holds when it can be recorded at last.
func TestALocalSendThatCouldNotBeRecorded(t *testing.T) {
	for _, test := range []struct {
		name      string
		meanwhile func(r *rig)
		want      message.SendState
	}{
		{"nothing", func(*rig) {}, message.Sent},
		{"frozen", func(r *rig) { r.stop.press(true) }, message.SendHeld},
		{"paused", func(r *rig) { r.decide("web", message.ChannelMode{Paused: true}); r.reload() }, message.Planned},
		{"switched", func(r *rig) { r.decide("web", message.ChannelMode{Rehearsal: true}); r.reload() }, message.SendRehearsed},
		{"stopped", func(r *rig) { r.failing(nil); r.end() }, message.Planned},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w := local()
				r := newRig(t, lane(w, "web", limits()))
				r.failing(func(o string, _ []int64) error {
					if o == "publish" {
						return errDisk
					}
					return nil
				})
				r.addAll(5, "web", time.Now())
				r.start()
				pass(time.Hour)
				r.memory.wants(message.Claimed, 5)
				test.meanwhile(r)
				r.failing(nil)
				pass(time.Minute)
				r.memory.wants(test.want, 5)
				r.end()
			})
		})
	}
}
