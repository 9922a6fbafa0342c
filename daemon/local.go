package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"clarion/config"
	"clarion/credentials"
	"clarion/freeze"
	"clarion/message"
	"clarion/office"
	"clarion/store"
	"clarion/web"
)

// idle is the queue of a process that sends nothing: the next daemon finds
// what was planned, and what was paused.
type idle struct {
	store *store.Store
	fault func(doing string, err error)
}

func (idle) Wake()                        {}
func (idle) Reload(context.Context) error { return nil }

func (idle) Look(context.Context, int64) (message.Look, error) {
	return message.Look{}, errors.New("only a running daemon looks at a destination")
}

// Pause leaves a channel as it is that is paused already.
func (i idle) Pause(channel, reason string) {
	modes, err := i.store.ChannelModes(context.Background())
	if err == nil && !modes[channel].Paused {
		err = i.store.PauseChannel(context.Background(), channel, reason, time.Now())
	}
	if err != nil {
		i.fault("record a pause", err)
	}
}

// faultList gathers what fails within one command.
type faultList struct {
	mu   sync.Mutex
	errs []error
}

func (f *faultList) add(doing string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errs = append(f.errs, fmt.Errorf("%s: %w", doing, err))
}

func (f *faultList) all() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.errs...)
}

// Local gives the API over a data folder that no daemon owns, for the life of
// one command. The close function gives the folder back.
func Local(ctx context.Context, c *config.Config, dir, version string) (http.Handler, func() error, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := store.LockFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(ctx, dir)
	if err != nil {
		return nil, nil, errors.Join(err, lock.Release())
	}
	release := func() error { return errors.Join(s.Close(), lock.Release()) }
	p, err := newParts(ctx, c, s)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	var faults faultList
	p.office.Vault = credentials.In(dir)
	o := office.New(s, idle{s, faults.add}, freeze.New(dir), p.office)
	if err := o.Furnish(ctx); err != nil { // no daemon may have run yet
		return nil, nil, errors.Join(err, release())
	}
	a := newAccounts(c, s, nil)
	handler := web.NewAPI(web.APISettings{
		Office: o, Accounts: a, Sessions: newSessions(c, s, a), Version: version, Local: true, Fault: faults.add,
	})
	return handler, func() error { return errors.Join(faults.all(), release()) }, nil
}
