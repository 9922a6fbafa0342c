package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/crashpoint"
	"clarion/ledger"
)

// writer is the one write connection with its prepared statements.
type writer struct {
	db       *sql.DB
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	bare     map[string]*bare
}

// walPages is how many pages of 4 KiB the journal holds before they are folded
// into the database: large commits would do that every time with fewer.
const walPages = 8_000

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	// A statement's own journal is kept in memory: a change of many rows would make a file for it.
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = %d", walPages)); err != nil {
		return nil, errors.Join(err, conn.Close(), db.Close())
	}
	return &writer{db: db, conn: conn, prepared: map[string]*sql.Stmt{}, bare: map[string]*bare{}}, nil
}

func (w *writer) close() error {
	var errs []error
	for _, stmt := range w.prepared {
		errs = append(errs, stmt.Close())
	}
	for _, b := range w.bare {
		errs = append(errs, b.stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}

// stmt prepares a statement once for the life of the connection.
func (w *writer) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := w.prepared[query]; ok {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	w.prepared[query] = stmt
	return stmt, nil
}

// Tx is one write transaction together with the ledger entries that it will
// chain at its end. A query's rows are read to their end before the same query
// runs again.
type Tx struct {
	ctx     context.Context
	writer  *writer
	store   *Store
	now     time.Time
	entries []chained
	body    []byte              // of the entry that is being made
	names   map[string][]string // lists of audiences that were decoded
	halted  map[string]bool     // messages that the gate stopped whole
	request *pending            // that this transaction is the act of
	decides bool                // it is of a use case, not of the queue
}

// Update runs a use case's change and its ledger entries in one transaction.
func (s *Store) Update(ctx context.Context, now time.Time, change func(*Tx) error) error {
	return s.update(ctx, now, func(t *Tx) error {
		t.decides = true
		return change(t)
	})
}

// Now is the transaction's instant.
func (t *Tx) Now() time.Time { return t.now }

// update runs a change and its ledger link in one transaction. Once begun it
// is not cut short by the caller going away.
func (s *Store) update(ctx context.Context, now time.Time, change func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	t := &Tx{ctx: context.WithoutCancel(ctx), writer: s.write, store: s, now: now}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() {
		if !committed { // also where change panics; SQLite may have rolled back by itself, as on a full disk
			_, _ = t.exec("ROLLBACK")
		}
	}()
	tail, err := t.run(change)
	if err != nil {
		return err
	}
	crashpoint.Here(crashpoint.Commit)
	if _, err := t.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	s.tail, committed = tail, true
	if len(t.entries) > 0 {
		s.tellNews()
	}
	t.tookRequest()
	t.moved()
	crashpoint.Here(crashpoint.Committed)
	return nil
}

func (t *Tx) run(change func(*Tx) error) (ledger.Link, error) {
	if err := change(t); err != nil {
		return ledger.Link{}, err
	}
	if err := t.unmoved(); err != nil {
		return ledger.Link{}, err
	}
	if err := t.takeRequest(); err != nil {
		return ledger.Link{}, err
	}
	return t.chain()
}

// exec runs a change and gives how many rows it hit.
func (t *Tx) exec(query string, args ...any) (int64, error) {
	res, err := t.execute(query, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insertedAtOnce is how many rows one statement inserts where there are many.
const insertedAtOnce = 20

// insertAll adds rows of so many columns to a table, in their order.
func (t *Tx) insertAll(into string, columns int, values []any) error {
	one := "(?" + strings.Repeat(", ?", columns-1) + ")"
	single := "INSERT INTO " + into + " VALUES " + one
	several := single + strings.Repeat(", "+one, insertedAtOnce-1)
	for many := columns * insertedAtOnce; len(values) >= many; values = values[many:] {
		if err := t.do(several, values[:many]...); err != nil {
			return err
		}
	}
	for ; len(values) > 0; values = values[columns:] {
		if err := t.do(single, values[:columns]...); err != nil {
			return err
		}
	}
	return nil
}

// updateAll runs an update of the rows that have one of the ids. The statement
// ends before the condition on the id; its other values come first.
func (t *Tx) updateAll(update string, ids []int64, args ...any) error {
	if len(ids) == 1 {
		return t.do(update+"= ?", append(args, ids[0])...)
	}
	spans, rest := neighbours(ids)
	for _, s := range spans {
		if err := t.do(update+"BETWEEN ? AND ?", append(slices.Clip(args), s.first, s.last)...); err != nil {
			return err
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return t.do(update+"IN (SELECT value FROM json_each(?))", append(args, list(rest))...)
}

func (t *Tx) execute(query string, args []any) (sql.Result, error) {
	stmt, err := t.writer.stmt(t.ctx, query) //nolint:sqlclosecheck // it lives as long as the connection
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(t.ctx, args...)
}

// one runs a change that must hit a row.
func (t *Tx) one(query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// QueryContext runs a prepared query within the transaction.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := t.writer.stmt(ctx, query) //nolint:sqlclosecheck // as above
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// querier is a read pool or a write transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// scan runs a query and hands each row to read.
func scan(ctx context.Context, q querier, read func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// row reads the one row of a query into dest, or ErrNotFound.
func row(ctx context.Context, q querier, query string, args []any, dest ...any) error {
	found := false
	err := scan(ctx, q, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, query, args...)
	if err == nil && !found {
		return ErrNotFound
	}
	return err
}

// list turns values into the JSON array that a statement unfolds with
// json_each.
func list(values any) string {
	b, err := json.Marshal(values)
	if err != nil {
		panic("store: a list always marshals: " + err.Error())
	}
	return string(b)
}
