package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageHold() *cobra.Command {
	return c.decide("hold ID", "Hold a message, or what has not left of it", "%s is held.", (*client.Client).Hold)
}

func (c *cli) messageCancel() *cobra.Command {
	return c.decide("cancel ID", "Cancel a message, or what has not started of it", "%s is cancelled, as far as it had not started.", (*client.Client).Cancel)
}

func (c *cli) messageRelease() *cobra.Command {
	var reason string
	cmd := c.verb("release ID", "Release what is held; some holds take two people", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			d, err := o.Release(cmd.Context(), args[0], reason)
			if err != nil {
				return err
			}
			return c.decision(d, args[0]+" is released.", "clarion message release "+args[0])
		})
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

// decision says whether it is done, or that a second person must do the same.
func (c *cli) decision(d api.Decision, done, again string) error {
	if d.Done {
		return c.result(d, "%s", done)
	}
	return c.result(d, "Recorded. It takes two: a second person must do the same, with\n  %s --as NAME", again)
}

func (c *cli) messageRehearse() *cobra.Command {
	return c.verb("rehearse ID", "Rehearse a submitted message; nothing leaves the machine", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			r, err := o.Rehearse(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.result(r, "%s rehearses as run %d; `clarion send list --message %s` shows it.", args[0], r.Run, args[0])
		})
	})
}
