package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/message"
)

func (c *cli) sendList() *cobra.Command {
	var f api.SendFilter
	var since string
	var follow bool
	cmd := c.verb("list", "List sends, newest first; or follow them", cobra.NoArgs, func(cmd *cobra.Command, _ []string) (err error) {
		if f.Since, err = instant("--since", since); err != nil {
			return err
		}
		if f.State, err = stateOf(f.State, message.SendStates()); err != nil {
			return err
		}
		if follow {
			return c.withDaemon(cmd.Context(), func(o *client.Client) error { return c.follow(cmd.Context(), o, f) })
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := allSends(cmd.Context(), o, f)
			if err != nil {
				return err
			}
			return c.sends(all)
		})
	})
	flags := cmd.Flags()
	flags.BoolVar(&follow, "follow", false, "go on: show each change as it happens, oldest first")
	flags.StringVar(&f.Message, "message", "", "only those of this message")
	flags.StringVar(&f.Audience, "audience", "", "only those to this audience")
	flags.StringVar(&f.Mechanism, "mechanism", "", "only those by this channel")
	flags.StringVar(&f.State, "state", "", "only those in this state")
	flags.StringVar(&since, "since", "", "only those scheduled for this time or later: \"2027-05-01 09:00 Europe/London\" or RFC 3339")
	flags.IntVar(&f.Limit, "limit", defaultLimit, "at most so many; 0: all")
	return cmd
}

// instant reads a time as people write it; empty is none.
func instant(flag, s string) (api.Time, error) {
	if s == "" {
		return api.Time{}, nil
	}
	i, err := message.ParseInstant(s)
	if err != nil {
		return api.Time{}, misused("%s: %v", flag, err)
	}
	return api.At(i.At), nil
}

func allSends(ctx context.Context, o *client.Client, f api.SendFilter) ([]api.Send, error) {
	return pages(f.Limit, func(limit int) ([]api.Send, bool, error) {
		f.Limit = limit
		page, err := o.Sends(ctx, f)
		f.Cursor = page.Next
		return page.Sends, page.Next != "", err
	})
}

// sends writes sends as lines or as a table.
func (c *cli) sends(all []api.Send) error {
	return list(c, all, "There are no sends.", sendHeadings(), c.sendCells)
}

func sendHeadings() []string {
	return []string{"ID", "MESSAGE", "AUDIENCE", "MECHANISM", "STATE", "TRIES", "SCHEDULED", "SENT", "TITLE"}
}

func (c *cli) sendCells(s api.Send) []string {
	return []string{
		strconv.FormatInt(s.ID, 10), s.Message, strings.Join(s.Audience, ","), s.Mechanism, sendWords(s), number(s.Attempts),
		c.when(s.ScheduledFor), c.when(s.SentAt), short(s.Title, 40),
	}
}

func sendWords(s api.Send) string {
	state := words(s.State, s.Hold)
	if s.Run > 0 {
		state += fmt.Sprintf(" (rehearsal %d)", s.Run)
	} else if s.Rehearsal && s.State != "rehearsed" {
		state += " (rehearsal)"
	}
	if total := sum(s.Tally); total > 0 {
		state += fmt.Sprintf(" %d/%d", s.Tally["sent"]+s.Tally["rehearsed"], total)
	}
	return state
}

func sum(tally map[string]int) int {
	n := 0
	for _, count := range tally {
		n += count
	}
	return n
}

// followWait is how long one look waits for a change.
const followWait = 25 * time.Second

// follow shows the sends so far and then each change, until it is stopped.
func (c *cli) follow(ctx context.Context, o *client.Client, f api.SendFilter) error {
	start, err := o.ChangedSends(ctx, -1, 0)
	if err != nil {
		return err
	}
	all, err := allSends(ctx, o, f)
	if err != nil {
		return err
	}
	slices.Reverse(all)
	for place := start.Next; ; {
		if err := c.followed(all); err != nil {
			return err
		}
		changed, err := o.ChangedSends(ctx, place, followWait)
		if errors.Is(err, context.Canceled) {
			return nil // it was stopped
		}
		if err != nil {
			return fmt.Errorf("follow the sends: %w", err)
		}
		place = changed.Next
		all = slices.DeleteFunc(changed.Sends, func(s api.Send) bool { return !f.Match(s) })
	}
}

// followed writes sends one below the other, as they come.
func (c *cli) followed(all []api.Send) error {
	for _, s := range all {
		if c.json {
			if err := c.object(s); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintln(c.out, oneLine(strings.Join(c.sendCells(s), "  "))); err != nil {
			return err
		}
	}
	return nil
}
