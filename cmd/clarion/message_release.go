package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageRelease() *cobra.Command {
	var reason, hold string
	cmd := c.verb("release [ID]", "Release what is held; some holds take two people", cobra.MaximumNArgs(1), func(cmd *cobra.Command, args []string) error {
		if (hold == "") == (len(args) == 0) {
			return misused("give the ID of a message, or --all-held with the reason of the hold")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if hold != "" {
				return c.releaseAll(cmd.Context(), o, strings.NewReplacer("_", "-", " ", "-").Replace(hold), reason)
			}
			d, err := o.Release(cmd.Context(), args[0], reason)
			if err != nil {
				return err
			}
			return c.decision(d, args[0]+" is released.", "clarion message release "+args[0])
		})
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	cmd.Flags().StringVar(&hold, "all-held", "", "release all that is held for this reason, as in freeze; what else a message is held for stays")
	return cmd
}

// releaseAll releases all that is held for one reason.
func (c *cli) releaseAll(ctx context.Context, o *client.Client, hold, reason string) error {
	r, err := o.ReleaseAll(ctx, hold, reason)
	if err != nil {
		return err
	}
	if c.json {
		return c.object(r)
	}
	if len(r.Messages) > 0 {
		fmt.Fprintf(c.out, "Released: %s%s\n", strings.Join(r.Messages, ", "), accepting(r.Accepts))
	}
	if len(r.Left) > 0 {
		fmt.Fprintf(c.errs, "clarion: nobody can release %s as it is: a channel of it is no longer configured; configure it again, or cancel the message\n", strings.Join(r.Left, ", "))
	}
	if len(r.Waiting) == 0 {
		return nil
	}
	d := r.Decision
	d.Done = false
	return c.decision(d, "", "clarion message release --all-held "+hold)
}

// decision says whether it is done, or that a second person must do the same.
func (c *cli) decision(d api.Decision, done, again string) error {
	switch {
	case d.Done:
		return c.result(d, "%s%s", done, accepting(d.Accepts))
	case d.Already:
		return c.result(d, "You have already; somebody else must do the same%s, with\n  %s", accepting(d.Accepts), again)
	default:
		return c.result(d, "Recorded. It takes two: a second person must do the same%s, with\n  %s", accepting(d.Accepts), again)
	}
}

// accepting tells which changed channels a release accepts as they are now.
func accepting(channels []string) string {
	if len(channels) == 0 {
		return ""
	}
	return " (accepting " + strings.Join(channels, "; ") + ")"
}
