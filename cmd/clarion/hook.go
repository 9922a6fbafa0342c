package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	rules "clarion/hooks"
)

func (c *cli) hookCommand() *cobra.Command {
	return group("hook", "Have the office's own systems told what happens",
		c.hookAdd(), c.hookList(), c.hookShow(), c.hookTest(), c.hookRotate(),
		c.onHook("enable", "Have a hook told again, of what happens from now on", "The hook %s is told of what happens from now on.", (*client.Client).EnableHook),
		c.hookDisable(),
		c.onHook("drop", "Take a hook away, with what is known of its deliveries", "The hook %s is gone.", (*client.Client).DropHook),
		c.hookDeliveries(), c.hookResend())
}

func (c *cli) hookAdd() *cobra.Command {
	r := api.HookRequest{}
	cmd := c.verb("add NAME URL", "Have a system told of what happens from now on; its secret is shown once", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		r.Name, r.URL = args[0], args[1]
		if _, unknown := rules.ParseTypes(r.Types); len(unknown) > 0 {
			return misused("there is no type of event %s; docs/webhooks.md lists them, a family is written send.*", strings.Join(unknown, ", "))
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			made, err := o.AddHook(cmd.Context(), r)
			if err != nil {
				return err
			}
			return c.result(made, "The hook %s is told of %s. Give its receiver this secret now, it is not shown again:\n%s\nSee whether it answers with `clarion hook test %s`.",
				made.Name, ofDepartment(made.Department), made.Secret, made.Name)
		})
	})
	cmd.Flags().StringSliceVar(&r.Types, "types", nil, "the types of events, or families, as in message.*,send.failed,alarm.*; all of today are \"*\"")
	cmd.Flags().StringVar(&r.Department, "department", "", "whose messages it is told of; without, every one's")
	required(cmd, "types")
	return cmd
}

func (c *cli) hookList() *cobra.Command {
	return c.verb("list", "List the hooks", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Hooks(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.Hooks, "There are no hooks.", []string{"NAME", "URL", "DEPARTMENT", "STATE", "WAITING"}, func(h api.Hook) []string {
				return []string{h.Name, h.URL, every(h.Department), hookState(h), number(h.Waiting)}
			})
		})
	})
}

func hookState(h api.Hook) string {
	if h.Enabled {
		return "enabled"
	}
	return "disabled: " + h.Why
}

func (c *cli) hookShow() *cobra.Command {
	return c.verb("show NAME", "Show a hook", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			h, err := o.Hook(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if c.json {
				return c.object(h)
			}
			t := table{}
			t.row("name", h.Name)
			t.row("url", h.URL)
			t.row("told of", ofDepartment(h.Department))
			t.row("types", strings.Join(h.Types, ", "))
			t.row("state", hookState(h))
			t.row("added", c.when(h.CreatedAt))
			if !h.OldUntil.IsZero() {
				t.row("old secret until", c.when(h.OldUntil))
			}
			t.row("waiting", number(h.Waiting)+", the next at "+c.when(h.NextAt))
			return c.table(t)
		})
	})
}

func (c *cli) hookTest() *cobra.Command {
	return c.verb("test NAME", "Send a hook a trial event now, and show what it answers", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withDaemon(cmd.Context(), func(o *client.Client) error {
			got, err := o.TestHook(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			word := "did not take"
			if got.OK {
				word = "took"
			}
			return c.result(got, "The receiver %s the trial event: it %s (%d ms).", word, oneLine(got.Says), got.Took)
		})
	})
}

func (c *cli) hookRotate() *cobra.Command {
	var overlap time.Duration
	cmd := c.verb("rotate NAME", "Give a hook another secret; it is shown once", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if overlap < 0 || overlap > rules.MaxOverlap {
			return misused("--overlap is from 0s to %s", "720h")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			made, err := o.RotateHook(cmd.Context(), args[0], overlap)
			if err != nil {
				return err
			}
			until := "The one before signs no more."
			if !made.OldUntil.IsZero() {
				until = "The one before signs as well until " + c.when(made.OldUntil) + "."
			}
			return c.result(made, "%s Give the receiver of %s this secret now, it is not shown again:\n%s", until, made.Name, made.Secret)
		})
	})
	cmd.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "how long the secret before signs as well, up to 720h")
	return cmd
}

// onHook is a verb that only names a hook.
func (c *cli) onHook(verb, short, says string, run func(*client.Client, context.Context, string) error) *cobra.Command {
	return c.verb(verb+" NAME", short, cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := run(o, cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, says, args[0])
		})
	})
}

func (c *cli) hookDisable() *cobra.Command {
	var reason string
	cmd := c.onHook("disable", "Have a hook told no more; what waits is given up", "The hook %s is told of nothing any more.", func(o *client.Client, ctx context.Context, name string) error {
		return o.DisableHook(ctx, name, reason)
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (c *cli) hookDeliveries() *cobra.Command {
	var state string
	var limit int
	cmd := c.verb("deliveries NAME", "List what a hook was told in the last 30 days, newest first", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		state, err := stateOf(state, []rules.State{rules.Waiting, rules.Delivered, rules.Failed})
		if err != nil {
			return err
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			before := int64(0)
			all, err := pages(limit, func(limit int) ([]api.Delivery, bool, error) {
				page, err := o.Deliveries(cmd.Context(), args[0], state, before, limit)
				before = page.Next
				return page.Deliveries, page.Next != 0, err
			})
			if err != nil {
				return err
			}
			return list(c, all, "There are no deliveries.", []string{"EVENT", "TYPE", "HAPPENED", "STATE", "TRIES", "TOOK", "ANSWER", "NEXT"}, func(d api.Delivery) []string {
				return []string{d.Event, d.Type, c.when(d.At), d.State, number(d.Attempts), number(int(d.Took)) + " ms", d.Says, c.when(d.NextAt)}
			})
		})
	})
	cmd.Flags().StringVar(&state, "state", "", "only those that are waiting, delivered or failed")
	cmd.Flags().IntVar(&limit, "limit", api.DefaultPage, "at most so many; 0: all")
	return cmd
}

func (c *cli) hookResend() *cobra.Command {
	var since string
	cmd := c.verb("resend NAME [EVENT]", "Have a hook told again of one event, or of all since a time", cobra.RangeArgs(1, 2), func(cmd *cobra.Command, args []string) (err error) {
		var r api.Resend
		if r.Since, err = instant("--since", since); err != nil {
			return err
		}
		if len(args) > 1 {
			r.Event = args[1]
		}
		if (r.Event == "") == r.Since.IsZero() {
			return misused("name one event, or a time with --since")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.ResendHook(cmd.Context(), args[0], r); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The hook %s is told again; `clarion hook deliveries %s` shows what comes of it.", args[0], args[0])
		})
	})
	cmd.Flags().StringVar(&since, "since", "", "all that happened at this time or later: \"2027-05-01 09:00 Europe/London\" or RFC 3339")
	return cmd
}
