package accounts

import (
	"context"
	"errors"
	"testing"
)

// A few are checked at once; who is next may leave.
func TestTurns(t *testing.T) {
	t.Parallel()
	a := New(nil, Settings{})
	var leave func()
	for n := range maxChecks {
		var err error
		if leave, err = a.enter(t.Context()); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("one above waits no more: %v", err)
	}
	leave()
	if _, err := a.enter(t.Context()); err != nil {
		t.Error(err)
	}
}
