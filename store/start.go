package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// SwapBaseURL stores the public address of this start and gives that of the
// one before; empty if there was none.
func (s *Store) SwapBaseURL(ctx context.Context, base string) (before string, err error) {
	err = s.update(ctx, time.Now(), func(t *Tx) error {
		err := row(t.ctx, t, "SELECT value FROM meta WHERE key = 'base_url'", nil, &before)
		if err != nil && !errors.Is(err, ErrNotFound) || before == base {
			return err
		}
		_, err = t.exec("INSERT INTO meta (key, value) VALUES ('base_url', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", base)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("store the public address: %w", err)
	}
	return before, nil
}
