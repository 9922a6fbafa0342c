package store

import (
	"context"
	"database/sql"
	"fmt"

	"clarion/message"
)

const (
	// ledgerOfSends reads what the ledger says of sends, and of messages where
	// that moves their sends.
	ledgerOfSends = `SELECT seq, coalesce(body ->> 'send', 0), coalesce(body ->> 'message', '') FROM ledger_entries
		WHERE writer_id = (SELECT max(id) FROM ledger_writers) AND seq > ? AND (kind LIKE 'send.%' OR kind IN (
			'message.approved', 'message.edited', 'message.held', 'message.release', 'message.cancelled', 'message.expired', 'message.rehearsal'))
		ORDER BY seq LIMIT ?`

	// sendsOfChanges joins changes with their sends, the last change of each. No
	// decision about a message moves a send that has left.
	sendsOfChanges = `JOIN (SELECT id, max(place) AS last FROM (
			SELECT e.key AS place, e.value ->> 0 AS id FROM json_each(?1) e WHERE e.value ->> 0 > 0
			UNION ALL
			SELECT e.key, s.id FROM json_each(?1) e JOIN sends s ON s.message_id = e.value ->> 1
			WHERE e.value ->> 0 = 0 AND s.state NOT IN ('sent', 'rehearsed')) GROUP BY id) c ON c.id = s.id
		WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM messages m WHERE m.id = s.message_id AND m.department IN (SELECT value FROM json_each(?2)))
		ORDER BY c.last, s.id`
)

// ChangedSends lists sends that the ledger speaks of after a place, oldest
// change first, with the place to go on from. Limit bounds the entries that
// are read; departments, unless nil, bound whose messages' sends are listed.
func (s *Store) ChangedSends(ctx context.Context, after int64, limit int, departments []string) ([]message.Send, int64, error) {
	changes := [][2]any{} // of a send, or with 0 of all of a message
	next := after
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var send int64
		var id string
		err := rows.Scan(&next, &send, &id)
		changes = append(changes, [2]any{send, id})
		return err
	}, ledgerOfSends, after, limit)
	if err != nil {
		return nil, after, fmt.Errorf("read changed sends: %w", err)
	}
	if len(changes) == 0 {
		return nil, next, nil
	}
	changed, err := sends(ctx, s.read, sendsOfChanges, list(changes), only(departments))
	return changed, next, err
}

// LedgerEnd gives the place behind the newest entry.
func (s *Store) LedgerEnd(ctx context.Context) (int64, error) {
	var end int64
	err := row(ctx, s.read, "SELECT coalesce(max(seq), 0) FROM ledger_entries WHERE writer_id = (SELECT max(id) FROM ledger_writers)", nil, &end)
	if err != nil {
		return 0, fmt.Errorf("read the ledger's end: %w", err)
	}
	return end, nil
}
