package main

import (
	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) departmentCommand() *cobra.Command {
	return group("department", "Manage the departments", c.departmentList(), c.departmentAdd(), c.departmentRemove())
}

func (c *cli) departmentList() *cobra.Command {
	return c.verb("list", "List the departments", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Departments(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.Departments, "There are no departments besides the office itself.", []string{"NAME"}, func(d api.Department) []string { return []string{d.Name} })
		})
	})
}

func (c *cli) departmentAdd() *cobra.Command {
	return c.verb("add NAME", "Add a department", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.AddDepartment(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The department %s is added.", args[0])
		})
	})
}

func (c *cli) departmentRemove() *cobra.Command {
	return c.verb("remove NAME", "Remove a department with its policies and the roles held in it", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.RemoveDepartment(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The department %s is removed; its messages stay.", args[0])
		})
	})
}
