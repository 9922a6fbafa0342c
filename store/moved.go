package store

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrMoved says that something else was decided meanwhile.
var ErrMoved = errors.New("something else was decided meanwhile")

type unmovedKey struct{}

// expectation is how far a change was when its maker looked.
type expectation struct {
	moves int64
	met   atomic.Bool // it began in time; what it does after that is its own
}

// Unmoved gives a context in which the first transaction that records something
// fails with ErrMoved if anybody else's use case recorded something since. What
// the queue records does not count: nobody decided it.
func (s *Store) Unmoved(ctx context.Context) context.Context {
	return context.WithValue(ctx, unmovedKey{}, &expectation{moves: s.moves.Load()})
}

// unmoved is asked while no other transaction can commit.
func (t *Tx) unmoved() error {
	e, ok := t.ctx.Value(unmovedKey{}).(*expectation)
	if !ok || len(t.entries) == 0 || e.met.Load() {
		return nil
	}
	if t.store.moves.Load() != e.moves {
		return ErrMoved
	}
	e.met.Store(true)
	return nil
}

// moved counts a commit of somebody's use case.
func (t *Tx) moved() {
	if t.decides && len(t.entries) > 0 {
		t.store.moves.Add(1)
	}
}
