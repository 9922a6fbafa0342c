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

	backlogOpen = `SELECT state, count(*) FROM sends s WHERE state IN ('failed', 'unknown') AND NOT addressed %[1]s GROUP BY state
	UNION ALL SELECT 'held', count(*) FROM sends s WHERE state = 'held' %[1]s
	UNION ALL SELECT 'held', count(*) FROM sends s WHERE state IN ('claimed', 'sending') AND hold <> '' %[1]s
	UNION ALL SELECT state, count(*) FROM recipients r WHERE state IN ('failed', 'unknown') %[2]s GROUP BY state`

	// Of the departments that are listed as the third parameter.
	sendsOf      = ` AND EXISTS (SELECT 1 FROM messages m WHERE m.id = s.message_id AND m.department IN (SELECT value FROM json_each(?3)))`
	recipientsOf = ` AND EXISTS (SELECT 1 FROM sends s WHERE s.id = r.send_id` + sendsOf + `)`
)

// Backlog counts what is due and what waits for a person. It walks the queue
// channel by channel, so that what is not due costs nothing. Departments, unless
// nil, bound whose.
func (s *Store) Backlog(ctx context.Context, now time.Time, departments []string) (Backlog, error) {
	var b Backlog
	due, recipients, open := backlogDue, backlogRecipients, fmt.Sprintf(backlogOpen, "", "")
	args, openArgs := []any{ms(now), ms(now.Add(-time.Minute))}, []any(nil)
	if departments != nil {
		due, recipients, open = due+sendsOf, recipients+sendsOf, fmt.Sprintf(backlogOpen, sendsOf, recipientsOf)
		args = append(args, list(departments))
		openArgs = args
	}
	for _, query := range []string{due, recipients} {
		if err := s.countDue(ctx, query, args, &b); err != nil {
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
	}, open, openArgs...)
	if err != nil {
		return b, fmt.Errorf("count open sends: %w", err)
	}
	return b, nil
}

func (s *Store) countDue(ctx context.Context, query string, args []any, b *Backlog) error {
	var due, overdue int
	var oldest sql.NullInt64
	err := row(ctx, s.read, query, args, &due, &overdue, &oldest)
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
