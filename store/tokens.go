package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"clarion/people"
)

const selectTokens = "SELECT id, name, owner, hash, scope, test, created_at, expires_at, revoked_at FROM tokens " //nolint:gosec // columns by their names

func scanToken(rows *sql.Rows) (people.Token, error) {
	var k people.Token
	var created, expires, revoked int64
	err := rows.Scan(&k.ID, &k.Name, &k.Owner, &k.Hash, &k.Scope, &k.Test, &created, &expires, &revoked)
	k.CreatedAt, k.ExpiresAt, k.RevokedAt = at(created), at(expires), at(revoked)
	return k, err
}

// InsertToken stores a token and gives its id.
func (t *Tx) InsertToken(k people.Token) (int64, error) {
	res, err := t.execute("INSERT INTO tokens (name, owner, hash, scope, test, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		[]any{k.Name, k.Owner, k.Hash, string(k.Scope), k.Test, ms(t.now), ms(k.ExpiresAt)})
	if err != nil {
		return 0, fmt.Errorf("store a token: %w", err)
	}
	return res.LastInsertId()
}

// RevokeToken ends a token of a person, or of anybody if no owner is named.
func (t *Tx) RevokeToken(id int64, owner string) error {
	err := t.one("UPDATE tokens SET revoked_at = ? WHERE id = ? AND (? = '' OR owner = ?) AND revoked_at = 0", ms(t.now), id, owner, owner)
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return nil
}

// Tokens lists the tokens of a person, newest first.
func (s *Store) Tokens(ctx context.Context, owner string) ([]people.Token, error) {
	return tokens(ctx, s.read, "WHERE owner = ? ORDER BY id DESC", owner)
}

// TokenByHash finds a token, revoked and expired ones too; false if there is
// none.
func (s *Store) TokenByHash(ctx context.Context, hash string) (people.Token, bool, error) {
	all, err := tokens(ctx, s.read, "WHERE hash = ?", hash)
	if err != nil || len(all) == 0 {
		return people.Token{}, false, err
	}
	return all[0], true, nil
}

// Token reads a token within a transaction.
func (t *Tx) Token(id int64) (people.Token, error) {
	all, err := tokens(t.ctx, t, "WHERE id = ?", id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return people.Token{}, err
	}
	return all[0], nil
}

func tokens(ctx context.Context, q querier, where string, args ...any) ([]people.Token, error) {
	var all []people.Token
	err := scan(ctx, q, func(rows *sql.Rows) error {
		k, err := scanToken(rows)
		all = append(all, k)
		return err
	}, selectTokens+where, args...)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	return all, nil
}
