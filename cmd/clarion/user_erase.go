package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) userErase() *cobra.Command {
	return c.verb("erase NAME", "Erase a disabled person for good; it takes two administrators", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			e, err := o.Erase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.erased(args[0], e)
		})
	})
}

func (c *cli) erased(name string, e api.Erased) error {
	switch {
	case e.Already:
		return c.result(e, "You have already; another administrator must do the same, with\n  clarion user erase %s", name)
	case !e.Done:
		return c.result(e, "Recorded. It can't be undone, so it takes two: another administrator must do the same, with\n  clarion user erase %s", name)
	case e.Unclean != "":
		return c.result(e, "%s is erased and stands as %q from now on, but the file may still hold, where nothing reads it, what was erased: %s. Restart the daemon to take it away.", name, e.Name, e.Unclean)
	}
	return c.result(e, "%s is erased and stands as %q from now on.", name, e.Name)
}
