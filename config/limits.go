package config

import (
	"fmt"
	"strings"
	"time"
)

// number holds a key to its range.
func (t *table) number(key string, value, least, most int) {
	if value < least || value > most {
		t.fault(key, fmt.Sprintf("%d is out of range", value), fmt.Sprintf("write a whole number from %d to %d", least, most))
	}
}

// duration holds a key to its range.
func (t *table) duration(key string, value, least, most time.Duration) {
	if value < least || value > most {
		t.fault(key, formatDuration(value)+" is out of range",
			fmt.Sprintf("write a duration from %q to %q", formatDuration(least), formatDuration(most)))
	}
}

// oneOf holds a key to a list of words.
func (t *table) oneOf(key, value string, words ...string) {
	for _, word := range words {
		if value == word {
			return
		}
	}
	t.fault(key, fmt.Sprintf("is %q", shorten(value)), `write one of "`+strings.Join(words, `", "`)+`"`)
}

// formatDuration writes a duration without its zero parts: 1h, not 1h0m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
