package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// bare is a prepared statement that is run below database/sql, which costs less
// where the same is run for every send: all values are bound by one call into
// C, from a list that is used again.
type bare struct {
	stmt driver.Stmt
	args []driver.NamedValue
}

// bareStmt prepares a statement once for the life of the connection.
func (w *writer) bareStmt(ctx context.Context, query string) (*bare, error) {
	if b, ok := w.bare[query]; ok {
		return b, nil
	}
	var b bare
	err := w.conn.Raw(func(conn any) (err error) {
		b.stmt, err = conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	w.bare[query] = &b
	return &b, nil
}

// do runs a change of which nobody asks how many rows it hit.
func (t *Tx) do(query string, args ...any) error {
	return t.each(query, nil, func() error { return nil }, args...)
}

// each runs a query and calls read for each row, whose columns are then in row
// until the next. Read runs no statement, and does not panic: the connection is
// lost by that.
func (t *Tx) each(query string, row []driver.Value, read func() error, args ...any) error {
	b, err := t.writer.bareStmt(t.ctx, query)
	if err != nil {
		return err
	}
	return t.writer.conn.Raw(func(any) error { return b.run(t.ctx, row, read, args) })
}

func (b *bare) run(ctx context.Context, row []driver.Value, read func() error, args []any) error {
	b.args = b.args[:0]
	for i, arg := range args {
		v, err := value(arg)
		if err != nil {
			return err
		}
		b.args = append(b.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	rows, err := b.stmt.(driver.StmtQueryContext).QueryContext(ctx, b.args)
	clear(b.args)
	if err != nil {
		return err
	}
	for err == nil {
		if err = rows.Next(row); err == nil {
			err = read()
		}
	}
	if errors.Is(err, io.EOF) {
		return rows.Close()
	}
	return errors.Join(err, rows.Close())
}

// value gives an argument as the driver takes it.
func value(arg any) (driver.Value, error) {
	switch arg.(type) {
	case int64, string, []byte:
		return arg, nil
	}
	return driver.DefaultParameterConverter.ConvertValue(arg)
}
