package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageFromTemplate() *cobra.Command {
	var use api.TemplateUse
	cmd := c.verb("from-template TEMPLATE ID", "Correct or withdraw a message by an approved template; one approver releases it", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		use.Original = args[1]
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			used, err := o.UseTemplate(cmd.Context(), args[0], use)
			if err != nil {
				return err
			}
			c.warn(used.Warnings)
			if use.DryRun {
				return c.wouldBe(used)
			}
			return c.result(used, "%s is in review: \"%s\", to go by %s. One approver releases it, who may be you:\n  clarion message show %s --full\n  clarion message approve %s --digest %s%s",
				used.ID, oneLine(used.Title), mechanisms(used.Sends), used.ID, used.ID, used.Digest, c.userFlag())
		})
	})
	cmd.Flags().BoolVar(&use.DryRun, "dry-run", false, "show what it would be and store nothing")
	return cmd
}

// wouldBe shows what a template gives.
func (c *cli) wouldBe(used api.TemplateUsed) error {
	if c.json {
		return c.object(used)
	}
	_, err := fmt.Fprintf(c.out, "It would go by %s\n\n%s", mechanisms(used.Sends), used.Source)
	return err
}
