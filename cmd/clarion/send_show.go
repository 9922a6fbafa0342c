package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) sendShow() *cobra.Command {
	var content bool
	var recipient int64
	cmd := c.verb("show ID", "Show a send with every attempt", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := sendNumber(args[0])
		if err != nil {
			return err
		}
		if recipient != 0 && !content {
			return misused("--recipient goes with --content")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if content {
				r, err := o.Content(cmd.Context(), id, recipient)
				if err != nil {
					return err
				}
				return c.documents(r)
			}
			d, err := o.Send(cmd.Context(), id)
			if err != nil {
				return err
			}
			return c.showSend(d)
		})
	})
	cmd.Flags().BoolVar(&content, "content", false, "show what left, or would have, byte for byte")
	cmd.Flags().Int64Var(&recipient, "recipient", 0, "as this recipient got it; `clarion send recipients` shows the numbers")
	return cmd
}

func (c *cli) showSend(d api.SendDetail) error {
	if c.json {
		return c.object(d)
	}
	t := table{}
	t.row("Send", strconv.FormatInt(d.ID, 10))
	t.row("Message", d.Message+" "+d.Title)
	t.row("Audience", strings.Join(d.Audience, ", "))
	t.row("Mechanism", d.Mechanism)
	t.row("State", sendWords(d.Send))
	t.row("Scheduled for", c.when(d.ScheduledFor))
	t.row("Sent", c.when(d.SentAt))
	for _, optional := range [][2]string{
		{"Recipients", tally(d.Tally)}, {"Failure", failure(d.Class, d.Reason)}, {"Remote id", d.RemoteID}, {"Remote address", d.RemoteURL}, {"Digest", d.Digest},
	} {
		if optional[1] != "" {
			t.row(optional[0], optional[1])
		}
	}
	if err := c.table(t); err != nil {
		return err
	}
	return c.evidence(d)
}

func tally(t map[string]int) string {
	var all []string
	for _, state := range slices.Sorted(maps.Keys(t)) {
		all = append(all, fmt.Sprintf("%d %s", t[state], state))
	}
	return strings.Join(all, ", ")
}

func failure(class, reason string) string {
	if class == "" {
		return reason
	}
	return class + ": " + reason
}

// evidence shows the attempts, and the recipients that wait for a person.
func (c *cli) evidence(d api.SendDetail) error {
	if len(d.Tries) > 0 {
		t := table{}
		t.row("ATTEMPT", "RECIPIENT", "OPENED", "CLOSED", "OUTCOME", "WHY")
		for _, a := range d.Tries {
			recipient := ""
			if a.Recipient != 0 {
				recipient = strconv.FormatInt(a.Recipient, 10)
			}
			t.row(number(a.Number), dash(recipient), c.when(a.OpenedAt), c.when(a.ClosedAt), dash(a.Outcome), dash(failure(a.Class, a.Reason)))
		}
		fmt.Fprintln(c.out)
		if err := c.table(t); err != nil {
			return err
		}
	}
	if len(d.Open) == 0 {
		return nil
	}
	t := table{}
	t.row("OPEN", "ADDRESS", "STATE", "WHY")
	for _, r := range d.Open {
		t.row(strconv.FormatInt(r.ID, 10), r.Address, r.State, dash(failure(r.Class, r.Reason)))
	}
	fmt.Fprintln(c.out)
	return c.table(t)
}
