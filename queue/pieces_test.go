package queue

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever can't be done, the rest is done exactly once in the end, nothing is
// lost, and a store that takes nothing is asked a few times only.
func TestInPiecesProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := make([]int, rapid.IntRange(1, 30).Draw(t, "n"))
		for i := range all {
			all[i] = i
		}
		bad := rapid.SliceOfDistinct(rapid.IntRange(0, 29), rapid.ID[int]).Draw(t, "bad")
		done := map[int]int{}
		do := func(some []int) error {
			if slices.ContainsFunc(some, func(i int) bool { return slices.Contains(bad, i) }) {
				return errors.New("no")
			}
			for _, i := range some {
				done[i]++
			}
			return nil
		}
		left, rounds := slices.Clone(all), 0
		for rounds < 30 && slices.ContainsFunc(left, func(i int) bool { return !slices.Contains(bad, i) }) {
			left = inPieces(left, do, func(error) {})
			rounds++
		}
		for _, i := range all {
			want := 1
			if slices.Contains(bad, i) {
				want = 0
			}
			if done[i] != want || slices.Contains(left, i) != (want == 0) {
				t.Fatalf("%d was done %d times and is left: %v", i, done[i], slices.Contains(left, i))
			}
		}
	})
}

func TestInPiecesAsksADeadStoreAFewTimesOnly(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{1: 1, 2: 3, 3: 4, 4: 4, 1_000: 4} {
		asked, told := 0, 0
		left := inPieces(make([]int, n), func([]int) error { asked++; return errors.New("full") }, func(error) { told++ })
		if asked != want || told != 1 || len(left) != n {
			t.Errorf("with %d it was asked %d times, %d are left and %d troubles told; want %d times", n, asked, len(left), told, want)
		}
	}
}
