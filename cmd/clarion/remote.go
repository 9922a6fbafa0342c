package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

// chosenServer is the server that was named for this call; empty if none was.
func (c *cli) chosenServer() string { return setting(c.at, "CLARION_SERVER", "") }

// remote gives the address of the server that this call is for; empty for the
// data folder. A server that was named counts first, then a data folder that was
// named or is there, then the server that was signed in to last.
func (c *cli) remote() (string, error) {
	if chosen := c.chosenServer(); chosen != "" {
		address, err := client.Address(chosen)
		if err != nil {
			return "", misused("--server %s: %v", chosen, err)
		}
		return address, nil
	}
	if setting(c.data, "CLARION_DATA", "") != "" {
		return "", nil
	}
	if _, err := os.Stat(c.dataDir()); !errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	k, err := openKeyring()
	if err != nil {
		return "", err
	}
	return k.Server, nil
}

// place is what sessions are kept under: the server's address, or the data
// folder.
func (c *cli) place() (string, error) {
	server, err := c.remote()
	if err != nil || server != "" {
		return server, err
	}
	folder, err := filepath.Abs(c.dataDir())
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	return folder, nil
}

// dial makes a client of a server.
func (c *cli) dial(address string) (*client.Client, error) {
	if c.insecure {
		return client.Insecure(address), nil
	}
	o, err := client.Remote(address)
	if errors.Is(err, client.ErrPlain) {
		return nil, fmt.Errorf("%s: %w; write https, or give --insecure where nobody else is on the way", address, err)
	}
	return o, err
}

// onServer runs a verb against a server, and says which one does not answer.
func (c *cli) onServer(address string, do func(*client.Client) error) error {
	o, err := c.dial(address)
	if err != nil {
		return err
	}
	err = do(o)
	if _, refused := errors.AsType[*api.Error](err); err != nil && !refused && client.Failed(err) {
		return fmt.Errorf("%s does not answer: %w", address, err)
	}
	return err
}

// onMachine refuses a server for what only the machine with the data folder can
// do.
func (c *cli) onMachine() error {
	if c.chosenServer() != "" {
		return errors.New("this works on the machine that has the data folder alone; call it there, without --server and CLARION_SERVER")
	}
	return nil
}

// here keeps a command, and those below it, to this machine.
func (c *cli) here(cmd *cobra.Command) *cobra.Command {
	for _, below := range cmd.Commands() {
		c.here(below)
	}
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := c.onMachine(); err != nil {
			c.began = true
			return err
		}
		return run(cmd, args)
	}
	return cmd
}

// freezeServer has a server freeze everything, by somebody who signed in there.
func (c *cli) freezeServer(ctx context.Context, address, reason string) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return c.onServer(address, func(o *client.Client) error {
		ctx, cancel := context.WithTimeout(ctx, freezeTime)
		defer cancel()
		p, err := o.With(key).Freeze(ctx, reason)
		if err != nil {
			return fmt.Errorf("NOT FROZEN: %w; freeze on the machine itself, where it takes no sign-in", err)
		}
		return c.pressed(p, yesNo(p.Memory), "")
	})
}
