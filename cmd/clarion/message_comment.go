package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageComment() *cobra.Command {
	return c.verb("comment ID TEXT", "Say something about a message; nothing of it is published", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.Comment(cmd.Context(), args[0], args[1]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "Your comment stands beside %s.", args[0])
		})
	})
}
