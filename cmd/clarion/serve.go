package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"clarion/config"
	"clarion/daemon"
)

func (c *cli) serveCommand() *cobra.Command {
	var listen string
	cmd := c.verb("serve", "Run the daemon", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		options := append(listenOn(listen), c.vault())
		cfg, err := c.loadConfig(options...)
		if err != nil {
			return err
		}
		c.chooseFile()
		again := func(more ...config.Option) (*config.Config, error) {
			return c.loadConfig(slices.Concat(options, more)...)
		}
		return c.run(cmd.Context(), cfg, again, func(*daemon.Daemon) error { return nil })
	})
	cmd.Flags().StringVar(&listen, "listen", "", "address to listen on (CLARION_LISTEN; default the configuration's, 127.0.0.1:8080)")
	return cmd
}

// chooseFile holds on to the file that was read: if it goes away, a reload is
// refused and falls back to nothing else.
func (c *cli) chooseFile() {
	path, _ := c.configPath()
	if _, err := os.Stat(path); err == nil {
		c.config = path
	}
}

func listenOn(address string) []config.Option {
	if address == "" {
		return nil
	}
	return []config.Option{config.Listen(address)}
}

// again reads the configuration again.
type again = func(more ...config.Option) (*config.Config, error)

// run runs a daemon, does what is to be done once it has started, and stops it
// when the context ends or a part of it dies. Where the configuration can be
// read again, SIGHUP does that; anywhere else it ends the program, as it does
// by itself.
func (c *cli) run(ctx context.Context, cfg *config.Config, again again, started func(*daemon.Daemon) error) error {
	hangups := make(chan os.Signal, 1)
	if again != nil {
		signal.Notify(hangups, syscall.SIGHUP)
		defer signal.Stop(hangups)
	}
	d, err := daemon.New(ctx, daemon.Options{Config: cfg, Dir: c.dataDir(), Log: logger(cfg.Log, asItIs(c.errs)), Version: version(), Again: again})
	if err == nil {
		err = d.Start(ctx)
	}
	if err != nil && errors.Is(err, ctx.Err()) {
		return nil // whoever stops it while it starts gets what they want
	}
	if err != nil {
		return c.owned(err)
	}
	err = started(d)
	if err == nil {
		err = untilOver(ctx, d, hangups)
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Queue.StopTimeout)
	defer cancel()
	return errors.Join(err, d.Stop(bound))
}

func untilOver(ctx context.Context, d *daemon.Daemon, hangups <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-d.Failed():
			return fmt.Errorf("a part of the daemon died: %w", err)
		case <-hangups:
			_, _ = d.Reload(ctx) // it logs what came of it
		}
	}
}

// logger writes JSON, or lines for people where the configuration or a
// terminal asks for them.
func logger(l config.Log, w io.Writer) zerolog.Logger {
	level, err := zerolog.ParseLevel(l.Level)
	if err != nil {
		level = zerolog.InfoLevel // the configuration was checked
	}
	if l.Format == "text" || l.Format == "auto" && onTerminal(w) {
		w = zerolog.ConsoleWriter{
			Out: w, TimeFormat: "15:04:05.000", NoColor: !onTerminal(w),
			FormatMessage: inOneLine, FormatFieldValue: inOneLine, // what it quotes itself is harmless
		}
	} else {
		w = tameLines{w}
	}
	zerolog.MessageFieldName = "says" // a log line's `message` is the message it speaks of
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}

func inOneLine(says any) string {
	if says == nil {
		return ""
	}
	return oneLine(fmt.Sprintf("%s", says))
}

func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
