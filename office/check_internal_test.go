package office

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDailyCheck: each channel has one instant a day, whenever it is asked.
func TestDailyCheck(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching("[a-z]{1,10}").Draw(t, "name")
		now := time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "now"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns"))
		at := dailyCheck(name, now)
		if at.After(now) || now.Sub(at) >= checkEvery {
			t.Errorf("at %s it was %s", now, at)
		}
		if next := dailyCheck(name, at.Add(checkEvery)); !next.Equal(at.Add(checkEvery)) {
			t.Errorf("after %s comes %s", at, next)
		}
	})
}

// TestDailyChecksAreSpread over the day.
func TestDailyChecksAreSpread(t *testing.T) {
	t.Parallel()
	hours := map[int]int{}
	for i := range 240 {
		hours[dailyCheck(fmt.Sprintf("channel-%d", i), time.Unix(1e9, 0)).Hour()]++
	}
	for hour, n := range hours {
		if n > 40 {
			t.Errorf("%d of 240 are checked within hour %d", n, hour)
		}
	}
	if len(hours) < 20 {
		t.Errorf("they are checked within %d hours of the day", len(hours))
	}
}
