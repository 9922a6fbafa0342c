package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// FreezeRow is the database's part of a freeze.
type FreezeRow struct {
	By     string
	Reason string
	At     time.Time
}

// Freeze reads the row; false means that there is none.
func (s *Store) Freeze(ctx context.Context) (FreezeRow, bool, error) {
	var f FreezeRow
	var when int64
	err := row(ctx, s.read, "SELECT by, reason, at FROM freezes", nil, &f.By, &f.Reason, &when)
	if errors.Is(err, ErrNotFound) {
		return f, false, nil
	}
	f.At = at(when)
	if err != nil {
		return f, false, fmt.Errorf("read the freeze: %w", err)
	}
	return f, true, nil
}

// Frozen reports whether there is a row.
func (t *Tx) Frozen() (bool, error) {
	var there bool
	if err := row(t.ctx, t, "SELECT EXISTS (SELECT 1 FROM freezes)", nil, &there); err != nil {
		return false, fmt.Errorf("read the freeze: %w", err)
	}
	return there, nil
}

// SetFreeze writes the row. It is true if there was none before.
func (t *Tx) SetFreeze(by, reason string) (bool, error) {
	n, err := t.exec("INSERT INTO freezes (id, by, reason, at) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO NOTHING", by, reason, ms(t.now))
	if err != nil {
		return false, fmt.Errorf("store the freeze: %w", err)
	}
	return n > 0, nil
}

// ClearFreeze removes the row.
func (t *Tx) ClearFreeze() error {
	if _, err := t.exec("DELETE FROM freezes"); err != nil {
		return fmt.Errorf("clear the freeze: %w", err)
	}
	return nil
}
