package message

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRetryNext(t *testing.T) {
	t.Parallel()
	r := Retry{Attempts: 5, First: 8 * time.Second, Max: 20 * time.Second, GiveUpAfter: time.Hour}
	for made, wait := range map[int]time.Duration{1: 8, 2: 16, 3: 20, 4: 20} {
		next, ok := r.Next(made, noon(), noon(), time.Time{})
		got, want := next.Sub(noon()), wait*time.Second
		if !ok || got < want/2 || got > want {
			t.Errorf("after %d: %s, %v; want within %s to %s", made, got, ok, want/2, want)
		}
	}
	for _, made := range []int{5, 6} {
		if _, ok := r.Next(made, noon(), noon(), time.Time{}); ok {
			t.Errorf("after %d of 5 attempts there is another", made)
		}
	}
}

// What failed together does not come back together.
func TestRetrySpreads(t *testing.T) {
	t.Parallel()
	r := Retry{Attempts: 2, First: time.Hour, Max: time.Hour}
	var quarters [4]int // of the half hour that waits are spread over
	for range 1_000 {
		next, _ := r.Next(1, noon(), noon(), time.Time{})
		quarters[min(3, int(next.Sub(noon())-30*time.Minute)/int(7*time.Minute+30*time.Second))]++
	}
	for i, n := range quarters {
		if n < 150 {
			t.Errorf("%d of 1000 waits are in quarter %d", n, i)
		}
	}
}

func TestRetryGivesUpInTime(t *testing.T) {
	t.Parallel()
	r := Retry{Attempts: 99, First: time.Second, Max: time.Second, GiveUpAfter: time.Hour}
	due := noon()
	if _, ok := r.Next(1, due, due.Add(time.Hour-time.Second), time.Time{}); !ok {
		t.Error("it gave up although the next attempt is in time")
	}
	if next, ok := r.Next(1, due, due.Add(time.Hour), time.Time{}); ok {
		t.Errorf("next is %s, after %s", next, due.Add(r.GiveUpAfter))
	}
	if _, ok := r.Next(1, due, due, due.Add(time.Hour)); !ok {
		t.Error("it gave up at the very end")
	}
	if _, ok := r.Next(1, due, due, due.Add(time.Hour+1)); ok {
		t.Error("the destination asked for more time than there is")
	}
	r.GiveUpAfter = 0
	if _, ok := r.Next(1, due, due.Add(1000*time.Hour), time.Time{}); !ok {
		t.Error("without a bound it gave up")
	}
}

func TestRetryProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Retry{
			Attempts: rapid.IntRange(1, 100).Draw(t, "attempts"), First: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "first")),
			Max: time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "max")),
		}
		made := rapid.IntRange(0, 120).Draw(t, "made")
		asked := noon().Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(t, "asked")))
		next, ok := r.Next(made, noon(), noon(), asked)
		if ok != (made < r.Attempts) {
			t.Fatalf("after %d of %d: %v", made, r.Attempts, ok)
		}
		if ok && (next.Before(asked) || next.Before(noon()) || next.After(noon().Add(r.Max)) && !next.Equal(asked)) {
			t.Fatalf("next is %s, asked %s", next, asked)
		}
	})
}
