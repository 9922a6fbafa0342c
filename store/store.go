// Package store keeps everything that Clarion must not lose, in one SQLite
// file. All SQL of the product lives here; nothing outside of this package may
// know which database it is.
//
// Failure rules. A method that returns without error has its change on the
// disk. A method that returns an error changed nothing, ledger included: each
// is one transaction, and the ledger link is written in the transaction of
// what it records. A commit that was begun is carried through even if the
// caller's context ends meanwhile. The gate of package message is asked within
// the transaction that claims and again within the one that opens an attempt.
// No transaction waits for the network. Bytes whose digest does not match are
// never handed out.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"clarion/ledger"
)

// ErrNotFound says that there is no such thing.
var ErrNotFound = errors.New("not found")

// fileName is the database's name in the data folder.
const fileName = "clarion.db"

// Store is the open database of a data folder.
type Store struct {
	dir    string
	read   *sql.DB
	public *sql.DB

	writing  sync.Mutex // held by the one transaction that writes
	write    *writer
	writerID int64
	tail     ledger.Link // of this writer's chain; moves only after its commit
	news     chan struct{}

	moves atomic.Int64 // what people decided so far, in this process
}

// Open opens or creates the database of a data folder and brings its schema up
// to date. The caller holds the folder's lock.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, assetsDir), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := removeLeftovers(dir); err != nil {
		return nil, fmt.Errorf("clean the data folder: %w", err)
	}
	path := filepath.Join(dir, fileName)
	if err := migrate(ctx, path); err != nil {
		return nil, err
	}
	w, err := newWriter(ctx, openWriter(path))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s := &Store{dir: dir, write: w, read: openReader(path), public: openPublic(path), news: make(chan struct{}, 1)}
	if err := s.openLedger(ctx, time.Now()); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger of %s: %w", path, err), s.Close())
	}
	_ = s.Clean(ctx) // of an erasure that was cut short; what fails is done again at the next start
	return s, nil
}

// Close closes every connection. What was committed stays.
func (s *Store) Close() error {
	return errors.Join(s.public.Close(), s.read.Close(), s.write.close())
}

// ms is how an instant is stored; the zero instant is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is the instant of a stored number.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
