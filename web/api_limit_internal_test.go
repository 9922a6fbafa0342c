package web

import (
	"fmt"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	l := newLimits(60, 3)
	now := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	for want := 2; want >= 0; want-- {
		if left, wait := l.take("a", now); left != want || wait != 0 {
			t.Errorf("%d left and a wait of %s, want %d", left, wait, want)
		}
	}
	if left, wait := l.take("a", now); left != 0 || wait != time.Second {
		t.Errorf("above: %d left and a wait of %s", left, wait)
	}
	if left, wait := l.take("b", now); left != 2 || wait != 0 {
		t.Errorf("somebody else: %d left and a wait of %s", left, wait)
	}
	if _, wait := l.take("a", now.Add(999*time.Millisecond)); wait != time.Millisecond {
		t.Errorf("too early: a wait of %s", wait)
	}
	if left, wait := l.take("a", now.Add(time.Second)); left != 0 || wait != 0 {
		t.Errorf("in time: %d left and a wait of %s", left, wait)
	}
	if left, wait := l.take("a", now.Add(time.Hour)); left != 2 || wait != 0 {
		t.Errorf("much later: %d left and a wait of %s", left, wait)
	}
}

func TestLimitsForget(t *testing.T) {
	t.Parallel()
	l := newLimits(60, 2)
	now := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	for i := range maxCallers {
		l.take(fmt.Sprint(i), now)
	}
	l.take("busy", now.Add(time.Second))
	if len(l.callers) != 1 {
		t.Errorf("%d are known", len(l.callers))
	}
}
