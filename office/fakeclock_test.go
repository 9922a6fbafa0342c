//go:build !race

package office_test

// On a fake clock with a real SQLite, and so without the race detector: see
// queue/world_fakeclock_test.go.

import (
	"testing"
	"testing/synctest"
	"time"

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
