package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"clarion/api"
	"clarion/channels/kinds"
	"clarion/client"
	"clarion/config"
	"clarion/credentials"
	"clarion/daemon"
	"clarion/store"
)

// loadConfig reads the configuration: the file that was named, else the one in
// the data folder, else the built-in one.
//
// The environment's address counts for every verb: the public address may
// follow it, and what is approved is bound to that.
func (c *cli) loadConfig(options ...config.Option) (*config.Config, error) {
	path, chosen := c.configPath()
	options = append(listenOn(os.Getenv("CLARION_LISTEN")), options...)
	cfg, err := config.Load(path, kinds.All(), options...)
	if errors.Is(err, fs.ErrNotExist) && !chosen {
		return config.Parse("built-in configuration", config.InitFile(), kinds.All(), options...)
	}
	return cfg, err
}

// vault lets channels keep what their destinations renew, in the data folder.
func (c *cli) vault() config.Option { return config.Vault(credentials.In(c.dataDir())) }

// withOffice runs a verb with the caller's session or token, against the daemon
// or in this process on a data folder that no daemon owns.
func (c *cli) withOffice(ctx context.Context, do func(*client.Client) error) error {
	return c.asNobody(ctx, func(o *client.Client) error { return c.with(o, do) })
}

// asNobody is withOffice for verbs that need nobody to be signed in.
func (c *cli) asNobody(ctx context.Context, do func(*client.Client) error) error {
	if server, err := c.remote(); err != nil || server != "" {
		return c.unless(err, server, do)
	}
	if err := c.mustHaveFolder(); err != nil {
		return err
	}
	return c.inOffice(ctx, do)
}

// unless runs a verb against a server, if that is known.
func (c *cli) unless(err error, server string, do func(*client.Client) error) error {
	if err != nil {
		return err
	}
	return c.onServer(server, do)
}

// with runs a verb with the caller's session or token.
func (c *cli) with(office *client.Client, do func(*client.Client) error) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return do(office.With(key))
}

// mustHaveFolder keeps a mistyped folder from being made.
func (c *cli) mustHaveFolder() error {
	dir := c.dataDir()
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no data folder %s; name it with --data, or make it with `clarion serve` or `clarion user add NAME --first`; or sign in to a server with `clarion login URL`", dir)
	case err != nil:
		return fmt.Errorf("look at the data folder: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder; name the data folder with --data", dir)
	}
	return nil
}

// inOffice is asNobody for verbs that may make the data folder.
func (c *cli) inOffice(ctx context.Context, do func(*client.Client) error) error {
	if err := c.onMachine(); err != nil {
		return err
	}
	over := time.NewTimer(lockWait)
	defer over.Stop()
	again := time.NewTicker(lockWait / 20)
	defer again.Stop()
	for {
		daemon, err := c.reach(ctx)
		if err != nil {
			return err
		}
		if daemon != nil {
			return do(daemon)
		}
		if err = c.locally(ctx, do); !errors.Is(err, store.ErrLocked) {
			return err
		}
		select { // the owner may be starting or stopping
		case <-again.C:
		case <-over.C:
			return c.locked(err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lockWait is how long a verb waits for the owner of a folder to answer or to
// let go of it.
const lockWait = 2 * time.Second

// probeTime bounds how long a daemon may take to say that it is there.
const probeTime = 10 * time.Second

// reach gives a client of the daemon, or nil if none listens.
func (c *cli) reach(ctx context.Context) (*client.Client, error) {
	path, err := daemon.SocketPath(c.dataDir())
	if err != nil {
		return nil, err
	}
	remote := client.Socket(path)
	probe, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	_, err = remote.Frozen(probe)
	switch _, answered := errors.AsType[*api.Error](err); {
	case err == nil || answered:
		return remote, nil
	case client.Unreachable(err):
		return nil, nil
	default:
		return nil, fmt.Errorf("the daemon of %s does not answer: %w; look at its log", c.dataDir(), err)
	}
}

// locally runs a verb in this process, under the folder's lock.
func (c *cli) locally(ctx context.Context, do func(*client.Client) error) (err error) {
	cfg, err := c.loadConfig(c.vault())
	if err != nil {
		return err
	}
	handler, release, err := daemon.Local(ctx, cfg, c.dataDir(), version())
	if err != nil {
		return err
	}
	local, stop := client.Local(handler)
	defer func() { err = errors.Join(err, stop(), release()) }()
	return do(local)
}

// locked says what to do about a folder that another process owns.
func (c *cli) locked(err error) error {
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("another process owns %s and does not answer; it may be starting or stopping, or hang: try again, or look at its log", c.dataDir())
	}
	return err
}

// withDaemon runs a verb that only a daemon can do.
func (c *cli) withDaemon(ctx context.Context, do func(*client.Client) error) error {
	if server, err := c.remote(); err != nil || server != "" {
		return c.unless(err, server, func(o *client.Client) error { return c.with(o, do) })
	}
	if err := c.mustHaveFolder(); err != nil {
		return err
	}
	remote, err := c.reach(ctx)
	if err != nil {
		return err
	}
	if remote == nil {
		return fmt.Errorf("no daemon runs on %s, and this needs one; start it with `clarion serve`", c.dataDir())
	}
	return c.with(remote, do)
}

// owned says what to do where a second daemon is started.
func (c *cli) owned(err error) error {
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("another process owns %s; a second daemon needs a data folder of its own, named with --data", c.dataDir())
	}
	return err
}
