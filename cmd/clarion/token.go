package main

import (
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	rules "clarion/people"
)

func (c *cli) tokenCommand() *cobra.Command {
	return group("token", "Manage your tokens for scripts and systems", c.tokenMake(), c.tokenList(), c.tokenRevoke())
}

// maxTokenDays is how long a token may be made to last.
const maxTokenDays = int(rules.MaxTokenAge / (24 * time.Hour))

func (c *cli) tokenMake() *cobra.Command {
	var t api.TokenRequest
	cmd := c.verb("make NAME", "Make a token; it is shown once", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		t.Name = args[0]
		switch {
		case !slices.Contains([]rules.Scope{rules.ScopeRead, rules.ScopeDraft, rules.ScopeAll}, rules.Scope(t.Scope)):
			return misused("there is no scope %q; the scopes are read, draft, all", t.Scope)
		case t.Days < 1 || t.Days > maxTokenDays:
			return misused("--days is from 1 to %d", maxTokenDays)
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			made, err := o.MakeToken(cmd.Context(), t)
			if err != nil {
				return err
			}
			return c.result(made, "Token %d of %s, until %s. Keep it now, it is not shown again:\n%s", made.ID, made.Owner, c.when(made.Expires), made.Secret)
		})
	})
	flags := cmd.Flags()
	flags.StringVar(&t.Owner, "owner", "", "a system that it is for; without, yourself")
	flags.StringVar(&t.Scope, "scope", "read", "what it may be used for: read, draft or all")
	flags.BoolVar(&t.Test, "test", false, "it can only draft and rehearse")
	flags.IntVar(&t.Days, "days", 90, "how long it lasts, up to 366")
	return cmd
}

func (c *cli) tokenList() *cobra.Command {
	var of string
	cmd := c.verb("list", "List your tokens, or those of another if you manage people", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Tokens(cmd.Context(), of)
			if err != nil {
				return err
			}
			none := "You have no tokens."
			if of != "" {
				none = of + " has no tokens."
			}
			return list(c, all.Tokens, none, []string{"ID", "NAME", "SCOPE", "EXPIRES", "STATE"}, func(t api.Token) []string {
				state := "holds"
				if !t.Revoked.IsZero() {
					state = "revoked"
				}
				if t.Test {
					state += ", test"
				}
				return []string{strconv.FormatInt(t.ID, 10), t.Name, t.Scope, c.when(t.Expires), state}
			})
		})
	})
	cmd.Flags().StringVar(&of, "of", "", "whose, a person's or a system's; without, your own")
	return cmd
}

func (c *cli) tokenRevoke() *cobra.Command {
	return c.verb("revoke ID", "Revoke a token", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return misused("%q is no id of a token; `clarion token list` shows them", args[0])
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.RevokeToken(cmd.Context(), id); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "Token %d is revoked.", id)
		})
	})
}
