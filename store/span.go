package store

import "slices"

// span is a run of ids without a gap. What is done at once mostly was written
// at once, and a statement finds a span faster than a list.
type span struct{ first, last int64 }

// leastSpan is from how many ids on a span is worth a statement of its own.
const leastSpan = 16

// neighbours parts ids into spans and the rest of them.
func neighbours(ids []int64) (spans []span, rest []int64) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for begin, i := 0, 1; i <= len(ids); i++ {
		if i < len(ids) && ids[i] == ids[i-1]+1 {
			continue
		}
		if i-begin < leastSpan {
			rest = append(rest, ids[begin:i]...)
		} else {
			spans = append(spans, span{ids[begin], ids[i-1]})
		}
		begin = i
	}
	return spans, rest
}
