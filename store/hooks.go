package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/hooks"
)

const selectHooks = `SELECT name, url, types, department, secret, old_secret, old_until, created_at,
	disabled_at, disabled_why, writer_id, seq FROM hooks `

func scanHook(rows *sql.Rows) (hooks.Hook, error) {
	var h hooks.Hook
	var types, secret, old string
	var until, created, disabled int64
	err := rows.Scan(&h.Name, &h.URL, &types, &h.Department, &secret, &old, &until, &created, &disabled, &h.Why, &h.Place.Writer, &h.Place.Seq)
	if err != nil {
		return h, err
	}
	h.Secret, h.OldSecret = channels.NewSecret(secret), channels.NewSecret(old)
	h.OldUntil, h.CreatedAt, h.DisabledAt = at(until), at(created), at(disabled)
	return h, json.Unmarshal([]byte(types), &h.Types)
}

func readHooks(ctx context.Context, q querier, where string, args ...any) ([]hooks.Hook, error) {
	var all []hooks.Hook
	err := scan(ctx, q, func(rows *sql.Rows) error {
		h, err := scanHook(rows)
		all = append(all, h)
		return err
	}, selectHooks+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the hooks: %w", err)
	}
	return all, nil
}

func oneHook(ctx context.Context, q querier, name string) (hooks.Hook, error) {
	all, err := readHooks(ctx, q, "WHERE name = ?", name)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("read the hook %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return hooks.Hook{}, err
	}
	return all[0], nil
}

// Hooks lists the hooks by name.
func (s *Store) Hooks(ctx context.Context) ([]hooks.Hook, error) {
	return readHooks(ctx, s.read, "ORDER BY name")
}

// Hook reads a hook.
func (s *Store) Hook(ctx context.Context, name string) (hooks.Hook, error) {
	return oneHook(ctx, s.read, name)
}

// EnabledHook reads a hook; false if it is disabled, or not there.
func (s *Store) EnabledHook(ctx context.Context, name string) (hooks.Hook, bool, error) {
	h, err := s.Hook(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return h, false, nil
	}
	return h, err == nil && h.Enabled(), err
}

// Hooks lists the hooks within the transaction.
func (t *Tx) Hooks() ([]hooks.Hook, error) { return readHooks(t.ctx, t, "ORDER BY name") }

// Hook reads a hook within the transaction.
func (t *Tx) Hook(name string) (hooks.Hook, error) { return oneHook(t.ctx, t, name) }

// InsertHook adds a hook. It is told of what comes after this transaction.
func (t *Tx) InsertHook(h hooks.Hook) error {
	end := t.end()
	_, err := t.exec(`INSERT INTO hooks (name, url, types, department, secret, created_at, writer_id, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		h.Name, h.URL, list(h.Types), h.Department, h.Secret.Reveal(), ms(t.now), end.Writer, end.Seq)
	if err != nil {
		return fmt.Errorf("store the hook %s: %w", h.Name, err)
	}
	return nil
}

// end is the place of the last entry that the ledger has.
func (t *Tx) end() hooks.Place { return hooks.Place{Writer: t.store.writerID, Seq: t.nextSeq() - 1} }

// SetHookSecret gives a hook another secret. The one before signs as well until
// an instant.
func (t *Tx) SetHookSecret(name string, secret channels.Secret, until time.Time) error {
	err := t.one(`UPDATE hooks SET old_secret = CASE WHEN ?1 > 0 THEN secret ELSE '' END, old_until = ?1, secret = ?2 WHERE name = ?3`,
		ms(until), secret.Reveal(), name)
	if err != nil {
		return fmt.Errorf("change the secret of the hook %s: %w", name, err)
	}
	return nil
}

// EnableHook has a hook told again, of what comes after this transaction. The
// error is ErrNotFound if it is enabled already.
func (t *Tx) EnableHook(name string) error {
	end := t.end()
	err := t.one("UPDATE hooks SET disabled_at = 0, disabled_why = '', writer_id = ?, seq = ? WHERE name = ? AND disabled_at > 0", end.Writer, end.Seq, name)
	if err != nil {
		return fmt.Errorf("enable the hook %s: %w", name, err)
	}
	return nil
}

// DisableHook has a hook told no more. What waited is given up. The error is
// ErrNotFound if it is disabled already.
func (t *Tx) DisableHook(name, why string) error {
	err := t.one("UPDATE hooks SET disabled_at = ?, disabled_why = ? WHERE name = ? AND disabled_at = 0", ms(t.now), why, name)
	if err == nil {
		_, err = t.exec("UPDATE hook_deliveries SET state = 'failed', next_at = 0 WHERE hook = ? AND state = 'waiting'", name)
	}
	if err != nil {
		return fmt.Errorf("disable the hook %s: %w", name, err)
	}
	return nil
}

// disableHooks disables every hook.
func (t *Tx) disableHooks(why string) error {
	all, err := t.Hooks()
	if err != nil {
		return err
	}
	for _, h := range all {
		if err := t.DisableHook(h.Name, why); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// DeleteHook takes a hook away, with all that is known of its deliveries.
func (t *Tx) DeleteHook(name string) error {
	if err := t.one("DELETE FROM hooks WHERE name = ?", name); err != nil {
		return fmt.Errorf("delete the hook %s: %w", name, err)
	}
	return nil
}

// ResendHook has an event told once more, and from then on as if for the first
// time.
func (t *Tx) ResendHook(name, event string) error {
	err := t.one("UPDATE hook_deliveries SET state = 'waiting', attempts = 0, first_at = 0, next_at = ? WHERE hook = ? AND event = ?", ms(t.now), name, event)
	if err != nil {
		return fmt.Errorf("tell the hook %s again: %w", name, err)
	}
	return nil
}

// RewindHook has a hook told again of all that happened since an instant.
func (t *Tx) RewindHook(name string, since time.Time) error {
	err := t.one(`UPDATE hooks SET (writer_id, seq) = (SELECT writer_id, seq - 1 FROM (
		SELECT writer_id, seq FROM ledger_entries WHERE at >= ?1 ORDER BY writer_id, seq LIMIT 1)) WHERE name = ?2
		AND EXISTS (SELECT 1 FROM ledger_entries WHERE at >= ?1)`, ms(since), name)
	if err != nil {
		return fmt.Errorf("tell the hook %s again: %w", name, err)
	}
	return nil
}
