package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/store"
)

func (c *cli) restoreCommand() *cobra.Command {
	return c.verb("restore FILE", "Restore a backup into an empty data folder; it comes up held", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		m, err := c.restore(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		r := restored{At: api.At(m.At), Files: len(m.Files), Held: true}
		return c.result(r, "Restored the backup of %s into %s. Nothing of it leaves until two people release it, message by message or all at once, with\n  clarion message release ID\n  clarion message release --all-held restored", c.when(r.At), c.dataDir())
	})
}

type restored struct {
	At    api.Time `json:"at"` // when the backup was made
	Files int      `json:"files"`
	Held  bool     `json:"held"`
}

// restore leaves a folder as it was if it refuses.
func (c *cli) restore(ctx context.Context, file string) (m store.Manifest, err error) {
	f, err := os.Open(file) //nolint:gosec // the operator names the file
	if err != nil {
		return m, fmt.Errorf("read the backup: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	made, err := absent(c.dataDir())
	if err != nil {
		return m, fmt.Errorf("look at the data folder: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, sweep(made))
		}
	}()
	if err := os.MkdirAll(c.dataDir(), 0o700); err != nil {
		return m, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := store.LockFolder(c.dataDir())
	if errors.Is(err, store.ErrLocked) {
		made = nil // the lock is its owner's
		return m, fmt.Errorf("another process owns %s; stop the daemon, or name another data folder with --data", c.dataDir())
	}
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return store.Restore(ctx, c.dataDir(), f)
}

// absent lists what a restore into a folder is about to make beside the
// database, the innermost first: its lock, and the folders that are not there.
func absent(dir string) ([]string, error) {
	var all []string
	for path := filepath.Join(dir, "lock"); ; path = filepath.Dir(path) {
		_, err := os.Lstat(path)
		if err == nil {
			return all, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		all = append(all, path)
	}
}

// sweep removes what was made, as far as it is there.
func sweep(made []string) error {
	for _, path := range made {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("leave nothing behind: %w", err)
		}
	}
	return nil
}
