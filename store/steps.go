package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// Step gives what a step of a send came to; false if it was not recorded. A
// send that was planned again for a new revision starts anew.
func (s *Store) Step(ctx context.Context, send int64, revision int, name string) (string, bool, error) {
	return s.step(ctx, "SELECT value FROM steps WHERE send_id = ? AND revision = ? AND name = ?", send, revision, name)
}

// OriginalStep gives a step of the send that a send corrects or withdraws;
// false if there is no such step or no original.
func (s *Store) OriginalStep(ctx context.Context, send int64, name string) (string, bool, error) {
	return s.step(ctx, `SELECT t.value FROM sends s JOIN renderings r ON r.id = s.rendering_id JOIN sends o ON o.id = r.original
		JOIN steps t ON t.send_id = o.id AND t.revision = o.revision WHERE s.id = ? AND t.name = ?`, send, name)
}

func (s *Store) step(ctx context.Context, query string, args ...any) (string, bool, error) {
	var value string
	err := row(ctx, s.read, query, args, &value)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read a step of send %d: %w", args[0], err)
	}
	return value, true, nil
}

// RecordStep makes a step of a send durable before it returns. One that was
// recorded before is replaced.
func (s *Store) RecordStep(ctx context.Context, send int64, revision int, step channels.Step, now time.Time) error {
	err := s.update(ctx, now, func(t *Tx) error {
		_, err := t.exec(`INSERT INTO steps (send_id, revision, name, value, cost, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (send_id, revision, name) DO UPDATE SET value = excluded.value, cost = excluded.cost, at = excluded.at`,
			send, revision, step.Name, step.Value, step.Cost, ms(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("record step %q of send %d: %w", step.Name, send, err)
	}
	return nil
}

// Steps lists what a send of a revision did so far, in its order.
func (s *Store) Steps(ctx context.Context, send int64, revision int) ([]message.Step, error) {
	var all []message.Step
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var step message.Step
		var when int64
		err := rows.Scan(&step.Name, &step.Value, &step.Cost, &when)
		step.At = at(when)
		all = append(all, step)
		return err
	}, "SELECT name, value, cost, at FROM steps WHERE send_id = ? AND revision = ? ORDER BY at, length(name), name", send, revision)
	if err != nil {
		return nil, fmt.Errorf("read the steps of send %d: %w", send, err)
	}
	return all, nil
}

// Charged is how much a channel published, and what its destination charged.
type Charged struct {
	Posts int
	Cost  int64 // of every step, in millionths of the account's currency
}

// ChargedSince counts by channel what was published since an instant: steps
// named "post/…" and "reply/…".
func (s *Store) ChargedSince(ctx context.Context, since time.Time) (map[string]Charged, error) {
	all := map[string]Charged{}
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var channel string
		var c Charged
		err := rows.Scan(&channel, &c.Posts, &c.Cost)
		all[channel] = c
		return err
	}, `SELECT s.channel, sum(t.name LIKE 'post/%' OR t.name LIKE 'reply/%'), sum(t.cost)
		FROM steps t INDEXED BY steps_by_time CROSS JOIN sends s ON s.id = t.send_id WHERE t.at >= ? GROUP BY s.channel`, ms(since))
	if err != nil {
		return nil, fmt.Errorf("count what was published: %w", err)
	}
	return all, nil
}
