package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/store"
)

func (c *cli) backupCommand() *cobra.Command {
	return c.verb("backup FILE", "Back up while everything runs", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			b, err := backup(cmd.Context(), o, args[0])
			if err != nil {
				return err
			}
			return c.result(backedUp{File: args[0], Backup: b}, "%s holds the backup: %d bytes, SHA-256 %s", args[0], b.Bytes, b.SHA256)
		})
	})
}

type backedUp struct {
	File string `json:"file"`
	client.Backup
}

// backup writes a backup beside its final name and puts it there once it is
// whole and on the disk. What is there already stays.
func backup(ctx context.Context, o *client.Client, file string) (b client.Backup, err error) {
	if _, err := os.Lstat(file); err == nil {
		return b, fmt.Errorf("%s is there already; choose another name or move it away", file)
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".clarion-backup-*") // 0600
	if err != nil {
		return b, fmt.Errorf("write the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(part.Name())) }()
	b, err = o.Backup(ctx, part)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return b, err
	}
	if err := os.Link(part.Name(), file); err != nil { // unlike a rename it replaces nothing
		return b, fmt.Errorf("write the backup: %w", err)
	}
	return b, nil
}

func (c *cli) restoreCommand() *cobra.Command {
	return c.verb("restore FILE", "Restore a backup into an empty data folder; it comes up held", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		m, err := c.restore(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		r := restored{At: api.At(m.At), Files: len(m.Files), Held: true}
		return c.result(r, "Restored the backup of %s into %s. Nothing of it leaves until two people release it, message by message, with\n  clarion message release ID --as NAME", when(r.At), c.dataDir())
	})
}

type restored struct {
	At    api.Time `json:"at"` // when the backup was made
	Files int      `json:"files"`
	Held  bool     `json:"held"`
}

func (c *cli) restore(ctx context.Context, file string) (m store.Manifest, err error) {
	f, err := os.Open(file) //nolint:gosec // the operator names the file
	if err != nil {
		return m, fmt.Errorf("read the backup: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if err := os.MkdirAll(c.dataDir(), 0o700); err != nil {
		return m, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := store.LockFolder(c.dataDir())
	if errors.Is(err, store.ErrLocked) {
		return m, fmt.Errorf("another process owns %s; stop the daemon, or name another data folder with --data", c.dataDir())
	}
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return store.Restore(ctx, c.dataDir(), f)
}
