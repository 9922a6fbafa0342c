package message

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPatienceGrows(t *testing.T) {
	p := Patience{First: 5 * time.Second, For: 24 * time.Hour}
	waits := []time.Duration{
		5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour,
	}
	now := time.Now()
	for looks, want := range waits {
		next, ok := p.Next(now, now, looks)
		if got := next.Sub(now); got != want || !ok {
			t.Errorf("after %d looks the next comes after %s, %t; want %s", looks, got, ok, want)
		}
		if got := p.Again(now, looks).Sub(now); got != want {
			t.Errorf("after %d looks one that failed is made again after %s, want %s", looks, got, want)
		}
	}
}

func TestPatienceEnds(t *testing.T) {
	p := Patience{First: time.Second, For: time.Hour}
	since := time.Now()
	for _, c := range []struct {
		after, wait time.Duration
		ok          bool
	}{
		{time.Hour - time.Nanosecond, time.Nanosecond, true}, {time.Hour, 0, false}, {time.Hour + time.Nanosecond, 0, false},
	} {
		now := since.Add(c.after)
		next, ok := p.Next(since, now, 3)
		if ok != c.ok || ok && next.Sub(now) != c.wait {
			t.Errorf("%s after the doubt the next look is %s later, %t", c.after, next.Sub(now), ok)
		}
	}
}

// However looks are spaced, they end, and the last comes right at the end.
func TestPatienceAlwaysEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Patience{
			First: time.Duration(rapid.Int64Range(int64(100*time.Millisecond), int64(time.Hour)).Draw(t, "first")),
			For:   time.Duration(rapid.Int64Range(int64(time.Second), int64(720*time.Hour)).Draw(t, "for")),
		}
		since := time.Now()
		now, looks := since, 0
		for {
			next, ok := p.Next(since, now, looks)
			if !ok {
				break
			}
			if !next.After(now) || next.After(since.Add(p.For)) {
				t.Fatalf("look %d goes from %s to %s", looks, now.Sub(since), next.Sub(since))
			}
			now, looks = next, looks+1
		}
		if !now.Equal(since.Add(p.For)) || looks < 1 {
			t.Errorf("after %d looks it ends at %s of %s", looks, now.Sub(since), p.For)
		}
	})
}
