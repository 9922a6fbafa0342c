package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	rules "clarion/people"
)

func (c *cli) userCommand() *cobra.Command {
	return group("user", "Manage the people who draft, approve and look after things",
		c.userAdd(), c.userList(), c.userRoles(), c.userInvite(), c.userAccept(), c.userDisable(), c.userEnable(), c.userErase(), c.userLink(), c.userUnlink(), c.userResetFactor())
}

func (c *cli) userAdd() *cobra.Command {
	var s api.PersonSettings
	var secret secretFlag
	var first, system bool
	cmd := c.verb("add NAME", "Add a person, or change what is given of one; the first of all may do everything", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if system {
			s.Kind = "system"
		}
		if first {
			s.Kind = "human"
			if s.FullName == "" {
				return misused("--full-name is missing")
			}
			var err error
			if s.Password, err = secret.read(c, "Password, at least 15 characters: "); err != nil {
				return err
			}
			return c.firstPerson(cmd.Context(), args[0], s)
		}
		return c.setPerson(cmd.Context(), args[0], s, cmd.Flags().Changed)
	})
	flags := cmd.Flags()
	flags.StringVar(&s.FullName, "full-name", "", "as colleagues know them")
	flags.StringVar(&s.Email, "email", "", "where notices and reset links go")
	flags.BoolVar(&system, "system", false, "it is a system of the office's own, which never decides")
	flags.BoolVar(&first, "first", false, "it is the first of all, who may do everything; asks for a password")
	secret.on(cmd)
	return cmd
}

// setPerson adds a person, or changes what is given of one.
func (c *cli) setPerson(ctx context.Context, name string, s api.PersonSettings, given func(flag string) bool) error {
	return c.withOffice(ctx, func(o *client.Client) error {
		all, err := o.People(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all.People, func(p api.Person) bool { return p.Name == name })
		switch {
		case i >= 0:
			s = keepPerson(all.People[i], s, given)
		case s.FullName == "":
			return misused("--full-name is missing")
		}
		s.Kind = cmp.Or(s.Kind, "human")
		if err := o.SetPerson(ctx, name, s); err != nil {
			return err
		}
		if i >= 0 {
			return c.result(api.Done{Done: true}, "%s (%s) is changed.", name, s.FullName)
		}
		wayIn := "a way in with `clarion user invite " + name + "`"
		if s.Kind == "system" {
			wayIn = "a token with `clarion token make TOKEN --owner " + name + "`"
		}
		return c.result(api.Done{Done: true}, "%s (%s) is added; give roles with `clarion user roles %s ROLE`, and %s.", name, s.FullName, name, wayIn)
	})
}

// keepPerson keeps of a person what nothing was given for.
func keepPerson(p api.Person, s api.PersonSettings, given func(flag string) bool) api.PersonSettings {
	if !given("full-name") {
		s.FullName = p.FullName
	}
	if !given("email") {
		s.Email = p.Email
	}
	s.Kind = cmp.Or(s.Kind, p.Kind)
	return s
}

// firstPerson adds the first of all, who may come before the data folder, and
// before anybody could sign in.
func (c *cli) firstPerson(ctx context.Context, name string, s api.PersonSettings) error {
	return c.inOffice(ctx, func(o *client.Client) error {
		if err := o.SetPerson(ctx, name, s); err != nil {
			return err
		}
		return c.result(api.Done{Done: true}, "%s (%s) is added; sign in with `clarion login %s`.", name, s.FullName, name)
	})
}

func (c *cli) userList() *cobra.Command {
	return c.verb("list", "List the people and their roles", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.People(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.People, "There are no people; `clarion user add NAME --first` adds one.", []string{"NAME", "FULL NAME", "KIND", "ROLES"}, func(p api.Person) []string {
				return []string{p.Name, p.FullName, kindOf(p), rolesText(p.Roles)}
			})
		})
	})
}

// kindOf says what somebody is in one word.
func kindOf(p api.Person) string {
	switch {
	case p.Disabled:
		return "disabled"
	case p.Subject != "":
		return "single sign-on"
	case p.Kind == "human":
		return "person"
	}
	return p.Kind
}

