// Package credentials keeps what a destination renews, such as refresh tokens,
// in a folder of the data folder: one file for each name.
//
// Failure rules. Save returns only once the value is on the disk; after an
// error or a crash what stood before stands still, whole. Load never gives a
// part of a value. No error holds a value. The folder is for its owner alone
// and in no backup: a restored copy must not use tokens that the original
// still renews.
package credentials

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// folder is the name of the folder within the data folder.
const folder = "credentials"

// Limits of a credential.
const (
	maxName  = 80       // characters
	maxValue = 64 << 10 // bytes
)

// Vault is a channels.Vault over a data folder. One process at a time saves to
// it: the one that owns the folder.
type Vault struct {
	dir string
	mu  sync.Mutex // one save at a time
}

// In gives the vault of a data folder. It does no I/O before it is used.
func In(dataDir string) *Vault { return &Vault{dir: filepath.Join(dataDir, folder)} }

// Load gives what was saved under a name; nil if nothing was.
func (v *Vault) Load(name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	value, err := read(filepath.Join(v.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load the credential %s: %w", name, err)
	}
	return value, nil
}

// read reads no more than the limit, whatever stands there.
func read(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file; move it away")
	}
	f, err := os.Open(path) //nolint:gosec // the name was checked
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	value, err := io.ReadAll(io.LimitReader(f, maxValue+1))
	if err == nil && len(value) > maxValue {
		err = tooLong(len(value))
	}
	return value, err
}

// Save makes a value durable before it returns.
func (v *Vault) Save(name string, value []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if len(value) > maxValue {
		return fmt.Errorf("save the credential %s: %w", name, tooLong(len(value)))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.save(name, value); err != nil {
		return fmt.Errorf("save the credential %s: %w", name, err)
	}
	return nil
}

func tooLong(n int) error {
	return fmt.Errorf("it has %d bytes or more; the limit is %d", n, maxValue)
}

// save writes a file beside the old one and puts it in its place. What a crash
// left of an earlier one is written over.
func (v *Vault) save(name string, value []byte) error {
	if err := v.makeFolder(); err != nil {
		return err
	}
	fresh := filepath.Join(v.dir, "."+name)
	if err := write(fresh, value); err != nil {
		return errors.Join(err, removed(fresh))
	}
	if err := os.Rename(fresh, filepath.Join(v.dir, name)); err != nil {
		return errors.Join(err, removed(fresh))
	}
	return syncFolder(v.dir)
}

func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// makeFolder makes the folder for its owner alone, durably.
func (v *Vault) makeFolder() error {
	if err := os.Mkdir(v.dir, 0o700); errors.Is(err, fs.ErrExist) {
		return os.Chmod(v.dir, 0o700) //nolint:gosec // a folder needs its x
	} else if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(v.dir))
}

// write makes a new file: one that is there may have other permissions, or be
// a link.
func write(path string, value []byte) error {
	if err := removed(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the name was checked
	if err != nil {
		return err
	}
	_, err = f.Write(value)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the data folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// checkName lets no name leave the folder or be taken for a file under way.
func checkName(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_."
	if name == "" || len(name) > maxName || strings.Trim(name, letters) != "" || name[0] == '.' {
		return fmt.Errorf("%.100q is no name of a credential; it has 1 to %d lower-case letters, digits, hyphens, low lines and dots, and no dot in front", name, maxName)
	}
	return nil
}
