package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/message/feed"
)

func (c *cli) messageImport() *cobra.Command {
	var f api.Feed
	cmd := c.verb("import URL|FILE", "Make drafts of the entries of an RSS, Atom or JSON feed", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if err := takeFeed(&f, args[0]); err != nil {
			return err
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			r, err := o.ImportFeed(cmd.Context(), f)
			if err != nil {
				return err
			}
			return c.importedFeed(r)
		})
	})
	flags := cmd.Flags()
	flags.StringSliceVar(&f.Audiences, "audience", nil, "whom the drafts are for, as in public,press")
	flags.BoolVar(&f.GoodEntries, "good-entries", false, "take the good entries although others have faults")
	flags.BoolVar(&f.DryRun, "dry-run", false, "look for faults and store nothing")
	_ = cmd.MarkFlagRequired("audience") // the flag is there
	return cmd
}

// takeFeed reads a file, or leaves an address to the daemon.
func takeFeed(f *api.Feed, source string) error {
	if strings.Contains(source, "://") {
		f.Address = source
		return nil
	}
	root, err := os.OpenRoot(filepath.Dir(source))
	if err != nil {
		return fmt.Errorf("open the folder of %s: %w", source, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	f.Name = source
	if f.Text, err = readBounded(root, filepath.Base(source), feed.MaxFeed); err != nil {
		return fmt.Errorf("read the feed %s: %w", source, err)
	}
	return nil
}

func (c *cli) importedFeed(r api.FeedImported) error {
	if c.json {
		return c.result(r, "")
	}
	for _, p := range r.Problems {
		fmt.Fprintf(c.errs, "clarion: left out: %s\n", p)
	}
	for _, d := range r.Drafts {
		c.warn(d.Warnings)
		fmt.Fprintf(c.out, "%s  %s\n", dash(d.ID), oneLine(d.Title))
	}
	were := "drafts made"
	if r.DryRun {
		were = "entries would become drafts"
	}
	return c.result(r, "%d %s, %d known before, %d problems, %d images left out", len(r.Drafts), were, r.Known, len(r.Problems), r.Pictures)
}
