package store

import (
	"context"
	"errors"
	"fmt"
)

const imported = `SELECT i.message_id FROM imports i JOIN messages m ON m.id = i.message_id
	WHERE i.entry = ? AND m.state <> 'cancelled'`

// Imported gives the message that an entry of a feed became, or false. One
// that was cancelled does not count.
func (s *Store) Imported(ctx context.Context, entry string) (string, bool, error) {
	return importedOf(ctx, s.read, entry)
}

// Imported is the same within a transaction.
func (t *Tx) Imported(entry string) (string, bool, error) { return importedOf(t.ctx, t, entry) }

func importedOf(ctx context.Context, q querier, entry string) (id string, known bool, err error) {
	err = row(ctx, q, imported, []any{entry}, &id)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look whether an entry was imported: %w", err)
	}
	return id, true, nil
}

// PutImported remembers which message an entry of a feed became.
func (t *Tx) PutImported(entry, message string) error {
	_, err := t.exec("INSERT OR REPLACE INTO imports (entry, message_id, at) VALUES (?, ?, ?)", entry, message, ms(t.now))
	if err != nil {
		return fmt.Errorf("remember an imported entry: %w", err)
	}
	return nil
}
