// Package daemon wires the parts into one running program and takes them
// apart again in reverse order.
//
// Failure rules. Nothing is sent before the folder's lock is held, the
// database is up to date, what a predecessor left under way is accounted for
// and a freeze that a file alone holds is adopted. A start that fails leaves
// nothing behind. Stopping first stops claiming, then the faces, then the
// store.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"clarion/accounts"
	"clarion/config"
	"clarion/credentials"
	"clarion/freeze"
	"clarion/hooks/courier"
	"clarion/office"
	"clarion/queue"
	"clarion/store"
	"clarion/web"
)

// Options is what a daemon is made of.
type Options struct {
	Config  *config.Config
	Dir     string // data folder
	Log     zerolog.Logger
	Version string
	// Again reads the configuration as Config was read, with more options; nil
	// if it can't be read again.
	Again func(more ...config.Option) (*config.Config, error)
}

// Daemon is one running Clarion.
type Daemon struct {
	options  Options
	log      zerolog.Logger
	store    *store.Store
	office   *office.Office
	accounts *accounts.Accounts
	sessions *web.Sessions
	engine   *queue.Engine
	watch    *watch
	courier  *courier.Courier
	observer *observer
	public   *web.Public
	registry *prometheus.Registry
	recovery store.Recovery
	ready    readiness
	alerts   *alerts
	failed   chan error // a face that died
	closers  []closer

	reloading sync.Mutex
	config    *config.Config // in effect; of Options.Config all that takes a restart still holds
	stopping  bool
}

// closer is one step of stopping.
type closer struct {
	name  string
	close func(context.Context) error
}

// New takes the data folder and makes every part; nothing is sent and nobody
// is served before Start.
func New(ctx context.Context, options Options) (*Daemon, error) {
	d := &Daemon{options: options, config: options.Config, log: options.Log, failed: make(chan error, 2), registry: prometheus.NewRegistry()}
	if err := d.build(ctx); err != nil {
		return nil, errors.Join(err, d.close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

func (d *Daemon) build(ctx context.Context) error {
	if err := os.MkdirAll(d.options.Dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := takeFolder(ctx, d.options.Dir)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	d.onClose("lock", func(context.Context) error { return lock.Release() })
	if err := d.checkHeads(); err != nil {
		return err
	}
	if d.store, err = store.Open(ctx, d.options.Dir); err != nil {
		return err
	}
	d.onClose("store", func(context.Context) error { return d.store.Close() })
	if d.recovery, err = d.store.Recover(ctx, time.Now()); err != nil {
		return err
	}
	parts, err := newParts(ctx, d.options.Config, d.store)
	if err != nil {
		return err
	}
	stop := freeze.New(d.options.Dir)
	d.observer = newObserver(d.log, d.registry, d.store)
	d.engine = queue.New(watched{d.store, d.wrote}, stop, d.observer, queue.Settings{
		MaterialiseBefore: d.options.Config.Queue.MaterialiseBefore, Links: queue.Links(parts.links),
	}, parts.lanes)
	parts.office.Watcher = d.observer
	parts.office.PublicChanged = func() { d.public.Invalidate() }
	d.alerts = newAlerts(d.options.Config, d.log)
	parts.office.Teller = d.alerts
	parts.office.Vault = credentials.In(d.options.Dir)
	d.courier = d.newCourier()
	parts.office.Prober = d.courier
	d.office = office.New(d.store, d.engine, stop, parts.office)
	d.watch = newWatch(d.office, d.observer)
	d.accounts = newAccounts(d.options.Config, d.store, d.alerts)
	d.sessions = newSessions(d.options.Config, d.store, d.accounts)
	if err := d.office.Furnish(ctx); err != nil {
		return err
	}
	if err := d.adoptFreeze(ctx); err != nil {
		return err
	}
	d.public = d.newPublic(parts)
	d.observer.published = d.public.Invalidate
	d.observer.alert = d.alerts.send
	d.onClose("notices to staff", d.alerts.finish)
	registerBacklog(d.registry, d.office, d.log)
	return d.compareBase(ctx)
}

func (d *Daemon) newPublic(p parts) *web.Public {
	return web.NewPublic(web.PublicSettings{
		Reader: newsroom{d.store}, Unsubscriber: d.office, BaseURL: d.options.Config.Server.BaseURL, OfficeName: d.options.Config.Office.Name,
		Feed: p.feed, Language: d.options.Config.Office.Language, UnsubscribeKey: p.unsubscribeKey, Fault: d.observer.Fault,
	})
}

func (d *Daemon) onClose(name string, close func(context.Context) error) {
	d.closers = append(d.closers, closer{name, close})
}

// Start serves and begins to send. A start that fails has stopped everything
// again.
func (d *Daemon) Start(ctx context.Context) error {
	if err := d.start(ctx); err != nil {
		return errors.Join(err, d.close(context.WithoutCancel(ctx)))
	}
	return nil
}

func (d *Daemon) start(ctx context.Context) error {
	api := d.newAPI()
	if err := d.serveSocket(api); err != nil {
		return err
	}
	if err := d.servePublic(api); err != nil {
		return err
	}
	d.onClose("waiting requests", func(context.Context) error { // before the servers, which wait for them
		api.Stop()
		return nil
	})
	if err := d.keepHouse(); err != nil {
		return err
	}
	d.startHooks()
	d.onClose("reports", func(context.Context) error {
		d.observer.flush()
		return nil
	})
	if err := d.engine.Start(ctx); err != nil {
		return err
	}
	d.onClose("queue", d.engine.Stop)
	d.ready.set()
	d.watch.start()
	d.onClose("checks", d.watch.stop)
	d.log.Info().Str("event", "ready").Str("version", d.options.Version).Str("data", d.options.Dir).
		Str("base_url", d.options.Config.Server.BaseURL).
		Int("recovered_planned", d.recovery.Planned).Int("recovered_unknown", d.recovery.Unknown).Str("says", "ready").Send()
	d.holdGone()
	return nil
}

// Failed gives the fault of a face that died while running.
func (d *Daemon) Failed() <-chan error { return d.failed }

// Office is for whoever runs the daemon within the same process.
func (d *Daemon) Office() *office.Office { return d.office }

// Accounts is for whoever runs the daemon within the same process.
func (d *Daemon) Accounts() *accounts.Accounts { return d.accounts }

// Stop stops in reverse order of starting, within the time of ctx.
func (d *Daemon) Stop(ctx context.Context) error {
	d.ready.unset()
	d.noMoreReloads()
	err := d.close(ctx)
	event := d.log.Info()
	if err != nil {
		event = d.log.Error()
	}
	event.Str("event", "stopped").Err(err).Str("says", "stopped").Send()
	return err
}

func (d *Daemon) close(ctx context.Context) error {
	var errs []error
	for i := len(d.closers) - 1; i >= 0; i-- {
		if err := d.closers[i].close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop the %s: %w", d.closers[i].name, err))
		}
	}
	d.closers = nil
	return errors.Join(errs...)
}
