//go:build !race

package office_test

// On a fake clock with a real SQLite, and so without the race detector: see
// queue/world_fakeclock_test.go.

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clarion/channels"
	"clarion/message"
	"clarion/office"
)

// TestFakeClockPlanIsCheckedAtSubmit looks again at what was fine when it was added.
func TestFakeClockPlanIsCheckedAtSubmit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := open(t)
		id := b.add("publish: " + later(time.Minute))
		time.Sleep(2 * time.Minute)
		_, err := b.Submit(b.ctx, id, ann())
		r := b.refused(err, office.Invalid, id, "past", "when approved")
		if len(r.Problems) != 1 || r.Problems[0].Field != "publish" || r.Problems[0].File != "" || r.Problems[0].Line != 0 {
			t.Errorf("refused for %+v", r.Problems)
		}
		b.wants(id, message.Draft)
	})
}

func TestFakeClockApproveOfWhatExpiredMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := open(t)
		at, before := b.add("expires: "+later(time.Hour)), b.add("expires: "+later(time.Hour+time.Second))
		expired, alive := b.submit(at), b.submit(before)
		time.Sleep(time.Hour)
		b.refused(b.Approve(b.ctx, at, expired, bob()), office.Conflict, at, "expired", "later time")
		b.no(b.Approve(b.ctx, before, alive, bob()))
		b.wants(at, message.InReview)
	})
}

// TestFakeClockInformIsBounded waits for all channels together for ten seconds,
// whether they mind their context or not.
func TestFakeClockInformIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, stuck := open(t), make(chan struct{})
		b.connect(
			scribe{name: "deaf", inform: func(context.Context, channels.Post) (channels.Facts, error) {
				<-stuck
				return nil, nil
			}},
			scribe{name: "slow", inform: func(ctx context.Context, _ channels.Post) (channels.Facts, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}},
			scribe{name: "last", inform: func(context.Context, channels.Post) (channels.Facts, error) {
				time.Sleep(10*time.Second - time.Nanosecond)
				return nil, nil
			}},
		)
		begun := time.Now()
		drafted, err := b.Check(b.ctx, draft())
		b.no(err)
		if len(drafted.Warnings) != 2 || time.Since(begun) != 10*time.Second {
			t.Errorf("after %s it is warned of %v", time.Since(begun), drafted.Warnings)
		}
		for i, name := range []string{"deaf", "slow"} {
			if says := drafted.Warnings[i].String(); !strings.Contains(says, name) || !strings.Contains(says, "did not answer within 10 seconds") {
				t.Errorf("warned of %q", says)
			}
		}
		close(stuck)
	})
}
