package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/freeze"
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
	t.row("Frozen", c.frozen(s))
	for _, first := range s.Waiting {
		t.row("Second needed", fmt.Sprintf("to %s: %s was the first, at %s", twoDecide(first), first.By, c.when(first.At)))
	}
	for _, d := range s.Debts {
		t.row("Owes an approval", fmt.Sprintf("%s (%s), released by %s at %s", d.Message, oneLine(d.Title), d.By, c.when(d.At)))
	}
	t.row("In review", number(s.InReview))
	t.row("Due", number(s.Due))
	t.row("Overdue", number(s.Overdue))
	t.row("Oldest due", c.when(s.OldestDue))
	t.row("Failed", number(s.Failed))
	t.row("Unknown", number(s.Unknown))
	t.row("Held", number(s.Held))
	t.row("Paused channels", dash(strings.Join(s.Paused, ", ")))
	for _, w := range s.Warnings {
		t.row("Take care", w.Channel+": "+w.Says)
	}
	return c.table(t)
}

// twoDecide says what two people decide.
func twoDecide(first api.First) string {
	if first.Act == "emergency" {
		return "let " + first.Subject + " go in an emergency"
	}
	return first.Act + " " + first.Subject
}

func (c *cli) frozen(s api.Status) string {
	if !s.Frozen {
		return "no"
	}
	says := "yes, by " + cmp.Or(s.FrozenBy, freeze.Somebody)
	if !s.FrozenAt.IsZero() {
		says += " at " + c.when(s.FrozenAt)
	}
	if s.Why != "" {
		says += ": " + s.Why
	}
	return says
}
