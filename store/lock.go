package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrLocked says that another process owns the data folder.
var ErrLocked = errors.New("another process owns the data folder")

// Lock is the exclusive ownership of a data folder. The kernel gives it back
// when the process ends, however it ends, so holding it proves that the
// predecessor is dead.
type Lock struct{ file *os.File }

// LockFolder takes a data folder. The lock is a file of its own: opening the
// database by other means than SQLite would drop SQLite's locks.
func LockFolder(dir string) (*Lock, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", dir, ErrLocked)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{file: f}, nil
}

// Release gives the folder back.
func (l *Lock) Release() error { return l.file.Close() }
