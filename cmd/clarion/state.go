package main

import (
	"slices"
	"strings"

	"clarion/message"
)

// stateOf reads a state as people write it: in words, with dashes or with low
// lines. Empty is any.
func stateOf[T ~string](flag string, all []T) (string, error) {
	asked := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(flag)))
	if asked == "" || slices.Contains(all, T(asked)) {
		return asked, nil
	}
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = strings.ReplaceAll(string(s), "_", " ")
	}
	return "", misused("there is no state %q; the states are %s", flag, strings.Join(names, ", "))
}

// words gives a state in words, with why it is held.
func words(state, hold string) string {
	state = strings.ReplaceAll(state, "_", " ")
	switch {
	case hold == "":
		return state
	case state == string(message.Held):
		return "held: " + hold
	default:
		return state + ", held: " + hold
	}
}
