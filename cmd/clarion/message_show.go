package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) messageShow() *cobra.Command {
	var rendering string
	var source bool
	cmd := c.verb("show ID", "Show a message, with the digest that an approval names", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			switch {
			case source:
				text, err := o.Source(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.source(text)
			case rendering != "":
				r, err := o.Rendering(cmd.Context(), args[0], rendering)
				if err != nil {
					return err
				}
				return c.documents(r)
			}
			m, err := o.Message(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.showMessage(m)
		})
	})
	cmd.Flags().StringVar(&rendering, "rendering", "", "show what this channel would publish; slots stand as ⟦name⟧")
	cmd.Flags().BoolVar(&source, "source", false, "write it as an announcement file")
	cmd.MarkFlagsMutuallyExclusive("rendering", "source")
	return cmd
}

// sourceText is a source with --json.
type sourceText struct {
	Source string `json:"source"`
}

func (c *cli) source(text []byte) error {
	if c.json {
		return c.object(sourceText{string(text)})
	}
	_, err := c.out.Write(text)
	return err
}

// documents writes a rendering: one document as it is, several with a line
// before each.
func (c *cli) documents(r api.Rendering) error {
	for _, d := range r.Documents {
		if c.json {
			if err := c.object(d); err != nil {
				return err
			}
			continue
		}
		if len(r.Documents) > 1 {
			fmt.Fprintf(c.out, "== %s (%s)\n", d.Name, d.MediaType)
		}
		if _, err := c.out.Write(d.Bytes()); err != nil {
			return err
		}
		if len(r.Documents) > 1 && !strings.HasSuffix(d.Text, "\n") {
			fmt.Fprintln(c.out)
		}
	}
	return nil
}

func (c *cli) showMessage(m api.MessageDetail) error {
	if c.json {
		return c.object(m)
	}
	t := table{}
	t.row("Message", m.ID)
	t.row("Title", m.Title)
	t.row("State", words(m.State, m.Hold)+people(m.People))
	t.row("Revision", fmt.Sprintf("%d, by %s at %s", m.Revision, m.EditedBy, when(m.EditedAt)))
	t.row("Department", m.Department)
	t.row("Audiences", strings.Join(m.Content.Audiences, ", "))
	t.row("Publish", m.Content.Publish)
	for _, optional := range [][2]string{
		{"Expires", m.Content.Expires}, {"Embargo", m.Content.Embargo}, {"Corrects", m.Corrects}, {"Submitted by", m.SubmittedBy}, {"Digest", m.Digest},
	} {
		if optional[1] != "" {
			t.row(optional[0], optional[1])
		}
	}
	if err := c.table(t); err != nil {
		return err
	}
	return c.showPlan(m)
}

func people(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " (one person can release it)"
	default:
		return fmt.Sprintf(" (%d people must release it)", n)
	}
}

// showPlan shows the sends, or what they would be before there are any.
func (c *cli) showPlan(m api.MessageDetail) error {
	if len(m.Sends) > 0 {
		fmt.Fprintln(c.out)
		return c.sends(m.Sends)
	}
	if len(m.Plan) == 0 {
		return nil
	}
	t := table{}
	t.row("MECHANISM", "AUDIENCE", "MODE", "LENGTH", "DIGEST")
	for _, p := range m.Plan {
		t.row(p.Mechanism, strings.Join(p.Audience, ","), mode(p.Rehearsal), number(p.Length), p.Digest[:12])
	}
	fmt.Fprintln(c.out)
	return c.table(t)
}

func mode(rehearsal bool) string {
	if rehearsal {
		return "rehearsal"
	}
	return "live"
}

func number(n int) string { return strconv.Itoa(n) }
