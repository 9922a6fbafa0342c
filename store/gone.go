package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"clarion/message"
)

const (
	// openChannels steps from one channel to the next, however many sends each
	// has.
	openChannels = `WITH RECURSIVE each (name) AS (
		SELECT min(channel) FROM sends WHERE state IN ('planned', 'waiting')
		UNION ALL
		SELECT (SELECT min(channel) FROM sends WHERE state IN ('planned', 'waiting') AND channel > each.name) FROM each WHERE each.name IS NOT NULL)
		SELECT name FROM each WHERE name IS NOT NULL
		UNION
		SELECT channel FROM sends WHERE state IN ('claimed', 'sending') AND addressed AND hold = ''`

	// dueOfChannel is also what of an addressed send is under way: its
	// recipients would wait for ever.
	dueOfChannel = `SELECT id FROM (
		SELECT id, next_at FROM sends WHERE channel = ?1 AND state IN ('planned', 'waiting') AND next_at <= ?2
		UNION ALL
		SELECT id, next_at FROM sends WHERE channel = ?1 AND state IN ('claimed', 'sending') AND state = 'sending' AND addressed AND hold = '')
		ORDER BY next_at, id LIMIT ?3`

	goneAtOnce = 100 // sends in one transaction
)

// HoldGone asks the gate about what is due by channels that are no longer
// configured: nobody claims it. It gives what was stopped.
func (s *Store) HoldGone(ctx context.Context, configured []string, frozen bool, now time.Time) ([]message.Stopped, error) {
	gone, err := s.goneChannels(ctx, configured)
	if err != nil {
		return nil, err
	}
	var all []message.Stopped
	for _, channel := range gone {
		for more := true; more; {
			var stopped []message.Stopped
			err := s.update(ctx, now, func(t *Tx) (err error) {
				stopped, more, err = t.holdGone(message.Lane{Channel: channel, Frozen: frozen})
				return err
			})
			if err != nil {
				return all, fmt.Errorf("hold what is due by %s: %w", channel, err)
			}
			all = append(all, stopped...)
		}
	}
	return all, nil
}

func (s *Store) goneChannels(ctx context.Context, configured []string) ([]string, error) {
	var gone []string
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		if !slices.Contains(configured, name) {
			gone = append(gone, name)
		}
		return err
	}, openChannels)
	if err != nil {
		return nil, fmt.Errorf("look for channels that are gone: %w", err)
	}
	return gone, nil
}

// holdGone stops one piece of what is due, and reports whether there may be
// more.
func (t *Tx) holdGone(lane message.Lane) (stopped []message.Stopped, more bool, err error) {
	var ids []int64
	err = scan(t.ctx, t, func(rows *sql.Rows) error {
		ids = append(ids, 0)
		return rows.Scan(&ids[len(ids)-1])
	}, dueOfChannel, lane.Channel, ms(t.now), goneAtOnce)
	if err != nil || len(ids) == 0 {
		return nil, false, err
	}
	frozen, err := t.frozen(lane.Frozen)
	if err != nil {
		return nil, false, err
	}
	facts, err := t.facts(lane, frozen, factsOf, list(ids))
	if err != nil {
		return nil, false, err
	}
	for _, f := range facts {
		verdict := message.Decide(f.gate, t.now)
		if verdict.Act == message.NotYet {
			continue
		}
		if err := t.stop(f, verdict); err != nil {
			return nil, false, err
		}
		stopped = append(stopped, *f.stopped(verdict))
	}
	return stopped, len(ids) == goneAtOnce && len(stopped) > 0, nil
}
