package store

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestNeighbours holds that spans and the rest are what was given, each id
// once, and no id between them.
func TestNeighbours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var ids []int64
		for range rapid.IntRange(0, 5).Draw(t, "runs") {
			first, n := rapid.Int64Range(1, 100).Draw(t, "first"), rapid.IntRange(1, leastSpan+2).Draw(t, "length")
			for i := range n {
				ids = append(ids, first+int64(i))
			}
		}
		ids = rapid.Permutation(ids).Draw(t, "order")
		given := slices.Clone(ids)
		spans, rest := neighbours(ids)
		if !slices.Equal(ids, given) {
			t.Error("the caller's ids were moved")
		}
		got := rest
		for _, s := range spans {
			if s.last-s.first+1 < leastSpan {
				t.Errorf("%+v is not worth a statement", s)
			}
			for id := s.first; id <= s.last; id++ {
				got = append(got, id)
			}
		}
		slices.Sort(got)
		slices.Sort(given)
		if want := slices.Compact(given); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestNeighboursAtTheBound(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{leastSpan - 1: 0, leastSpan: 1, leastSpan + 1: 1} {
		ids := make([]int64, n)
		for i := range ids {
			ids[i] = int64(i) + 5
		}
		if spans, rest := neighbours(ids); len(spans) != want || len(rest) != n*(1-want) {
			t.Errorf("of %d: %d spans and %d others", n, len(spans), len(rest))
		}
	}
}
