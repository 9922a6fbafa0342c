package channels_test

import (
	"testing"
	"time"

	"clarion/channels"
)

func TestLeft(t *testing.T) {
	t.Parallel()
	opened := time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct{ ended, want time.Time }{
		"not ended":                         {time.Time{}, opened},
		"ended later":                       {opened.Add(time.Minute), opened.Add(time.Minute)},
		"ended earlier by a clock set back": {opened.Add(-time.Minute), opened},
	} {
		if got := (channels.Delivery{Opened: opened, Ended: test.ended}).Left(); !got.Equal(test.want) {
			t.Errorf("%s: %s, not %s", name, got, test.want)
		}
	}
}
