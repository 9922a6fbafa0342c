package main

import (
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) reloadCommand() *cobra.Command {
	return c.verb("reload", "Take over the channels, limits and alerts of the configuration while the daemon runs", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withDaemon(cmd.Context(), func(o *client.Client) error {
			done, err := o.Reload(cmd.Context())
			if err != nil {
				return err
			}
			return c.result(done, "%s", reloadSays(done))
		})
	})
}

// reloadSays puts in words what a reload took over.
func reloadSays(r api.Reloaded) string {
	lines := []string{"The configuration was read again."}
	for _, part := range []struct {
		names []string
		says  string
	}{
		{r.Added, "New channels: "},
		{r.Changed, "Changed channels: "},
		{r.Limits, "Channels with other limits: "},
		{r.Removed, "Channels that are gone; what is due there is held: "},
		{r.Restart, "These take a restart: "},
	} {
		if len(part.names) > 0 {
			lines = append(lines, part.says+strings.Join(part.names, ", ")+".")
		}
	}
	if r.Alerts {
		lines = append(lines, "Notices to staff go another way.")
	}
	if r.Feed {
		lines = append(lines, "The feeds say something else of themselves.")
	}
	if len(lines) == 1 {
		lines = append(lines, "Nothing changed.")
	}
	return strings.Join(lines, "\n")
}
