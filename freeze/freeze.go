// Package freeze is the stop button: a flag in memory and a file in the data
// folder. The third part, a row, is the store's.
//
// Failure rules. Frozen answers yes when in doubt: when the file cannot be
// looked at, everything is frozen. Pressing sets memory first, which cannot
// fail. The switch works with the disk full and the database locked.
package freeze

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
)

// FileName is the file's name in the data folder.
const FileName = "FREEZE"

// Somebody is who pressed without having signed in.
const Somebody = "somebody on this machine"

// Switch is the stop button of one data folder.
type Switch struct {
	path    string
	pressed atomic.Bool
}

// New makes the switch of a data folder.
func New(dir string) *Switch { return &Switch{path: filepath.Join(dir, FileName)} }

// Frozen reports whether memory or the file says so. It looks at the file each
// time, so that creating it by hand works.
func (s *Switch) Frozen() bool {
	if s.pressed.Load() {
		return true
	}
	_, err := os.Lstat(s.path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Set freezes in memory alone.
func (s *Switch) Set() { s.pressed.Store(true) }

// Press freezes in memory and then by the file, which says who pressed it. An
// error means that the file could not be written: memory is frozen all the
// same.
func (s *Switch) Press(says string) error {
	s.Set()
	return PressFile(filepath.Dir(s.path), says)
}

// PressFile writes the file of a data folder, which is enough with the daemon
// down. An empty file freezes just as well, so a full disk does not matter.
func PressFile(dir, says string) error {
	path := filepath.Join(dir, FileName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, _ = f.WriteString(says + "\n") // the file's being there is what counts, not what it says
	_, _ = f.Sync(), f.Close()
	return syncDir(dir)
}

// syncDir makes an entry of a folder outlast a loss of power.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return fmt.Errorf("flush the data folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("flush the data folder: %w", err)
	}
	return nil
}

// Clear thaws file and memory, in this order: the row is gone before.
func (s *Switch) Clear() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w; everything stays frozen", s.path, err)
	}
	s.pressed.Store(false)
	return nil
}
