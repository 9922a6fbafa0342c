package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Debt is an emergency release that still wants an approval.
type Debt struct {
	Message string
	Title   string
	Digest  string
	By      string
	At      time.Time
}

// InsertDebt records an emergency release, in place of an earlier one of the
// message, which was a rehearsal.
func (t *Tx) InsertDebt(message, digest, by string) error {
	_, err := t.exec(`INSERT INTO debts (message_id, digest, by, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (message_id) DO UPDATE SET digest = excluded.digest, by = excluded.by, at = excluded.at, settled_by = '', settled_at = 0`, message, digest, by, ms(t.now))
	if err != nil {
		return fmt.Errorf("record an emergency release: %w", err)
	}
	return nil
}

// Debtor gives who released a message in an emergency; ErrNotFound if it owes no
// approval.
func (t *Tx) Debtor(message string) (by string, err error) {
	err = row(t.ctx, t, "SELECT by FROM debts WHERE message_id = ? AND settled_at = 0", []any{message}, &by)
	if err != nil {
		return "", fmt.Errorf("read an emergency release: %w", err)
	}
	return by, nil
}

// DropDebt forgets an emergency release of what is no longer to go: an edit
// came first.
func (t *Tx) DropDebt(message string) error {
	if _, err := t.exec("DELETE FROM debts WHERE message_id = ?", message); err != nil {
		return fmt.Errorf("forget an emergency release: %w", err)
	}
	return nil
}

// SettleDebt records who approved an emergency release afterwards; by nobody
// who released it.
func (t *Tx) SettleDebt(message, by string) error {
	err := t.one("UPDATE debts SET settled_by = ?, settled_at = ? WHERE message_id = ? AND settled_at = 0 AND by <> ?", by, ms(t.now), message, by)
	if err != nil {
		return fmt.Errorf("settle an emergency release: %w", err)
	}
	_, err = t.exec(`UPDATE revisions SET approved = 1 WHERE message_id = ?1 AND number = (
		SELECT m.revision FROM messages m JOIN debts d ON d.message_id = m.id WHERE m.id = ?1 AND m.approved_digest = d.digest)`, message)
	if err != nil {
		return fmt.Errorf("settle an emergency release: %w", err)
	}
	return nil
}

// Debts lists what still wants an approval, oldest first.
// Departments, unless nil, bound whose.
func (s *Store) Debts(ctx context.Context, departments []string) ([]Debt, error) {
	var all []Debt
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var d Debt
		var when int64
		err := rows.Scan(&d.Message, &d.Title, &d.Digest, &d.By, &when)
		d.At = at(when)
		all = append(all, d)
		return err
	}, `SELECT d.message_id, m.title, d.digest, d.by, d.at FROM debts d JOIN messages m ON m.id = d.message_id WHERE d.settled_at = 0
		AND (?1 IS NULL OR m.department IN (SELECT value FROM json_each(?1))) ORDER BY d.at, d.message_id`, only(departments))
	if err != nil {
		return nil, fmt.Errorf("list emergency releases: %w", err)
	}
	return all, nil
}
