package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sessions keeps what a person's browser or command line is recognised by. It
// implements the store of github.com/alexedwards/scs/v2, which hands it hashed
// tokens.
type Sessions struct{ store *Store }

// Sessions gives the sessions of this store.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// FindCtx reads a session that has not expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = row(ctx, s.store.read, "SELECT data FROM sessions WHERE token = ? AND expires_at > ?", []any{token, ms(time.Now())}, &data)
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read a session: %w", err)
	}
	return data, true, nil
}

// CommitCtx stores a session, and drops those that have expired.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	err := s.store.update(ctx, time.Now(), func(t *Tx) error {
		if _, err := t.exec("DELETE FROM sessions WHERE expires_at <= ?", ms(t.now)); err != nil {
			return err
		}
		_, err := t.exec("INSERT OR REPLACE INTO sessions (token, data, expires_at) VALUES (?, ?, ?)", token, data, ms(expiry))
		return err
	})
	if err != nil {
		return fmt.Errorf("store a session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	err := s.store.update(ctx, time.Now(), func(t *Tx) error {
		_, err := t.exec("DELETE FROM sessions WHERE token = ?", token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
