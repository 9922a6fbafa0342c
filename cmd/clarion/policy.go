package main

import (
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	rules "clarion/people"
)

func (c *cli) policyCommand() *cobra.Command {
	return group("policy", "Say what messages must have before they leave", c.policyList(), c.policySet(), c.policyDrop())
}

func (c *cli) policyList() *cobra.Command {
	return c.verb("list", "List the policies", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Policies(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.Policies, "There are no policies: every message needs one approval.", []string{"DEPARTMENT", "AUDIENCE", "APPROVALS", "BESIDES"}, func(p api.Policy) []string {
				return []string{every(p.Department), every(p.Audience), number(p.Approvals), dash(besides(p))}
			})
		})
	})
}

func every(name string) string {
	if name == "" {
		return "every"
	}
	return name
}

// besides writes what a policy wants more than approvals.
func besides(p api.Policy) string {
	var parts []string
	if p.Role != "" {
		parts = append(parts, "one by a "+p.Role)
	}
	if p.Above > 0 {
		parts = append(parts, "one more above "+number(p.Above)+" people")
	}
	if p.SecondFactor {
		parts = append(parts, "with a fresh second factor")
	}
	return strings.Join(parts, ", ")
}

func (c *cli) policySet() *cobra.Command {
	var p api.Policy
	cmd := c.verb("set", "Set what messages must have", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		switch {
		case p.Approvals < 1 || p.Approvals > rules.MaxApprovals:
			return misused("--approvals is from 1 to %d", rules.MaxApprovals)
		case p.Above < 0:
			return misused("--above can't be negative")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.SetPolicy(cmd.Context(), p); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "Messages of %s to %s need %s.", ofDepartment(p.Department), toAudience(p.Audience), approvals(p))
		})
	})
	flags := cmd.Flags()
	flags.StringVar(&p.Department, "department", "", "of which messages; without, of every one")
	flags.StringVar(&p.Audience, "audience", "", "to which audience; without, to every one")
	flags.IntVar(&p.Approvals, "approvals", 1, "by different people, up to 5")
	flags.StringVar(&p.Role, "role", "", "that one of the approvers must hold besides")
	flags.IntVar(&p.Above, "above", 0, "size of an audience above which one more is needed")
	flags.BoolVar(&p.SecondFactor, "second-factor", false, "each approval takes a fresh second factor")
	return cmd
}

func toAudience(name string) string {
	if name == "" {
		return "every audience"
	}
	return "the audience " + name
}

// approvals writes what a policy wants.
func approvals(p api.Policy) string {
	text := "1 approval"
	if p.Approvals != 1 {
		text = number(p.Approvals) + " approvals"
	}
	if more := besides(p); more != "" {
		text += ", " + more
	}
	return text
}

func (c *cli) policyDrop() *cobra.Command {
	var department, audience string
	cmd := c.verb("drop", "Take a policy away", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.DropPolicy(cmd.Context(), department, audience); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The policy is gone.")
		})
	})
	cmd.Flags().StringVar(&department, "department", "", "of the policy")
	cmd.Flags().StringVar(&audience, "audience", "", "of the policy")
	return cmd
}
