package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/export"
)

func (c *cli) ledgerCheckExport() *cobra.Command {
	var key string
	cmd := c.verb("check-export FOLDER", "Check a signed export; it needs no daemon, database or session", cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		public, err := c.wantedKey(args[0], key)
		if err != nil {
			return err
		}
		report, err := export.Check(args[0], public)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s holds no export, or not the whole of it: %w; name the folder that `clarion ledger export --out` made", args[0], err)
		}
		if err != nil {
			return err
		}
		return c.checked(args[0], report)
	})
	cmd.Flags().StringVar(&key, "key", "", "the office's key, as you know it: its fingerprint (SHA256:…), the public key itself, or a file that holds it")
	return cmd
}

// wantedKey finds the key that somebody names. A fingerprint names the key in
// the folder, if it is that.
func (c *cli) wantedKey(folder, named string) (ed25519.PublicKey, error) {
	switch {
	case named == "":
		return nil, nil
	case strings.HasPrefix(named, "SHA256:"):
		return c.enclosedKey(folder, named)
	case strings.HasPrefix(named, "ssh-"):
		key, err := export.ParsePublic(named)
		if err != nil {
			return nil, fmt.Errorf("--key: %w", err)
		}
		return key, nil
	}
	return readKey(named)
}

func (c *cli) enclosedKey(folder, fingerprint string) (ed25519.PublicKey, error) {
	key, err := readKey(folder + "/" + export.KeyFile)
	if err != nil {
		return nil, err
	}
	if got := export.Fingerprint(key); got != fingerprint {
		return nil, fmt.Errorf("the export is not signed by that key: the one in it is %s", got)
	}
	return key, nil
}

// maxKeyFile bounds a file with a public key, in bytes.
const maxKeyFile = 16 << 10

func readKey(file string) (ed25519.PublicKey, error) {
	info, err := os.Stat(file)
	if err == nil && info.Size() > maxKeyFile {
		err = errors.New("it is too long for a public key")
	}
	if err != nil {
		return nil, fmt.Errorf("read the key %s: %w", file, err)
	}
	text, err := os.ReadFile(file) //nolint:gosec // whoever checks names it
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	key, err := export.ParsePublic(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the key %s: %w", file, err)
	}
	return key, nil
}

// checkedExport is the answer of a check.
type checkedExport struct {
	Folder   string   `json:"folder"`
	Office   string   `json:"office"`
	Version  string   `json:"version"`
	MadeAt   api.Time `json:"made_at"`
	MadeBy   string   `json:"made_by"`
	Entries  int64    `json:"entries"`
	Key      string   `json:"key"`
	KeyKnown bool     `json:"key_known"` // it was named, and not taken from the folder itself
	Faults   []string `json:"faults"`
}

func (c *cli) checked(folder string, r export.Report) error {
	m := r.Manifest
	out := checkedExport{
		Folder: folder, Office: m.Office, Version: m.Version, MadeAt: api.At(m.MadeAt), MadeBy: m.MadeBy, Entries: m.Entries,
		Key: r.Key, KeyKnown: r.Known, Faults: append([]string{}, r.Faults...),
	}
	if len(r.Faults) > 0 {
		if c.json {
			if err := c.object(out); err != nil {
				return err
			}
		}
		return fmt.Errorf("the export %s does not hold:\n  %s", folder, oneByLine(r.Faults))
	}
	whose := "That the key is the office's you know only once you compare it, with --key, to what the office told you."
	if r.Known {
		whose = "That is the key that you named."
	}
	return c.result(out, "The export holds: %d entries of %s, made by %s at %s, signed by the key %s. %s",
		m.Entries, oneLine(m.Office), dash(oneLine(m.MadeBy)), c.when(api.At(m.MadeAt)), r.Key, whose)
}

// oneByLine writes each fault on a line of its own, with nothing that a
// terminal would obey.
func oneByLine(all []string) string {
	lines := make([]string, len(all))
	for i, s := range all {
		lines[i] = oneLine(s)
	}
	return strings.Join(lines, "\n  ")
}
