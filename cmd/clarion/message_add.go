package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

// draftFlags are what can be said beside an announcement file.
type draftFlags struct {
	dryRun    bool
	publish   string
	corrects  string
	withdraws string
}

func (f *draftFlags) on(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "look for faults and store nothing")
	cmd.Flags().StringVar(&f.publish, "publish", "", "when, in place of what the file says: \"when approved\", \"2027-05-01 09:00 Europe/London\" or RFC 3339")
	cmd.Flags().StringVar(&f.corrects, "corrects", "", "id of the message that this one corrects")
	cmd.Flags().StringVar(&f.withdraws, "withdraws", "", "id of the message that this one withdraws")
	cmd.MarkFlagsMutuallyExclusive("corrects", "withdraws")
}

func (c *cli) messageAdd() *cobra.Command {
	var f draftFlags
	cmd := c.verb("add FILE...", "Add announcements", cobra.MinimumNArgs(1), func(cmd *cobra.Command, files []string) error {
		if f.corrects+f.withdraws != "" && len(files) > 1 {
			return misused("--corrects and --withdraws are for one file")
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			return c.eachFile(files, func(file string) error {
				return c.draft(cmd.Context(), file, f, o.Add)
			})
		})
	})
	f.on(cmd)
	return cmd
}

// eachFile takes files one by one; the fault of one does not keep the others
// back.
func (c *cli) eachFile(files []string, take func(string) error) error {
	if len(files) == 1 {
		return take(files[0])
	}
	var failed error
	for _, file := range files {
		if err := take(file); err != nil {
			c.complain(err)
			failed = errSaid
		}
	}
	return failed
}

func (c *cli) messageEdit() *cobra.Command {
	var f draftFlags
	cmd := c.verb("edit ID FILE", "Make a new revision of a message; every approval is void", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			return c.draft(cmd.Context(), args[1], f, func(ctx context.Context, d api.Draft) (api.Drafted, error) {
				return o.Edit(ctx, args[0], d)
			})
		})
	})
	f.on(cmd)
	return cmd
}

// draft reads an announcement with its assets, hands it in and says what
// became of it.
func (c *cli) draft(ctx context.Context, file string, f draftFlags, hand func(context.Context, api.Draft) (api.Drafted, error)) error {
	d, err := readDraft(file)
	if err != nil {
		return err
	}
	d.DryRun, d.Publish, d.Corrects, d.Withdraws = f.dryRun, f.publish, f.corrects, f.withdraws
	drafted, err := hand(ctx, d)
	if err != nil {
		return err
	}
	c.warn(drafted.Warnings)
	if f.dryRun {
		return c.result(drafted, "%s has no fault; it would go by %s", file, mechanisms(drafted.Sends))
	}
	return c.result(drafted, "%s is a draft, revision %d: \"%s\", to go by %s. Submit it with\n  clarion message submit %s%s",
		drafted.ID, drafted.Revision, oneLine(drafted.Title), mechanisms(drafted.Sends), drafted.ID, c.userFlag())
}

// warn tells what may not be meant.
func (c *cli) warn(warnings []api.Problem) {
	if c.json {
		return // they are in the answer
	}
	for _, w := range warnings {
		fmt.Fprintf(c.errs, "clarion: take care: %s\n", w)
	}
}

func mechanisms(sends []api.PlannedSend) string {
	all := make([]string, len(sends))
	for i, s := range sends {
		all[i] = s.Mechanism
		if s.Rehearsal {
			all[i] += " (rehearsal)"
		}
		if does := amends(s); does != "" {
			all[i] += " (" + does + ")"
		}
	}
	return strings.Join(all, ", ")
}

// amends tells what a planned send does about an original; "" if it is about
// none.
func amends(s api.PlannedSend) string {
	switch {
	case s.Original == 0:
		return ""
	case s.Addressed:
		return fmt.Sprintf("to the %s who got send %d", persons(s.Recipients), s.Original)
	case s.Action == "edit":
		return fmt.Sprintf("changes what send %d published", s.Original)
	case s.Action == "reply":
		return fmt.Sprintf("answers what send %d published", s.Original)
	case s.Action == "delete":
		return fmt.Sprintf("takes away what send %d published", s.Original)
	default:
		return fmt.Sprintf("beside what send %d published", s.Original)
	}
}
