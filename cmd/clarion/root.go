package main

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// cli is one call of the command line.
type cli struct {
	in        io.Reader
	out, errs io.Writer

	data   string // flags; use dataDir and so on
	config string
	as     string // whose session, if several are signed in
	at     string // server; use remote
	json   bool

	insecure bool // plain http to another machine

	began bool           // the command line was understood
	zone  *time.Location // see zoneOf
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "clarion",
		Short: "Publish approved messages, on schedule, and keep a record of every send",
		Long: `Clarion reads a queue of approved messages and publishes them, on schedule,
through a web feed, email and other channels, and keeps a record of every send.

A verb speaks to the daemon of the data folder. If none runs, it works on the
folder itself for as long as it takes. After ` + "`clarion login URL`" + `, or with --server,
it speaks to that server.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&c.data, "data", "", "data folder (CLARION_DATA; default ./data)")
	flags.StringVar(&c.config, "config", "", "configuration file (CLARION_CONFIG; default clarion.toml in the data folder, else a built-in one)")
	flags.StringVar(&c.at, "server", "", "address of a server to speak to, such as https://news.example.org (CLARION_SERVER; without, and without a data folder, the one that you signed in to last)")
	flags.BoolVar(&c.insecure, "insecure", false, "speak plain http to a server on another machine: anybody on the way can read your key")
	flags.StringVar(&c.as, "user", "", "whose session to use, of those who signed in here; without, the last (CLARION_USER)")
	flags.BoolVar(&c.json, "json", false, "write JSON, one object a line")
	root.AddCommand(
		c.here(c.serveCommand()), c.reloadCommand(), c.here(c.demoCommand()), c.here(c.healthCommand()), c.messageCommand(), c.templateCommand(), c.sendCommand(), c.channelCommand(), c.audienceCommand(), c.userCommand(), c.departmentCommand(), c.policyCommand(), c.tokenCommand(), c.hookCommand(), c.loginCommand(), c.logoutCommand(), c.whoamiCommand(), c.proveCommand(),
		c.freezeCommand(), c.thawCommand(), c.ledgerCommand(), c.backupCommand(), c.here(c.restoreCommand()), c.statusCommand(),
		c.here(c.configCommand()), c.versionCommand(),
	)
	return root
}

// group is a command that only holds others.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(verbs...)
	return cmd
}

// verb makes a command. Whatever fails before its run is a fault of the call.
func (c *cli) verb(use, short string, args cobra.PositionalArgs, run func(*cobra.Command, []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: called(args), RunE: func(cmd *cobra.Command, args []string) error {
		c.began = true
		return run(cmd, args)
	}}
}

// setting is a flag's value, else the environment's, else a default.
func setting(flag, variable, fallback string) string {
	if flag != "" {
		return flag
	}
	if v := os.Getenv(variable); v != "" {
		return v
	}
	return fallback
}

func (c *cli) dataDir() string { return setting(c.data, "CLARION_DATA", "./data") }

func (c *cli) user() string { return setting(c.as, "CLARION_USER", "") }

// userFlag keeps who acts in a hint, if the flag named them.
func (c *cli) userFlag() string {
	if c.as == "" {
		return ""
	}
	return " --user " + c.as
}

// configPath names the configuration file, and whether somebody chose it.
func (c *cli) configPath() (path string, chosen bool) {
	if path := setting(c.config, "CLARION_CONFIG", ""); path != "" {
		return path, true
	}
	return filepath.Join(c.dataDir(), "clarion.toml"), false
}
