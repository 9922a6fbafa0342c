package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) audienceCommand() *cobra.Command {
	return group("audience", "Manage audiences and their lists", c.audienceList(), c.audienceSet(), c.audienceImport())
}

func (c *cli) audienceList() *cobra.Command {
	return c.verb("list", "List the audiences", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Audiences(cmd.Context())
			if err != nil {
				return err
			}
			return list(c, all.Audiences, "There are no audiences.", []string{"NAME", "PUBLIC", "PEOPLE", "CHANNELS", "TITLE"}, func(a api.Audience) []string {
				return []string{a.Name, yesNo(a.Public), number(a.Size), dash(strings.Join(a.Channels, ",")), a.Title}
			})
		})
	})
}

func (c *cli) audienceSet() *cobra.Command {
	var given api.AudienceSettings
	cmd := c.verb("set NAME", "Add an audience, or change what is given of it", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Audiences(cmd.Context())
			if err != nil {
				return err
			}
			s := settingsOf(all.Audiences, args[0])
			for flag, take := range map[string]func(){
				"title": func() { s.Title = given.Title }, "description": func() { s.Description = given.Description },
				"public": func() { s.Public = given.Public }, "channels": func() { s.Channels = given.Channels }, "rule": func() { s.Rule = given.Rule },
			} {
				if cmd.Flags().Changed(flag) {
					take()
				}
			}
			if err := o.SetAudience(cmd.Context(), args[0], s); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "The audience %s is set.", args[0])
		})
	})
	flags := cmd.Flags()
	flags.StringVar(&given.Title, "title", "", "as readers see it")
	flags.StringVar(&given.Description, "description", "", "as readers see it")
	flags.BoolVar(&given.Public, "public", false, "it has feeds and shows on public pages; --public=false takes that back")
	flags.StringSliceVar(&given.Channels, "channels", nil, "channels that reach it, as in web,email")
	flags.StringVar(&given.Rule, "rule", "", "which subscribers are in it; empty: all of its list")
	return cmd
}

// settingsOf gives what is set of an audience; of a new one, nothing.
func settingsOf(all []api.Audience, name string) api.AudienceSettings {
	for _, a := range all {
		if a.Name == name {
			return api.AudienceSettings{Title: a.Title, Description: a.Description, Public: a.Public, Channels: a.Channels, Rule: a.Rule}
		}
	}
	return api.AudienceSettings{Channels: []string{}}
}

func (c *cli) audienceImport() *cobra.Command {
	var goodRows bool
	cmd := c.verb("import NAME FILE", "Put the people of a CSV list into an audience", cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
		list, err := openList(args[1])
		if err != nil {
			return err
		}
		defer func() { _ = list.Close() }() // it was only read
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			r, err := o.Import(cmd.Context(), args[0], list, goodRows)
			if err != nil {
				return inFile(err, args[1])
			}
			place(r.Problems, args[1])
			if !c.json {
				for _, p := range r.Problems {
					fmt.Fprintf(c.errs, "clarion: left out: %s\n", p)
				}
			}
			return c.result(r, "%d good rows, %d people new to %s, %d rows left out", r.Rows, r.Added, args[0], len(r.Problems))
		})
	})
	cmd.Flags().BoolVar(&goodRows, "good-rows", false, "take the good rows although others have faults")
	return cmd
}

// openList opens a list that is not too long to be sent.
func openList(file string) (*os.File, error) {
	f, err := os.Open(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err == nil && info.Size() > api.MaxList {
		err = fmt.Errorf("it has %d bytes, the limit is %d; split it", info.Size(), api.MaxList)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the list %s: %w", file, err), f.Close())
	}
	return f, nil
}

// inFile names the file in which the problems of a refusal are.
func inFile(err error, file string) error {
	if refusal, ok := errors.AsType[*api.Error](err); ok {
		place(refusal.Problems, file)
	}
	return err
}

func place(problems []api.Problem, file string) {
	for i := range problems {
		if problems[i].File == "" {
			problems[i].File = file
		}
	}
}
