package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) channelCommand() *cobra.Command {
	return group("channel", "Watch and switch channels", c.channelList(), c.channelCheck(), c.channelPause(), c.channelResume(), c.channelRehearse())
}

func (c *cli) channelList() *cobra.Command {
	return c.verb("list", "List the channels", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Channels(cmd.Context())
			if err != nil {
				return err
			}
			columns := []string{"NAME", "KIND", "MODE", "STATE", "THIS MONTH", "DESTINATION", "CHECKED", "ACCOUNT", "EXPIRES", "QUOTA", "CAN"}
			return list(c, all.Channels, "No channel is configured.", columns, func(ch api.Channel) []string {
				cells := append([]string{ch.Name, ch.Kind, mode(ch.Rehearsal), channelState(ch), thisMonth(ch), destination(ch.Destination)}, c.standing(ch.Check)...)
				return append(cells, dash(strings.Join(ch.Can, ", ")))
			})
		})
	})
}

// thisMonth says how much was posted on a network, and what it cost.
func thisMonth(ch api.Channel) string {
	switch {
	case ch.Local || ch.Addressed || ch.PostsThisMonth == 0:
		return "-"
	case ch.CostThisMonth == "0":
		return fmt.Sprintf("%d posts", ch.PostsThisMonth)
	default:
		return fmt.Sprintf("%d posts, %s", ch.PostsThisMonth, ch.CostThisMonth)
	}
}

func channelState(ch api.Channel) string {
	if !ch.Paused {
		return "running"
	}
	by := ch.PausedBy
	if by == "" {
		by = "Clarion"
	}
	if ch.Reason == "" {
		return "paused by " + by
	}
	return fmt.Sprintf("paused by %s: %s", by, ch.Reason)
}

// standing gives the cells of a channel's last check.
func (c *cli) standing(s *api.Standing) []string {
	if s == nil {
		return []string{"-", "-", "-", "-"}
	}
	checked := "good at " + c.when(s.At)
	if !s.OK {
		checked = fmt.Sprintf("%s at %s: %s", s.Class, c.when(s.At), s.Reason)
	}
	return []string{checked, dash(s.Account), c.when(s.ExpiresAt), dash(s.Quota)}
}

func destination(d api.Destination) string {
	switch {
	case d.Endpoint == "" && d.Account == "":
		return dash(d.Sender)
	case d.Account == "":
		return d.Endpoint
	case d.Endpoint == "":
		return d.Account
	default:
		return d.Account + " at " + d.Endpoint
	}
}

func (c *cli) channelCheck() *cobra.Command {
	return c.verb("check [NAME]...", "Check destinations and credentials; nothing is published", cobra.ArbitraryArgs, func(cmd *cobra.Command, names []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := checkAll(cmd.Context(), o, names)
			if err != nil {
				return err
			}
			bad := 0
			for _, ch := range all {
				if !ch.OK {
					bad++
				}
			}
			err = list(c, all, "No channel is configured.", []string{"NAME", "GOOD", "SAYS"}, func(ch api.Checked) []string {
				return []string{ch.Name, yesNo(ch.OK), c.checkSays(ch)}
			})
			if err == nil && bad > 0 {
				err = fmt.Errorf("%d of %d channels can't be used; mend what is said above and check again", bad, len(all))
			}
			return err
		})
	})
}

// checkSays puts in words what a check found.
func (c *cli) checkSays(ch api.Checked) string {
	says := ch.Says
	if ch.Account != "" {
		says += "; account " + ch.Account
	}
	if !ch.ExpiresAt.IsZero() {
		says += "; they expire at " + c.when(ch.ExpiresAt)
	}
	if ch.Quota != "" {
		says += "; " + ch.Quota
	}
	if ch.Paused {
		says += "; it is paused until somebody resumes it"
	}
	return says
}

// checkAll checks the named channels, or every one.
func checkAll(ctx context.Context, o *client.Client, names []string) ([]api.Checked, error) {
	if len(names) == 0 {
		channels, err := o.Channels(ctx)
		if err != nil {
			return nil, err
		}
		for _, ch := range channels.Channels {
			names = append(names, ch.Name)
		}
	}
	var all []api.Checked
	for _, name := range names {
		checked, err := o.CheckChannel(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, checked)
	}
	return all, nil
}

// switchChannel makes a verb that does one thing to one channel.
func (c *cli) switchChannel(use, summary string, do func(ctx context.Context, o *client.Client, name string) (string, error)) *cobra.Command {
	return c.verb(use, summary, cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			said, err := do(cmd.Context(), o, args[0])
			if err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "%s %s", args[0], said)
		})
	})
}

func (c *cli) channelPause() *cobra.Command {
	var reason string
	cmd := c.switchChannel("pause NAME", "Pause a channel: what is due waits", func(ctx context.Context, o *client.Client, name string) (string, error) {
		return "is paused.", o.PauseChannel(ctx, name, reason)
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (c *cli) channelResume() *cobra.Command {
	return c.switchChannel("resume NAME", "Let a paused channel go on", func(ctx context.Context, o *client.Client, name string) (string, error) {
		return "is running.", o.ResumeChannel(ctx, name)
	})
}

func (c *cli) channelRehearse() *cobra.Command {
	var off bool
	cmd := c.switchChannel("rehearse NAME", "Switch a channel to rehearsal, or live again", func(ctx context.Context, o *client.Client, name string) (string, error) {
		if off {
			return "is live.", o.RehearseChannel(ctx, name, false)
		}
		return "rehearses: nothing leaves the machine.", o.RehearseChannel(ctx, name, true)
	})
	cmd.Flags().BoolVar(&off, "off", false, "live again")
	return cmd
}
