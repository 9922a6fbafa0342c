package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"clarion/config"
	"clarion/freeze"
	"clarion/message"
	"clarion/office"
	"clarion/store"
	"clarion/web"
)

// idle is the queue of a process that sends nothing: the next daemon finds
// what was planned.
type idle struct{}

func (idle) Wake()                        {}
func (idle) Reload(context.Context) error { return nil }

func (idle) Look(context.Context, int64) (message.Look, error) {
	return message.Look{}, errors.New("only a running daemon looks at a destination")
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
	var fault error
	o := office.New(s, idle{}, freeze.New(dir), p.office)
	handler := web.NewAPI(o, version, func(doing string, err error) { fault = errors.Join(fault, fmt.Errorf("%s: %w", doing, err)) })
	return handler, func() error { return errors.Join(fault, release()) }, nil
}
