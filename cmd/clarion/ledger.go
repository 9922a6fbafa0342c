package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/ledger"
	"clarion/store"
)

func (c *cli) ledgerCommand() *cobra.Command {
	return group("ledger", "Verify and export the record",
		c.here(c.ledgerVerify()), c.ledgerExport(), c.ledgerCheckExport(), c.ledgerKey(), c.ledgerHead())
}

func (c *cli) ledgerVerify() *cobra.Command {
	var files []string
	cmd := c.verb("verify", "Verify the whole record; it trusts no daemon", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if err := c.mustHaveDatabase(); err != nil {
			return err
		}
		var exported []ledger.Head
		for _, file := range files {
			heads, err := readHeads(file)
			if err != nil {
				return err
			}
			exported = append(exported, heads...)
		}
		v, err := store.VerifyFile(cmd.Context(), c.dataDir(), exported)
		if err != nil {
			return fmt.Errorf("verify the ledger: %w", err)
		}
		return c.verified(v, len(exported))
	})
	cmd.Flags().StringArrayVar(&files, "head", nil, "file of exported heads that the record must pass through; may be given more than once")
	return cmd
}

// mustHaveDatabase keeps verification from blessing what is not there.
func (c *cli) mustHaveDatabase() error {
	if err := c.mustHaveFolder(); err != nil {
		return err
	}
	path := filepath.Join(c.dataDir(), "clarion.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s; name the data folder with --data", path)
	}
	return nil
}

// verified says what a verification found.
func (c *cli) verified(v store.Verification, exported int) error {
	out := api.Verification{Entries: v.Entries, Links: v.Links, Heads: make([]api.Head, len(v.Heads)), Faults: append([]string{}, v.Faults...)}
	for i, h := range v.Heads {
		out.Heads[i] = api.Head{Writer: h.Writer, Number: h.Number, Hash: h.Hash, At: api.At(h.At)}
	}
	if len(v.Faults) == 0 {
		return c.result(out, "The ledger holds: %d entries in %d links, %d exported heads found.", v.Entries, v.Links, exported)
	}
	if c.json {
		if err := c.object(out); err != nil {
			return err
		}
	}
	return &ledgerError{v.Faults}
}

// ledgerError is a record that does not hold.
type ledgerError struct{ faults []string }

func (e *ledgerError) Error() string {
	says := "the ledger does not hold; keep the data folder as it is and compare it with a backup"
	for _, f := range e.faults {
		says += "\n  " + f
	}
	return says
}

// maxHeadLine bounds a line of a file of heads, in bytes.
const maxHeadLine = 1 << 10

// readHeads reads exported heads, one JSON object a line.
func readHeads(file string) ([]ledger.Head, error) {
	f, err := os.Open(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read exported heads: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	return parseHeads(file, f)
}

func parseHeads(file string, r io.Reader) ([]ledger.Head, error) {
	var heads []ledger.Head
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxHeadLine)
	for n := 1; lines.Scan(); n++ {
		var h ledger.Head
		err := json.Unmarshal(lines.Bytes(), &h)
		if err == nil {
			_, err = ledger.ParseHash(h.Hash)
		}
		if err != nil || h.Writer == "" || h.Number < 1 {
			return nil, fmt.Errorf("%s:%d: this is no head of a ledger; give a file that `clarion ledger head --json` or the daemon wrote", file, n)
		}
		heads = append(heads, h)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read exported heads in %s: %w", file, err)
	}
	if len(heads) == 0 {
		return nil, fmt.Errorf("%s holds no head; give a file that `clarion ledger head --json` or the daemon wrote", file)
	}
	return heads, nil
}

func (c *cli) ledgerHead() *cobra.Command {
	return c.verb("head", "Give the heads of the record, to be kept elsewhere", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Heads(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.Heads, "The ledger is empty.", []string{"WRITER", "LINK", "AT", "HASH"}, func(h api.Head) []string {
				return []string{h.Writer, strconv.FormatInt(h.Number, 10), c.when(h.At), h.Hash}
			})
		})
	})
}
