package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"clarion/client"
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
