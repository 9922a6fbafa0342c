package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

// minDigest is how many characters of a digest an approver must name.
const minDigest = 12

func (c *cli) messageSubmit() *cobra.Command {
	return c.verb("submit ID", "Submit a draft for approval", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			s, err := o.Submit(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			c.warn(s.Warnings)
			goes := ""
			if slices.ContainsFunc(s.Sends, func(p api.PlannedSend) bool { return p.Original != 0 }) {
				goes = ", to go by " + mechanisms(s.Sends)
			}
			return c.result(s, "%s is in review%s. Somebody else approves it with\n  clarion message approve %s --digest %s", args[0], goes, args[0], s.Digest)
		})
	})
}

func (c *cli) messageApprove() *cobra.Command {
	var digest string
	cmd := c.verb("approve ID", "Approve a message in review", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if len(digest) < minDigest {
			return misused("--digest needs at least %d characters of the digest that `clarion message show %s` shows", minDigest, args[0])
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			full, err := fullDigest(cmd.Context(), o, args[0], digest)
			if err != nil {
				return err
			}
			approved, err := o.Approve(cmd.Context(), args[0], full)
			if err != nil {
				return err
			}
			c.warn(approved.Warnings)
			if !approved.Done {
				return c.result(approved, "Recorded. %s still takes %s.", args[0], approved.Missing)
			}
			return c.result(approved, "%s is approved.", args[0])
		})
	})
	cmd.Flags().StringVar(&digest, "digest", "", "the digest that you saw, or at least its first 12 characters")
	required(cmd, "digest")
	return cmd
}

// required marks a flag without which the verb makes no sense.
func required(cmd *cobra.Command, flag string) {
	if err := cmd.MarkFlagRequired(flag); err != nil {
		panic("clarion: " + err.Error()) // there is no such flag
	}
}

// fullDigest completes the beginning of a digest. What the approver named must
// be what is in review.
func fullDigest(ctx context.Context, o *client.Client, id, digest string) (string, error) {
	digest = strings.ToLower(digest)
	m, err := o.Message(ctx, id)
	if err != nil {
		return "", err
	}
	if m.Digest != "" && !strings.HasPrefix(m.Digest, digest) {
		return "", fmt.Errorf("the digest of message %s in review is not the one you named; look at it with `clarion message show %s`", id, id)
	}
	if m.Digest == "" { // the office says why it can't be approved
		return (digest + strings.Repeat("0", 64))[:64], nil
	}
	return m.Digest, nil
}

// decide makes a verb that does one thing to one message.
func (c *cli) decide(use, summary, said string, do func(*client.Client, context.Context, string, string) error) *cobra.Command {
	var reason string
	cmd := c.verb(use, summary, cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := do(o, cmd.Context(), args[0], reason); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, said, args[0])
		})
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}

func (c *cli) messageReturn() *cobra.Command {
	cmd := c.decide("return ID", "Return a message in review to its authors", "%s is a draft again.", (*client.Client).Return)
	required(cmd, "reason")
	return cmd
}
