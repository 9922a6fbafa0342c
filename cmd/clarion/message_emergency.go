package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageEmergency() *cobra.Command {
	var digest, reason string
	cmd := c.verb("emergency ID", "Let go at once what nobody approved; it takes two people, or the role emergency", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if len(digest) < minDigest {
			return misused("--digest needs at least %d characters of the digest that `clarion message show %s` shows", minDigest, args[0])
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			full, err := fullDigest(cmd.Context(), o, args[0], digest)
			if err != nil {
				return err
			}
			d, err := o.Emergency(cmd.Context(), args[0], full, reason)
			if err != nil {
				return err
			}
			done := args[0] + " is let go. It owes an approval until somebody else gives it with `clarion message settle " + args[0] + "`."
			if d.First != "" {
				done = args[0] + " is let go by two people."
			}
			return c.decision(d, done, fmt.Sprintf("clarion message emergency %s --digest %s --reason WHY", args[0], digest))
		})
	})
	cmd.Flags().StringVar(&digest, "digest", "", "the digest that you saw, or at least its first 12 characters")
	cmd.Flags().StringVar(&reason, "reason", "", "what the emergency is")
	required(cmd, "digest")
	required(cmd, "reason")
	return cmd
}

func (c *cli) messageSettle() *cobra.Command {
	var reason string
	cmd := c.verb("settle ID", "Approve afterwards what somebody else released in an emergency", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.Settle(cmd.Context(), args[0], reason); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "%s owes nothing any more.", args[0])
		})
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (c *cli) messageDiff() *cobra.Command {
	return c.verb("diff ID", "Show what changed since the last approved revision, channel by channel", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			d, err := o.Difference(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if c.json {
				return c.object(d)
			}
			if d.Against == 0 {
				fmt.Fprintln(c.out, "No revision was approved before: all of it is new.")
			}
			for _, channel := range d.Channels {
				text := channel.Text
				if text == "" {
					text = "nothing changed\n"
				}
				fmt.Fprintf(c.out, "%s\n%s\n", channel.Mechanism, printable(text))
			}
			return nil
		})
	})
}
