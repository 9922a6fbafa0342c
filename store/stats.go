package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"clarion/message"
)

// Backlog is what operations watch of the queue: sends and, of an addressed
// send that has begun, recipients.
type Backlog struct {
	Due       int       // planned or waiting, their instant reached, on paused channels too
	Overdue   int       // of those, later than a minute
	OldestDue time.Time // zero if nothing is due
	Failed    int
	Unknown   int
	Held      int // sends
}

const (
	backlogDue = `WITH RECURSIVE c (name) AS (
		SELECT min(channel) FROM sends WHERE state IN ('planned', 'waiting')
		UNION ALL
		SELECT (SELECT min(channel) FROM sends WHERE state IN ('planned', 'waiting') AND channel > c.name) FROM c WHERE c.name IS NOT NULL)
	SELECT count(*), coalesce(sum(s.next_at < ?2), 0), min(s.next_at) FROM c JOIN sends s ON s.channel = c.name
	WHERE s.state IN ('planned', 'waiting') AND s.next_at <= ?1`

	backlogRecipients = `SELECT count(*), coalesce(sum(r.next_at < ?2), 0), min(r.next_at)
	FROM sends s INDEXED BY sends_leased CROSS JOIN recipients r INDEXED BY recipients_due ON r.send_id = s.id
	WHERE s.state IN ('claimed', 'sending') AND s.addressed AND s.hold = '' AND r.state IN ('planned', 'waiting') AND r.next_at <= ?1`

	backlogOpen = `SELECT state, count(*) FROM sends WHERE state IN ('failed', 'unknown') AND NOT addressed GROUP BY state
	UNION ALL SELECT 'held', count(*) FROM sends WHERE state = 'held'
	UNION ALL SELECT 'held', count(*) FROM sends WHERE state IN ('claimed', 'sending') AND hold <> ''
	UNION ALL SELECT state, count(*) FROM recipients WHERE state IN ('failed', 'unknown') GROUP BY state`
)

// Backlog counts what is due and what waits for a person. It walks the queue
// channel by channel, so that what is not due costs nothing.
func (s *Store) Backlog(ctx context.Context, now time.Time) (Backlog, error) {
	var b Backlog
	for _, query := range []string{backlogDue, backlogRecipients} {
		if err := s.countDue(ctx, query, now, &b); err != nil {
			return b, fmt.Errorf("count what is due: %w", err)
		}
	}
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var state message.SendState
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return err
		}
		switch state {
		case message.Failed:
			b.Failed += n
		case message.SendUnknown:
			b.Unknown += n
		case message.SendHeld:
			b.Held += n
		}
		return nil
	}, backlogOpen)
	if err != nil {
		return b, fmt.Errorf("count open sends: %w", err)
	}
	return b, nil
}

func (s *Store) countDue(ctx context.Context, query string, now time.Time, b *Backlog) error {
	var due, overdue int
	var oldest sql.NullInt64
	err := row(ctx, s.read, query, []any{ms(now), ms(now.Add(-time.Minute))}, &due, &overdue, &oldest)
	if err != nil {
		return err
	}
	b.Due += due
	b.Overdue += overdue
	if first := at(oldest.Int64); oldest.Valid && (b.OldestDue.IsZero() || first.Before(b.OldestDue)) {
		b.OldestDue = first
	}
	return nil
}
