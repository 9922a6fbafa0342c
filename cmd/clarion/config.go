package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"clarion/config"
)

func (c *cli) configCommand() *cobra.Command {
	return group("config", "Write, check and show the configuration", c.configInit(), c.configCheck(), c.configShow())
}

type written struct {
	File string `json:"file"`
}

func (c *cli) configInit() *cobra.Command {
	return c.verb("init", "Write a commented configuration to start from", cobra.NoArgs, func(*cobra.Command, []string) error {
		path, chosen := c.configPath()
		if !chosen {
			if err := os.MkdirAll(c.dataDir(), 0o700); err != nil {
				return fmt.Errorf("make the data folder: %w", err)
			}
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already; move it away, or name another with --config", path)
		}
		if err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
		_, err = f.Write(config.InitFile())
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("write the configuration: %w", err)
		}
		return c.result(written{path}, "%s is written; change it, then run `clarion config check`.", path)
	})
}

// fault is a config.Fault with --json.
type fault struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"`
	Says string `json:"says"`
	Try  string `json:"try,omitempty"`
}

type checked struct {
	OK       bool     `json:"ok"`
	Channels []string `json:"channels"`
}

func (c *cli) configCheck() *cobra.Command {
	return c.verb("check", "Report every fault of the configuration", cobra.NoArgs, func(*cobra.Command, []string) error {
		cfg, err := c.loadConfig()
		if faults, ok := errors.AsType[config.Faults](err); ok && c.json {
			for _, f := range faults {
				if err := c.object(fault{File: f.File, Line: f.Line, Key: f.Key, Says: f.Says, Try: f.Try}); err != nil {
					return err
				}
			}
			return errSaid
		}
		if err != nil {
			return err
		}
		ok := checked{OK: true, Channels: []string{}}
		for _, ch := range cfg.Channels {
			ok.Channels = append(ok.Channels, ch.Name)
		}
		return c.result(ok, "The configuration has no fault; channels: %d.", len(ok.Channels))
	})
}

func (c *cli) configShow() *cobra.Command {
	return c.verb("show", "Show the configuration in effect, without secrets", cobra.NoArgs, func(*cobra.Command, []string) error {
		cfg, err := c.loadConfig()
		if err != nil {
			return err
		}
		if c.json {
			return c.object(cfg)
		}
		_, err = c.out.Write(cfg.Show())
		return err
	})
}
