package queue

import (
	"slices"
	"testing"
	"time"
)

func TestBackoffGrowsToItsLongest(t *testing.T) {
	t.Parallel()
	b := backoff{first: time.Second, longest: 10 * time.Second}
	var got []time.Duration
	for range 6 {
		got = append(got, b.next()/time.Second)
	}
	b.reset()
	got = append(got, b.next()/time.Second)
	if want := []time.Duration{1, 2, 4, 8, 10, 10, 1}; !slices.Equal(got, want) {
		t.Errorf("waits %v s, want %v", got, want)
	}
}
