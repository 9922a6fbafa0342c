package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) statusCommand() *cobra.Command {
	return c.verb("status", "Tell what is due and what waits for a person", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			s, err := o.Status(cmd.Context())
			if err != nil {
				return err
			}
			return c.showStatus(s)
		})
	})
}

func (c *cli) showStatus(s api.Status) error {
	if c.json {
		return c.object(s)
	}
	t := table{}
	t.row("Frozen", yesNo(s.Frozen))
	t.row("Due", number(s.Due))
	t.row("Overdue", number(s.Overdue))
	t.row("Oldest due", when(s.OldestDue))
	t.row("Failed", number(s.Failed))
	t.row("Unknown", number(s.Unknown))
	t.row("Held", number(s.Held))
	return c.table(t)
}
