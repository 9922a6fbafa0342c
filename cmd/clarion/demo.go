package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"clarion/config"
	"clarion/daemon"
	"clarion/demo"
)

// demoFlags are the addresses of the demonstration.
type demoFlags struct{ listen, smtp, mail string }

func (c *cli) demoCommand() *cobra.Command {
	var f demoFlags
	cmd := c.verb("demo", "Run the demonstration office: nothing leaves this machine", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.demo(cmd.Context(), f)
	})
	cmd.Flags().StringVar(&f.listen, "listen", "", "address to listen on (CLARION_LISTEN; default 127.0.0.1:8080)")
	cmd.Flags().StringVar(&f.smtp, "smtp", demo.DefaultSMTP, "address at which the mail catcher takes mails")
	cmd.Flags().StringVar(&f.mail, "mail", demo.DefaultMail, "address at which the mail catcher shows them")
	return cmd
}

// demo runs the demonstration until its context ends.
func (c *cli) demo(ctx context.Context, f demoFlags) (err error) {
	cfg, err := c.demoConfig(f)
	if err != nil {
		return err
	}
	mail, err := demo.StartMail(f.smtp, f.mail)
	if err != nil {
		return fmt.Errorf("%w; another program may use the address: choose others with --smtp and --mail", err)
	}
	defer func() { err = errors.Join(err, mail.Stop(context.WithoutCancel(ctx))) }()
	return c.run(ctx, cfg, nil, func(d *daemon.Daemon) error {
		corrects, err := demo.Seed(ctx, d.Office(), d.Accounts(), time.Now)
		if err != nil {
			return fmt.Errorf("set up the demonstration office: %w", err)
		}
		demo.Welcome(c.out, cfg.Server.BaseURL, f.mail, c.dataDir())
		if corrects != "" {
			go c.demoCorrection(ctx, d, corrects)
		}
		return nil
	})
}

// demoCorrection says so if the sample correction could not be set up; the
// rest goes on.
func (c *cli) demoCorrection(ctx context.Context, d *daemon.Daemon, corrects string) {
	if err := demo.AddCorrection(ctx, d.Office(), corrects); err != nil && ctx.Err() == nil {
		fmt.Fprintf(c.errs, "clarion: %v; everything else goes on\n", err)
	}
}

// demoConfig writes the demonstration's configuration into the data folder, so
// that every other verb finds it there, and reads it. A folder that holds
// another configuration is somebody's office and is left alone.
func (c *cli) demoConfig(f demoFlags) (*config.Config, error) {
	path, err := filepath.Abs(filepath.Join(c.dataDir(), "clarion.toml"))
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	secret := filepath.Join(filepath.Dir(path), "demo-secret")
	text, err := demo.Config(f.smtp, secret)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.dataDir(), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	there, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err == nil && !demo.IsConfig(there) {
		return nil, fmt.Errorf("%s is the configuration of another office; name an empty folder with --data", path)
	}
	if err := os.WriteFile(secret, []byte(demo.Secret+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("write the demonstration's credentials: %w", err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return nil, fmt.Errorf("write the demonstration's configuration: %w", err)
	}
	c.config = path
	return c.loadConfig(append(listenOn(setting(f.listen, "CLARION_LISTEN", "")), c.vault())...)
}