// rolesText writes roles as people read them, those of a department together.
func rolesText(grants []api.Grant) string {
	var departments []string
	byDepartment := map[string][]string{}
	for _, g := range grants {
		if byDepartment[g.Department] == nil {
			departments = append(departments, g.Department)
		}
		byDepartment[g.Department] = append(byDepartment[g.Department], g.Role)
	}
	var parts []string
	for _, d := range departments {
		parts = append(parts, strings.Join(byDepartment[d], ", ")+" "+inDepartment(d))
	}
	if len(parts) == 0 {
		return "no roles"
	}
	return strings.Join(parts, "; ")
}

// inDepartment writes where roles are held.
func inDepartment(name string) string {
	if name == "*" {
		return "everywhere"
	}
	return "in " + name
}

func (c *cli) userRoles() *cobra.Command {
	var department string
	cmd := c.verb("roles NAME ROLE...", "Set the roles that a person holds in a department; `none` takes all of them", cobra.MinimumNArgs(2), func(cmd *cobra.Command, args []string) error {
		roles := args[1:]
		if len(roles) == 1 && roles[0] == "none" {
			roles = []string{}
		}
		slices.SortFunc(roles, func(a, b string) int { return rules.CompareRoles(rules.Role(a), rules.Role(b)) })
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.SetRoles(cmd.Context(), args[0], api.Roles{Department: department, Roles: roles}); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The roles of %s %s are now: %s. Their sessions have ended.", args[0], inDepartment(department), cmp.Or(strings.Join(roles, ", "), "none"))
		})
	})
	cmd.Flags().StringVar(&department, "department", "*", "where they hold them; * is everywhere")
	return cmd
}

func (c *cli) userInvite() *cobra.Command {
	return c.verb("invite NAME", "Make a link by which a person chooses a password", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			i, err := o.Invite(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.result(i, "Give this to %s alone; it holds until %s:\n%s", args[0], c.when(i.Expires), i.Link)
		})
	})
}

func (c *cli) userAccept() *cobra.Command {
	var secret secretFlag
	cmd := c.verb("accept LINK", "Choose a password by the link of an invitation", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		password, err := secret.read(c, "New password, at least 15 characters: ")
		if err != nil {
			return err
		}
		code := args[0][strings.LastIndex(args[0], "=")+1:]
		return c.asNobody(cmd.Context(), func(o *client.Client) error {
			if err := o.Choose(cmd.Context(), api.Choice{Code: code, Password: password}); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "Your password is set. Sign in with `clarion login`.")
		})
	})
	secret.on(cmd)
	return cmd
}

func (c *cli) userDisable() *cobra.Command {
	return c.verb("disable NAME", "End a person's access at once, and list what they left open", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			left, err := o.Disable(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			open := "they left nothing open"
			if len(left.Messages) > 0 {
				open = "they left open: " + strings.Join(left.Messages, ", ")
			}
			return c.result(left, "%s can't sign in any more; %s.", args[0], open)
		})
	})
}

func (c *cli) userEnable() *cobra.Command {
	return c.verb("enable NAME", "Give a person their access back", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.Enable(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "%s can sign in again.", args[0])
		})
	})
}

func (c *cli) userLink() *cobra.Command {
	var subject string
	cmd := c.verb("link NAME", "Bind a person to who they are at the provider of single sign-on", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.Link(cmd.Context(), args[0], subject); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "%s signs in by single sign-on from now on; their sessions have ended.", args[0])
		})
	})
	cmd.Flags().StringVar(&subject, "subject", "", "the claim sub, as the provider or `user list --json` shows it")
	required(cmd, "subject")
	return cmd
}

func (c *cli) userUnlink() *cobra.Command {
	return c.verb("unlink NAME", "Forget who a person is at the provider of single sign-on", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.Unlink(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "%s is not linked any more; give a way in with `clarion user invite %s`.", args[0], args[0])
		})
	})
}

func (c *cli) userResetFactor() *cobra.Command {
	return c.verb("reset-factor NAME", "Take away the second factor of somebody who lost it", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.ResetFactor(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "%s signs in with the password alone, until they set up another.", args[0])
		})
	})
}

// ofDepartment writes where something holds.
func ofDepartment(name string) string {
	if name == "" {
		return "every department"
	}
	return fmt.Sprintf("the department %s", name)
}
