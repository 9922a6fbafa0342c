package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageCommand() *cobra.Command {
	return group("message", "Write, review and watch over messages",
		c.messageAdd(), c.messageEdit(), c.messageList(), c.messageShow(),
		c.messageSubmit(), c.messageApprove(), c.messageReturn(),
		c.messageHold(), c.messageRelease(), c.messageCancel(), c.messageRehearse(),
	)
}

func (c *cli) messageList() *cobra.Command {
	var f api.MessageFilter
	cmd := c.verb("list", "List messages, newest first", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := pages(f.Limit, func(limit int) ([]api.Message, bool, error) {
				f.Limit = limit
				page, err := o.Messages(cmd.Context(), f)
				f.Before = page.Next
				return page.Messages, page.Next != "", err
			})
			if err != nil {
				return err
			}
			return list(c, all, "There are no messages.", []string{"ID", "STATE", "REV", "PUBLISH", "TITLE"}, func(m api.Message) []string {
				return []string{m.ID, words(m.State, m.Hold), number(m.Revision), publish(m), short(m.Title, 60)}
			})
		})
	})
	cmd.Flags().StringVar(&f.State, "state", "", "only those in this state, as in in_review")
	cmd.Flags().IntVar(&f.Limit, "limit", api.DefaultPage, "at most so many; 0: all")
	return cmd
}

func publish(m api.Message) string {
	if m.ScheduledFor.IsZero() {
		return "when approved"
	}
	return when(m.ScheduledFor)
}

// pages gathers pages of a list until there are enough; 0 means all.
func pages[T any](limit int, next func(limit int) (page []T, more bool, err error)) ([]T, error) {
	if limit < 0 {
		return nil, misused("--limit can't be negative")
	}
	var all []T
	for {
		size := api.MaxPage
		if limit > 0 {
			size = min(limit-len(all), api.MaxPage)
		}
		page, more, err := next(size)
		all = append(all, page...)
		if err != nil || !more || len(all) == limit {
			return all, err
		}
	}
}
