package store

import (
	"errors"
	"fmt"
	"time"
)

// InsertReset stores a hashed link by which a person may choose a password
// once. A new one makes the older void.
func (t *Tx) InsertReset(hash, person string, expires time.Time) error {
	if _, err := t.exec("DELETE FROM resets WHERE person = ? OR expires_at <= ?", person, ms(t.now)); err != nil {
		return fmt.Errorf("void reset links: %w", err)
	}
	if _, err := t.exec("INSERT INTO resets (hash, person, expires_at) VALUES (?, ?, ?)", hash, person, ms(expires)); err != nil {
		return fmt.Errorf("store a reset link: %w", err)
	}
	return nil
}

// Reset gives whom a hashed link is for; false if it is none that holds.
func (t *Tx) Reset(hash string) (person string, ok bool, err error) {
	err = row(t.ctx, t, "SELECT person FROM resets WHERE hash = ? AND expires_at > ?", []any{hash, ms(t.now)}, &person)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read a reset link: %w", err)
	}
	return person, true, nil
}
