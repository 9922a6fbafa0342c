package main

import (
	"errors"
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
	cmd.Flags().Int64Var(&recipient, "recipient", 0, "as the recipient of this `number` got it, which clarion send recipients shows")
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
		{"Next look", c.nextLook(d)}, {"To do", toDo(d)},
	} {
		if optional[1] != "" {
			t.row(optional[0], optional[1])
		}
	}
	if err := c.table(t); err != nil {
		return err
	}
	if err := c.attempts(d); err != nil {
		return err
	}
	return c.evidence(d)
}

// nextLook says when an unknown send is looked for again; empty where it is
// not.
func (c *cli) nextLook(d api.SendDetail) string {
	switch {
	case d.State != "unknown" || d.Addressed || d.Decide:
		return ""
	case d.NextLook.IsZero():
		return "soon"
	default:
		return c.when(d.NextLook)
	}
}

func toDo(d api.SendDetail) string {
	if d.Decide {
		return "a person must decide: " + d.Advice
	}
	return d.Advice
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

func (c *cli) attempts(d api.SendDetail) error {
	t := table{}
	t.row("ATTEMPT", "RECIPIENT", "OPENED", "CLOSED", "OUTCOME", "WHY")
	for _, a := range d.Tries {
		recipient := ""
		if a.Recipient != 0 {
			recipient = strconv.FormatInt(a.Recipient, 10)
		}
		t.row(number(a.Number), dash(recipient), c.when(a.OpenedAt), c.when(a.ClosedAt), dash(a.Outcome), dash(failure(a.Class, a.Reason)))
	}
	return c.below(t)
}

// evidence shows what was done and seen at the destination, and the recipients
// that wait for a person.
func (c *cli) evidence(d api.SendDetail) error {
	steps, looks, open := table{}, table{}, table{}
	steps.row("STEP", "IS", "COST", "DONE")
	for _, s := range d.Steps {
		steps.row(s.Name, s.Value, s.Cost, c.when(s.At))
	}
	looks.row("LOOKED", "VERDICT", "EVIDENCE")
	for _, l := range d.Looks {
		looks.row(c.when(l.At), dash(l.Verdict), l.Evidence)
	}
	open.row("OPEN", "ADDRESS", "STATE", "WHY")
	for _, r := range d.Open {
		open.row(strconv.FormatInt(r.ID, 10), r.Address, r.State, dash(failure(r.Class, r.Reason)))
	}
	return errors.Join(c.below(steps), c.below(looks), c.below(open))
}
