package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
	"clarion/freeze"
)

// freezeTime bounds how long a freeze waits for what goes beyond the file.
const freezeTime = 10 * time.Second

func (c *cli) freezeCommand() *cobra.Command {
	var reason string
	cmd := c.verb("freeze", "Freeze everything at once; it works with the daemon down", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		server, err := c.remote()
		if err != nil {
			return err
		}
		if server != "" {
			return c.freezeServer(cmd.Context(), server, reason)
		}
		if err := c.mustHaveFolder(); err != nil {
			return err
		}
		return c.freeze(cmd.Context(), reason)
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	cmd.AddCommand(c.freezeStatus())
	return cmd
}

// freeze writes the file first, which is enough and needs nobody, and then has
// memory and row follow.
func (c *cli) freeze(ctx context.Context, reason string) error {
	fileErr := freeze.PressFile(c.dataDir(), fmt.Sprintf("%s frozen by %s: %s", api.At(time.Now()), freeze.Somebody, reason)) // who they are is looked up later
	ctx, cancel := context.WithTimeout(ctx, freezeTime)
	defer cancel()
	p, unnamed, err := c.press(ctx, reason)
	if err != nil {
		p.Says = err.Error()
	}
	if p.File = p.File || fileErr == nil; !p.File && !p.Row && !p.Memory {
		return fmt.Errorf("NOT FROZEN: %w; stop the daemon", errors.Join(fileErr, err))
	}
	memory := yesNo(p.Memory)
	if !p.Memory && err == nil {
		memory = "no daemon runs"
	}
	return c.pressed(p, memory, unnamed)
}

// pressed says which parts of a freeze took, and why it was in nobody's name, if
// it was.
func (c *cli) pressed(p api.Pressed, memory, unnamed string) error {
	if err := c.result(p, "Frozen. memory: %s, file: %s, row: %s", memory, yesNo(p.File), yesNo(p.Row)); err != nil {
		return err
	}
	if unnamed != "" && p.Row && !c.json {
		fmt.Fprintf(c.errs, "clarion: everything is frozen, but in the name of %s: %s\n", freeze.Somebody, unnamed)
	}
	if p.Says != "" && !c.json {
		fmt.Fprintf(c.errs, "clarion: everything is frozen, but not every part took: %s\n", p.Says)
	}
	return nil
}

// press has the daemon press, or writes the row where none runs. It says why it
// did not do so in the caller's name, if it did not.
func (c *cli) press(ctx context.Context, reason string) (p api.Pressed, unnamed string, err error) {
	remote, err := c.reach(ctx)
	if err != nil {
		return p, "", err
	}
	if remote != nil {
		return c.pressAs(ctx, remote, reason)
	}
	err = c.locally(ctx, func(o *client.Client) error {
		p, unnamed, err = c.pressAs(ctx, o, reason)
		return err
	})
	p.Memory = false // this process's own is not worth telling
	return p, unnamed, c.locked(err)
}

// pressAs presses as whoever is signed in, and as nobody if that fails: a freeze
// waits for no sign-in.
func (c *cli) pressAs(ctx context.Context, o *client.Client, reason string) (p api.Pressed, unnamed string, err error) {
	key, err := c.key()
	switch {
	case err != nil:
		unnamed = err.Error()
	case key == "":
		unnamed = "you are not signed in"
	default:
		if p, err = o.With(key).Freeze(ctx, reason); err == nil {
			return p, "", nil
		}
		unnamed = err.Error()
	}
	p, err = o.With("").Freeze(ctx, reason)
	return p, unnamed, err
}

func (c *cli) freezeStatus() *cobra.Command {
	return c.verb("status", "Tell whether everything is frozen", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		var state api.Freeze
		err := c.withOffice(cmd.Context(), func(o *client.Client) error {
			var err error
			state, err = o.Frozen(cmd.Context())
			return err
		})
		if err != nil {
			if server, _ := c.remote(); server != "" || !freeze.New(c.dataDir()).Frozen() {
				return err
			}
			state = api.Freeze{Frozen: true, Reason: "the file FREEZE is there"}
			return c.result(state, "Frozen: %s. By whom and why can't be told: %s", state.Reason, err)
		}
		if !state.Frozen {
			return c.result(state, "Nothing is frozen.")
		}
		return c.result(state, "Frozen by %s at %s: %s", cmp.Or(state.By, freeze.Somebody), c.when(state.At), dash(state.Reason))
	})
}

func (c *cli) thawCommand() *cobra.Command {
	var reason string
	cmd := c.verb("thaw", "End a freeze; it takes two people and the daemon", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withDaemon(cmd.Context(), func(o *client.Client) error {
			d, err := o.Thaw(cmd.Context(), reason)
			if err != nil {
				return err
			}
			return c.decision(d, "Thawed. What came due meanwhile stays held.", "clarion thaw")
		})
	})
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	return cmd
}
