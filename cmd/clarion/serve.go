package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"clarion/config"
	"clarion/daemon"
)

func (c *cli) serveCommand() *cobra.Command {
	var listen string
	cmd := c.verb("serve", "Run the daemon", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		cfg, err := c.loadConfig(listenOn(setting(listen, "CLARION_LISTEN", ""))...)
		if err != nil {
			return err
		}
		return c.serve(cmd.Context(), cfg)
	})
	cmd.Flags().StringVar(&listen, "listen", "", "address to listen on (CLARION_LISTEN; default the configuration's, 127.0.0.1:8080)")
	return cmd
}

func listenOn(address string) []config.Option {
	if address == "" {
		return nil
	}
	return []config.Option{config.Listen(address)}
}

// serve runs a daemon until its context ends or a part of it dies.
func (c *cli) serve(ctx context.Context, cfg *config.Config) error {
	log := logger(cfg.Log, c.errs)
	d, err := daemon.New(ctx, daemon.Options{Config: cfg, Dir: c.dataDir(), Log: log, Version: version()})
	if err != nil {
		return c.owned(err)
	}
	if err := d.Start(ctx); err != nil {
		return err
	}
	var died error
	select {
	case <-ctx.Done():
	case died = <-d.Failed():
		died = fmt.Errorf("a part of the daemon died: %w", died)
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Queue.StopTimeout)
	defer cancel()
	return errors.Join(died, d.Stop(bound))
}

// logger writes JSON, or lines for people where the configuration or a
// terminal asks for them.
func logger(l config.Log, w io.Writer) zerolog.Logger {
	level, err := zerolog.ParseLevel(l.Level)
	if err != nil {
		level = zerolog.InfoLevel // the configuration was checked
	}
	if l.Format == "text" || l.Format == "auto" && onTerminal(w) {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: "15:04:05.000", NoColor: !onTerminal(w)}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}

// onTerminal asks the kernel whether a file is a terminal (tcgetattr(3)).
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
