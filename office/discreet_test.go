package office_test

import (
	"strings"
	"testing"
)

// private is what no error may hold: addresses and names of subscribers that
// the tests use, and full names of staff.
func private() []string {
	words := []string{"wren@example.net", "WREN@", "finch@example.net", "Jenny Wren", "Fred Finch", "@example.net"}
	for _, name := range staff() {
		words = append(words, fullName(name))
	}
	return words
}

// discreet checks that an error gives no personal data away.
func discreet(t *testing.T, err error) {
	t.Helper()
	for _, word := range private() {
		if err != nil && strings.Contains(strings.ToLower(err.Error()), strings.ToLower(word)) {
			t.Errorf("the error holds %q: %v", word, err)
		}
	}
}
