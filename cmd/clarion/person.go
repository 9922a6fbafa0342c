package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) personCommand() *cobra.Command {
	return group("person", "Manage the people who decide", c.personList(), c.personAdd())
}

func (c *cli) personList() *cobra.Command {
	return c.verb("list", "List the people", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.People(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.People, "There are no people; `clarion person add` adds one.", []string{"NAME", "FULL NAME", "ROLE"}, func(p api.Person) []string {
				return []string{p.Name, p.FullName, dash(p.Role)}
			})
		})
	})
}

func (c *cli) personAdd() *cobra.Command {
	var s api.PersonSettings
	cmd := c.verb("add NAME", "Add a person, or change one", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.inOffice(cmd.Context(), func(o *client.Client) error { // the first person may come before the data folder
			if err := o.SetPerson(cmd.Context(), args[0], s); err != nil {
				return err
			}
			return c.result(api.Person{Name: args[0], FullName: s.FullName, Role: s.Role}, "%s (%s) can act with --as %s.", s.FullName, dash(s.Role), args[0])
		})
	})
	cmd.Flags().StringVar(&s.FullName, "full-name", "", "as colleagues know them")
	cmd.Flags().StringVar(&s.Role, "role", "", "what they do, as in press officer")
	required(cmd, "full-name")
	return cmd
}
