package announcement

import (
	"fmt"
	"strings"
)

// longestKey is the length from which on no key can be meant.
const longestKey = 20

// suggest says what to write instead of a key that is not known.
func suggest(name string, known []string) string {
	nearest, distance := "", 1+len(name)/3
	lower := strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	for _, k := range known {
		if d := edits(lower, k, longestKey); d <= distance && (nearest == "" || d < distance) {
			nearest, distance = k, d
		}
	}
	if nearest == "" {
		return "the keys here are " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("did you mean %s?", nearest)
}

// edits counts the letters to change, add or take away to make b of a
// (Levenshtein), or gives a number beyond use for words over a length.
func edits(a, b string, longest int) int {
	if len(a) > longest || len(b) > longest {
		return longest + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
