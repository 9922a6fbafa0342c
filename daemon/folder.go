package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/store"
)

// Bounds of waiting for a data folder's lock. A verb that ran while no daemon
// did may still hold it for a moment.
const (
	lockWait  = 3 * time.Second
	lockAgain = 50 * time.Millisecond
)

// takeFolder takes the lock of a data folder. Another daemon does not let go of
// it, and is told after the wait.
func takeFolder(ctx context.Context, dir string) (*store.Lock, error) {
	over := time.NewTimer(lockWait)
	defer over.Stop()
	again := time.NewTicker(lockAgain)
	defer again.Stop()
	for {
		lock, err := store.LockFolder(dir)
		if !errors.Is(err, store.ErrLocked) {
			return lock, err
		}
		select {
		case <-again.C:
		case <-over.C:
			return nil, err
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the data folder: %w", ctx.Err())
		}
	}
}
