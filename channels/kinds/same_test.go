package kinds

import (
	"testing"

	"clarion/channels"
)

// TestChannelsCanBeCompared, as a reload must.
func TestChannelsCanBeCompared(t *testing.T) {
	t.Parallel()
	for name, s := range subjects() {
		if c, _ := s.New(t); !channels.Same(c, c) {
			t.Errorf("%s: a channel is not the same as itself", name)
		}
	}
}
