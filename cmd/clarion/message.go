package main

import (
	"context"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/message"
)

func (c *cli) messageCommand() *cobra.Command {
	return group("message", "Write, review and watch over messages",
		c.messageAdd(), c.messageImport(), c.messageFromTemplate(), c.messageEdit(), c.messageList(), c.messageAgenda(), c.messageShow(),
		c.messageSubmit(), c.messageApprove(), c.messageComment(), c.messageDiff(), c.messageEmergency(), c.messageSettle(), c.messageReturn(),
		c.messageHold(), c.messageRelease(), c.messageCancel(), c.messageRehearse(),
	)
}

func (c *cli) messageList() *cobra.Command {
	var f api.MessageFilter
	cmd := c.verb("list", "List messages, newest first", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		var err error
		if f.State, err = stateOf(f.State, message.States()); err != nil {
			return err
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := pages(f.Limit, func(limit int) ([]api.Message, bool, error) {
				f.Limit = limit
				page, err := o.Messages(cmd.Context(), f)
				f.Cursor = page.Next
				return page.Messages, page.Next != "", err
			})
			if err != nil {
				return err
			}
			states, err := statesOf(cmd.Context(), o, all)
			if err != nil {
				return err
			}
			return list(c, all, "There are no messages.", []string{"ID", "STATE", "REV", "PUBLISH", "TITLE"}, func(m api.Message) []string {
				return []string{m.ID, states[m.ID], number(m.Revision), c.publish(m), short(m.Title, 60)}
			})
		})
	})
	cmd.Flags().StringVar(&f.State, "state", "", "only those in this state, as in \"in review\"")
	cmd.Flags().IntVar(&f.Limit, "limit", defaultLimit, "at most so many; 0: all")
	return cmd
}

// statesOf gives the states of messages in words. Of one under way it looks
// whether some of it is held.
func statesOf(ctx context.Context, o *client.Client, all []api.Message) (map[string]string, error) {
	states := map[string]string{}
	for _, m := range all {
		var sends api.Sends
		if m.State == string(message.Releasing) {
			var err error
			if sends, err = o.Sends(ctx, api.SendFilter{Message: m.ID, Limit: api.MaxPage}); err != nil {
				return nil, err
			}
		}
		states[m.ID] = partlyHeld(m, sends.Sends)
	}
	return states, nil
}

func (c *cli) publish(m api.Message) string {
	if m.ScheduledFor.IsZero() {
		return "when approved"
	}
	return c.when(m.ScheduledFor)
}

// defaultLimit is how much of a list is shown unless somebody asks for more.
const defaultLimit = 100

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
