package main

import (
	"context"

	"github.com/spf13/cobra"

	"clarion/client"
)

// showFlags say which face of a message is shown.
type showFlags struct {
	rendering, document, out string
	source, full, raw        bool
}

func (f *showFlags) check() error {
	switch {
	case f.rendering == "" && (f.out != "" || f.raw || f.document != ""):
		return misused("--out, --raw and --document go with --rendering")
	case f.rendering != "" && f.full:
		return misused("--full is for the message itself; a rendering is whole")
	default:
		return nil
	}
}

func (c *cli) messageShow() *cobra.Command {
	var f showFlags
	cmd := c.verb("show ID", "Show a message, with the digest that an approval names", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		if err := f.check(); err != nil {
			return err
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			switch {
			case f.source:
				text, err := o.Source(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return c.source(text)
			case f.rendering != "":
				r, err := o.Rendering(cmd.Context(), args[0], f.rendering)
				if err != nil {
					return err
				}
				return c.rendering(r, f)
			}
			return c.showMessage(cmd.Context(), o, args[0], f.full)
		})
	})
	flags := cmd.Flags()
	flags.BoolVar(&f.full, "full", false, "with the text and the notes to editors")
	flags.StringVar(&f.rendering, "rendering", "", "show what this channel would publish; slots stand as ⟦name⟧, a mail is decoded")
	flags.BoolVar(&f.raw, "raw", false, "with --rendering: byte for byte, a mail as well")
	flags.StringVar(&f.document, "document", "", "with --rendering: this document of several alone, as in page")
	flags.StringVar(&f.out, "out", "", "with --rendering: write the document, byte for byte, to this file, which must not be there; of several, the first")
	flags.BoolVar(&f.source, "source", false, "write it as an announcement file")
	cmd.MarkFlagsMutuallyExclusive("rendering", "source")
	cmd.MarkFlagsMutuallyExclusive("full", "source")
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
	_, err := c.verbatim().Write(text)
	return err
}

// showMessage shows what an approver decides from.
func (c *cli) showMessage(ctx context.Context, o *client.Client, id string, full bool) error {
	m, err := o.Message(ctx, id)
	if err != nil {
		return err
	}
	if c.json {
		return c.object(m)
	}
	audiences, err := o.Audiences(ctx)
	if err != nil {
		return err
	}
	channels, err := o.Channels(ctx)
	if err != nil {
		return err
	}
	s := sheet{cli: c, message: m, audiences: audiences.Audiences, channels: channels.Channels, full: full}
	return s.show()
}
