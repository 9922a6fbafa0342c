package store

import (
	"database/sql"
	"fmt"

	"clarion/message"
)

// Recipient finds a recipient of a send by number, or by an address's key.
func (t *Tx) Recipient(send, number int64, addressKey string) (Recipient, error) {
	r := Recipient{}
	err := ErrNotFound
	failed := scan(t.ctx, t, func(rows *sql.Rows) error {
		err = nil
		return rows.Scan(&r.ID, &r.Address, &r.State)
	}, "SELECT id, address, state FROM recipients WHERE send_id = ? AND (id = ? OR address_key = ?) LIMIT 1", send, number, addressKey)
	if failed != nil {
		err = failed
	}
	if err != nil {
		return r, fmt.Errorf("read a recipient of send %d: %w", send, err)
	}
	return r, nil
}

// ResolveRecipient settles one recipient of an addressed send by a person's
// word, as Resolve does all.
func (t *Tx) ResolveRecipient(s message.Send, recipient int64, from, to message.SendState) error {
	if !from.Open() || !from.Can(to) {
		return fmt.Errorf("a recipient that is %s cannot become %s", from, to)
	}
	var sent int64
	if to == message.Sent {
		sent = ms(t.now)
	}
	err := t.one("UPDATE recipients SET state = ?, next_at = ?, sent_at = ? WHERE id = ? AND send_id = ? AND state = ?",
		to, ms(t.now), sent, recipient, s.ID, from)
	if err != nil {
		return fmt.Errorf("resolve recipient %d of send %d: %w", recipient, s.ID, err)
	}
	return t.resolved(s, from, to, 1)
}
