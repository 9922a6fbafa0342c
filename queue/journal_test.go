package queue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
)

// inSteps publishes a post after an upload, and loses its first answers.
func inSteps(t *testing.T, uploads *int, answers func(context.Context, channels.Delivery) error) func(context.Context, channels.Delivery) error {
	return func(ctx context.Context, d channels.Delivery) error {
		if err := d.Begin(); err != nil {
			return err
		}
		id, done, err := d.Journal.Done(ctx, "media/1")
		if err != nil {
			return err
		}
		if !done {
			*uploads++
			err = d.Journal.Record(ctx, channels.Step{Name: "media/1", Value: "m-" + d.Key})
		} else if id != "m-"+d.Key {
			t.Errorf("the upload of %s is %q", d.Key, id)
		}
		if err != nil {
			return err
		}
		return answers(ctx, d)
	}
}

func TestAStepIsDoneOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		uploads := 0
		w := &wire{name: "wire", does: inSteps(t, &uploads, fault(channels.Temporary))}
		l := limits()
		r := newRig(t, lane(w, "wire", l))
		r.add("wire", time.Now())
		r.add("wire", time.Now())
		r.start()
		pass(time.Hour)
		r.memory.wants(message.Failed, 2)
		if n := len(w.delivered()); uploads != 2 || n != 2*l.Retry.Attempts {
			t.Errorf("%d uploads in %d attempts at two sends", uploads, n)
		}
		r.end()
	})
}

// What was done is recorded even if the delivery's time ended meanwhile.
func TestAStepIsRecordedAfterItsTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := &wire{name: "wire"}
		w.does = func(ctx context.Context, d channels.Delivery) error {
			if err := d.Begin(); err != nil {
				return err
			}
			<-ctx.Done()
			if err := d.Journal.Record(ctx, channels.Step{Name: "post/1", Value: "id"}); err != nil {
				t.Errorf("record: %v", err)
			}
			return ctx.Err()
		}
		r := newRig(t, lane(w, "wire", limits()))
		id := r.add("wire", time.Now())
		r.start()
		pass(time.Minute)
		if _, done, err := r.Step(t.Context(), id, 0, "post/1"); !done || err != nil {
			t.Errorf("the step is recorded: %v, %v", done, err)
		}
		r.memory.wants(message.SendUnknown, 1)
		r.end()
	})
}

func TestAStepThatCannotBeRecorded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		uploads := 0
		w := &wire{name: "wire", does: inSteps(t, &uploads, func(context.Context, channels.Delivery) error {
			t.Error("it went on without its step")
			return nil
		})}
		r := newRig(t, lane(w, "wire", limits()))
		r.failing(func(did string, _ []int64) error {
			if did == "record" {
				return errDisk
			}
			return nil
		})
		r.add("wire", time.Now())
		r.start()
		pass(time.Minute)
		r.memory.wants(message.SendUnknown, 1)
		r.end()
	})
}

func TestWhoHasAJournal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		seen := map[string]channels.Delivery{}
		does := func(_ context.Context, d channels.Delivery) error {
			seen[d.Key] = d
			return errors.Join(d.Begin())
		}
		plain, mail, web := &wire{name: "wire", does: does}, &wire{name: "mail", does: does}, local()
		mail.can.Addressed = true
		web.does = does
		r := newRig(t, lane(plain, "wire", limits()), lane(mail, "mail", limits()), lane(web, "web", limits()))
		r.add("wire", time.Now())
		r.start()
		pass(time.Second)
		r.add("mail", time.Now())
		r.engine.Wake()
		pass(time.Second)
		r.add("web", time.Now())
		r.engine.Wake()
		pass(time.Second)
		for key, want := range map[string]bool{"k1": true, "k2": false, "k3": false} {
			d, ok := seen[key]
			if got := d.Journal != nil; !ok || got != want {
				t.Errorf("%s was delivered: %v, with a journal: %v", key, ok, got)
			}
			if d.Opened.IsZero() {
				t.Errorf("%s has no instant of its attempt", key)
			}
		}
		r.end()
	})
}
