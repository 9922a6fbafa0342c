package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/message/announcement"
)

func (c *cli) templateCommand() *cobra.Command {
	return group("template", "Keep texts of corrections and withdrawals that are approved before they are needed",
		c.templateAdd(), c.templateEdit(), c.templateList(), c.templateShow(), c.templateSubmit(), c.templateApprove(),
		c.templateDecide("return NAME", "Return a template in review, with a reason", "%s is a draft again.", true, (*client.Client).ReturnTemplate),
		c.templateDecide("drop NAME", "Drop a template, so that nobody can use it; an edit makes it a draft again", "%s is dropped.", false, (*client.Client).DropTemplate),
	)
}

func (c *cli) templateAdd() *cobra.Command {
	var dryRun bool
	cmd := c.verb("add FILE", "Add a template", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.template(cmd.Context(), args[0], dryRun, (*client.Client).AddTemplate)
	})
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "look for faults and store nothing")
	return cmd
}

func (c *cli) templateEdit() *cobra.Command {
	var dryRun bool
	cmd := c.verb("edit NAME FILE", "Make a new revision of a template; every approval is void", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		return c.template(cmd.Context(), args[1], dryRun, func(o *client.Client, ctx context.Context, f api.TemplateFile) (api.TemplateTaken, error) {
			return o.EditTemplate(ctx, args[0], f)
		})
	})
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "look for faults and store nothing")
	return cmd
}

// template reads a template file, hands it in and says what became of it.
func (c *cli) template(ctx context.Context, file string, dryRun bool, hand func(*client.Client, context.Context, api.TemplateFile) (api.TemplateTaken, error)) error {
	text, err := readTemplate(file)
	if err != nil {
		return err
	}
	return c.withOffice(ctx, func(o *client.Client) error {
		taken, err := hand(o, ctx, api.TemplateFile{File: file, Text: text, DryRun: dryRun})
		if err != nil {
			return err
		}
		if dryRun {
			return c.result(taken, "%s has no fault; it holds the template %s", file, taken.Name)
		}
		return c.result(taken, "The template %s is a draft. Submit it with\n  clarion template submit %s%s", taken.Name, taken.Name, c.userFlag())
	})
}

func readTemplate(file string) ([]byte, error) {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("open the folder of %s: %w", file, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	text, err := readBounded(root, filepath.Base(file), announcement.MaxFile)
	if size, ok := errors.AsType[*sizeError](err); ok {
		return nil, refuseFile(file, api.Problem{File: file, Line: 1, Says: size.Error(), Try: "shorten it"})
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return text, nil
}

func (c *cli) templateList() *cobra.Command {
	return c.verb("list", "List the templates", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Templates(cmd.Context())
			if err != nil {
				return err
			}
			headings := []string{"NAME", "STATE", "KIND", "DEPARTMENT", "LANGUAGE", "TITLE"}
			return list(c, all.Templates, "There are no templates.", headings, func(t api.Template) []string {
				return []string{t.Name, words(t.State, ""), t.Kind, every(t.Department), t.Language, short(t.Title, 40)}
			})
		})
	})
}

func (c *cli) templateShow() *cobra.Command {
	var source bool
	cmd := c.verb("show NAME", "Show a template, with the digest that an approval names", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			t, err := o.Template(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			switch {
			case source:
				return c.source([]byte(t.Source))
			case c.json:
				return c.object(t)
			default:
				return c.templateSheet(t)
			}
		})
	})
	cmd.Flags().BoolVar(&source, "source", false, "write it as a file")
	return cmd
}

// templateSheet shows what an approver decides from.
func (c *cli) templateSheet(t api.TemplateDetail) error {
	facts := table{}
	for _, fact := range [][2]string{
		{"Template", t.Name}, {"State", words(t.State, "")}, {"Kind", t.Kind}, {"Department", every(t.Department)}, {"Language", t.Language},
		{"Revision", fmt.Sprintf("%d, by %s at %s", t.Revision, t.EditedBy, c.when(t.EditedAt))}, {"Submitted by", t.SubmittedBy},
		{"Approved by", c.approvers(t.Approvals)}, {"Still takes", t.Missing}, {"Digest", t.Digest},
	} {
		if fact[1] != "" {
			facts.row(fact[0], fact[1])
		}
	}
	if err := c.table(facts); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "\n== Text\n%s", t.Source)
	return err
}

func (c *cli) templateSubmit() *cobra.Command {
	return c.verb("submit NAME", "Submit a template for approval", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			s, err := o.SubmitTemplate(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.result(s, "The template %s is in review. Somebody else approves it with\n  clarion template approve %s --digest %s", args[0], args[0], s.Digest)
		})
	})
}

func (c *cli) templateApprove() *cobra.Command {
	var digest string
	cmd := c.verb("approve NAME", "Approve a template in review", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if len(digest) < minDigest {
			return misused("--digest needs at least %d characters of the digest that `clarion template show %s` shows", minDigest, args[0])
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			t, err := o.Template(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if !strings.HasPrefix(t.Digest, strings.ToLower(digest)) {
				return fmt.Errorf("the digest of the template %s is not the one you named; look at it with `clarion template show %s`", t.Name, t.Name)
			}
			approved, err := o.ApproveTemplate(cmd.Context(), args[0], t.Digest)
			if err != nil {
				return err
			}
			if !approved.Done {
				return c.result(approved, "Recorded. The template %s still takes %s.", args[0], approved.Missing)
			}
			return c.result(approved, "The template %s is approved. Use it with\n  clarion message from-template %s ID", args[0], args[0])
		})
	})
	cmd.Flags().StringVar(&digest, "digest", "", "the digest that you saw, or at least its first 12 characters")
	required(cmd, "digest")
	return cmd
}

// templateDecide makes a verb that does one thing to one template.
func (c *cli) templateDecide(use, summary, said string, must bool, do func(*client.Client, context.Context, string, string) error) *cobra.Command {
	var reason string
	cmd := c.verb(use, summary, cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := do(o, cmd.Context(), args[0], reason); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The template "+said, args[0])
		})
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the record")
	if must {
		required(cmd, "reason")
	}
	return cmd
}
