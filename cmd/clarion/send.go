package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/message"
)

func (c *cli) sendCommand() *cobra.Command {
	return group("send", "Watch and settle sends", c.sendList(), c.sendShow(), c.sendRecipients(), c.sendResolve(), c.sendLook(), c.sendRetry())
}

// sendNumber reads the number of a send.
func sendNumber(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 1 {
		return 0, misused("%q is no number of a send; `clarion send list` shows them", s)
	}
	return id, nil
}

func (c *cli) sendResolve() *cobra.Command {
	var sent, again, abandon bool
	var reason, recipient string
	cmd := c.verb("resolve ID", "Say what became of an unknown send", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := sendNumber(args[0])
		if err != nil {
			return err
		}
		to := message.Planned
		switch {
		case sent:
			to = message.Sent
		case abandon:
			to = message.Abandoned
		}
		return c.settle(cmd.Context(), id, to, func(o *client.Client) (api.Settled, error) {
			return o.Resolve(cmd.Context(), id, api.Resolution{To: string(to), Reason: reason, Recipient: recipient})
		})
	})
	cmd.Flags().BoolVar(&sent, "as-sent", false, "it was sent")
	cmd.Flags().BoolVar(&again, "again", false, "it was not sent: send it again")
	cmd.Flags().BoolVar(&abandon, "abandon", false, "give it up")
	cmd.Flags().StringVar(&reason, "reason", "", "how you know")
	cmd.Flags().StringVar(&recipient, "recipient", "", "this recipient alone, by `address` or number")
	cmd.MarkFlagsMutuallyExclusive("as-sent", "again", "abandon")
	cmd.MarkFlagsOneRequired("as-sent", "again", "abandon")
	required(cmd, "reason")
	return cmd
}

func (c *cli) sendLook() *cobra.Command {
	return c.verb("look ID", "Look for an unknown send at its destination now", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := sendNumber(args[0])
		if err != nil {
			return err
		}
		return c.withDaemon(cmd.Context(), func(o *client.Client) error {
			l, err := o.Look(cmd.Context(), id)
			if err != nil {
				return err
			}
			return c.result(l, "Send %d is %s. %s", id, looked(l), l.Evidence)
		})
	})
}

// looked says what a look came to.
func looked(l api.Look) string {
	switch message.SendState(l.State) {
	case message.Sent:
		return "sent: it was found"
	case message.Planned:
		return "not published: it will be tried again"
	case message.Failed:
		return "not published, and has failed: `clarion send retry` sends it again"
	default:
		return "still unknown"
	}
}

// settled says what was decided of a send, or of recipients of it.
func settled(s api.Send, n int, to message.SendState) string {
	what, is := "send "+strconv.FormatInt(s.ID, 10), "is"
	switch {
	case s.Addressed && n == 1:
		what = "1 recipient of " + what
	case s.Addressed:
		what, is = fmt.Sprintf("%d recipients of %s", n, what), "are"
	}
	switch to {
	case message.Sent:
		return what + " " + is + " recorded as sent."
	case message.Abandoned:
		return what + " " + is + " given up."
	default:
		return what + " will be tried again."
	}
}

// settle makes a decision about a send and says what came of it.
func (c *cli) settle(ctx context.Context, id int64, to message.SendState, decide func(*client.Client) (api.Settled, error)) error {
	return c.withOffice(ctx, func(o *client.Client) error {
		s, err := o.Send(ctx, id)
		if err != nil {
			return err
		}
		n, err := decide(o)
		if err != nil {
			return err
		}
		return c.result(n, "%s", settled(s.Send, n.Count, to))
	})
}

func (c *cli) sendRetry() *cobra.Command {
	var r api.Retrial
	cmd := c.verb("retry ID", "Send what failed again, or give it up", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := sendNumber(args[0])
		if err != nil {
			return err
		}
		to := message.Planned
		if r.Abandon {
			to = message.Abandoned
		}
		return c.settle(cmd.Context(), id, to, func(o *client.Client) (api.Settled, error) {
			return o.Retry(cmd.Context(), id, r)
		})
	})
	cmd.Flags().BoolVar(&r.Abandon, "abandon", false, "give it up instead")
	cmd.Flags().StringVar(&r.Reason, "reason", "", "why")
	return cmd
}

func (c *cli) sendRecipients() *cobra.Command {
	var state string
	var limit int
	cmd := c.verb("recipients ID", "List the recipients of a send", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := sendNumber(args[0])
		if err != nil {
			return err
		}
		if state, err = stateOf(state, message.SendStates()); err != nil {
			return err
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			cursor := ""
			all, err := pages(limit, func(limit int) ([]api.Recipient, bool, error) {
				page, err := o.Recipients(cmd.Context(), id, state, cursor, limit)
				cursor = page.Next
				return page.Recipients, page.Next != "", err
			})
			if err != nil {
				return err
			}
			return list(c, all, "There are no recipients.", []string{"ID", "ADDRESS", "STATE", "ATTEMPTS", "SENT", "REASON"}, func(r api.Recipient) []string {
				return []string{strconv.FormatInt(r.ID, 10), r.Address, r.State, number(r.Attempts), c.when(r.SentAt), r.Reason}
			})
		})
	})
	cmd.Flags().StringVar(&state, "state", "", "only those in this state")
	cmd.Flags().IntVar(&limit, "limit", defaultLimit, "at most so many; 0: all")
	return cmd
}
