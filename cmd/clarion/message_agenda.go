package main

import (
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

// How far an agenda looks, in days.
const (
	agendaDays    = 7
	maxAgendaDays = 366
)

func (c *cli) messageAgenda() *cobra.Command {
	var days int
	cmd := c.verb("agenda", "Show what leaves next, in order of time: approved, held, or in review with a time", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if days < 1 || days > maxAgendaDays {
			return misused("--days is from 1 to %d", maxAgendaDays)
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			all, err := o.Agenda(cmd.Context(), days)
			if err != nil {
				return err
			}
			headings := []string{"AT", "ID", "STATE", "DEPARTMENT", "AUDIENCE", "MECHANISM", "TITLE"}
			return list(c, all.Agenda, "Nothing leaves within "+daysOf(days)+".", headings, func(d api.Due) []string {
				return []string{
					c.when(d.At), d.Message, words(d.State, d.Hold), d.Department, strings.Join(d.Audience, ","), strings.Join(d.Mechanism, ","), short(d.Title, 40),
				}
			})
		})
	})
	cmd.Flags().IntVar(&days, "days", agendaDays, "how far to look, in days of 24 hours, at most 366")
	return cmd
}

func daysOf(n int) string {
	if n == 1 {
		return "1 day"
	}
	return number(n) + " days"
}
