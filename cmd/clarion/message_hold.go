package main

import (
	"github.com/spf13/cobra"

	"clarion/client"
)

func (c *cli) messageHold() *cobra.Command {
	return c.decide("hold ID", "Hold a message, or what has not left of it", "%s is held.", (*client.Client).Hold)
}

func (c *cli) messageCancel() *cobra.Command {
	return c.decide("cancel ID", "Cancel a message, or what has not started of it", "%s is cancelled, as far as it had not started.", (*client.Client).Cancel)
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
