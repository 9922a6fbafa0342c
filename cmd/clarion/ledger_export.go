package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/export"
	"clarion/ledger"
)

func (c *cli) ledgerExport() *cobra.Command {
	var since, until, message, format, out string
	cmd := c.verb("export", "Write the record: as JSON, one entry a line, as CSV, or both as a signed folder", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		within, err := ledgerRange(message, since, until)
		if err != nil {
			return err
		}
		if format != "jsonl" && format != "csv" {
			return misused("--format is jsonl or csv")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			switch {
			case out != "":
				return c.exportFolder(cmd.Context(), o, within, out)
			case format == "csv":
				return c.exportTable(cmd.Context(), o, within)
			}
			return o.Export(cmd.Context(), within, func(e api.Entry) error { return c.object(e) })
		})
	})
	flags := cmd.Flags()
	flags.StringVar(&message, "message", "", "entries about this message alone")
	flags.StringVar(&since, "since", "", "entries of this time or later: \"2027-05-01 09:00 Europe/London\" or RFC 3339")
	flags.StringVar(&until, "until", "", "entries before this time")
	flags.StringVar(&format, "format", "jsonl", "jsonl or csv")
	flags.StringVar(&out, "out", "", "new folder for a signed export, which holds both forms")
	cmd.MarkFlagsMutuallyExclusive("format", "out")
	return cmd
}

func ledgerRange(message, since, until string) (r api.LedgerRange, err error) {
	r.Message = message
	if r.Since, err = instant("--since", since); err != nil {
		return r, err
	}
	r.Until, err = instant("--until", until)
	return r, err
}

// exportTable writes the record as CSV.
func (c *cli) exportTable(ctx context.Context, o *client.Client, within api.LedgerRange) error {
	table := export.NewTable(c.verbatim())
	err := o.Export(ctx, within, func(e api.Entry) error {
		return table.Add(export.Entry{
			Writer: e.Writer, Seq: e.Seq, At: e.At.Time, Kind: ledger.Kind(e.Kind), Body: e.Body, Hash: e.Hash, Ties: e.Ties,
		})
	})
	return errors.Join(err, table.Close())
}

// exportFolder writes a signed export beside its final name, checks it, and
// puts it there once it is whole. What is there already stays.
func (c *cli) exportFolder(ctx context.Context, o *client.Client, within api.LedgerRange, folder string) (err error) {
	if _, err := os.Lstat(folder); err == nil {
		return fmt.Errorf("%s is there already; choose another name or move it away", folder)
	}
	stage, err := os.MkdirTemp(filepath.Dir(filepath.Clean(folder)), ".clarion-export-*") // 0700
	if err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if err := receive(ctx, o, within, stage); err != nil {
		return err
	}
	report, err := export.Check(stage, nil)
	if err != nil {
		return err
	}
	if len(report.Faults) > 0 {
		return fmt.Errorf("what came is no whole export: %s; try again", report.Faults[0])
	}
	if err := os.Rename(stage, folder); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return c.result(exported{Folder: folder, Entries: report.Manifest.Entries, Key: report.Key},
		"%s holds %d entries, signed by the key %s. Whoever gets it checks it with\n  clarion ledger check-export %s --key %s", folder, report.Manifest.Entries, report.Key, folder, report.Key)
}

type exported struct {
	Folder  string `json:"folder"`
	Entries int64  `json:"entries"`
	Key     string `json:"key"`
}

// receive unpacks an export while it comes.
func receive(ctx context.Context, o *client.Client, within api.LedgerRange, dir string) error {
	r, w := io.Pipe()
	unpacked := make(chan error, 1)
	go func() {
		err := export.Unpack(r, dir)
		_, rest := io.Copy(io.Discard, r) // so that the sender comes to its end
		unpacked <- errors.Join(err, rest)
	}()
	err := o.ExportSigned(ctx, within, w)
	_ = w.CloseWithError(err) // it never fails
	return errors.Join(err, <-unpacked)
}

func (c *cli) ledgerKey() *cobra.Command {
	return c.verb("key", "Show the public key by which exports are signed, to be kept and published", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			k, err := o.ExportKey(cmd.Context())
			if err != nil {
				return err
			}
			return c.result(k, "%s\n%s", k.Public, k.Fingerprint)
		})
	})
}
