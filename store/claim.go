package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"clarion/message"
)

const (
	nextDue = `SELECT next_at, 1 FROM sends WHERE channel = ?1 AND state IN ('planned', 'waiting') AND ?2 >= 0 ORDER BY next_at LIMIT 1`

	nextDueAddressed = `SELECT min(x), count(x) FROM (
		SELECT min(next_at) - ?2 AS x FROM sends
		WHERE channel = ?1 AND state IN ('planned', 'waiting') AND materialised_at = 0
		UNION ALL
		SELECT max(s.next_at, (SELECT r.next_at FROM recipients r
			WHERE r.send_id = s.id AND r.state IN ('planned', 'waiting') ORDER BY r.next_at LIMIT 1))
		FROM sends s INDEXED BY sends_ready WHERE s.channel = ?1 AND s.state IN ('planned', 'waiting') AND s.materialised_at > 0
		UNION ALL
		SELECT (SELECT r.next_at FROM recipients r
			WHERE r.send_id = s.id AND r.state IN ('planned', 'waiting') ORDER BY r.next_at LIMIT 1)
		FROM sends s WHERE s.channel = ?1 AND s.state IN ('claimed', 'sending') AND s.hold = '')`
)

// NextDue gives the next instant at which a lane has something to do: a send
// or recipient due, or an addressed send whose recipients are to be fixed so
// long before its instant. False means that nothing is planned.
func (s *Store) NextDue(ctx context.Context, lane message.Lane, before time.Duration) (time.Time, bool, error) {
	query := nextDue
	if lane.Addressed {
		query = nextDueAddressed
	}
	var next sql.NullInt64
	var n int
	err := row(ctx, s.read, query, []any{lane.Channel, before.Milliseconds()}, &next, &n)
	if errors.Is(err, ErrNotFound) || err == nil && n == 0 {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("look for the next due send of %s: %w", lane.Channel, err)
	}
	return time.UnixMilli(next.Int64), true, nil
}

// Claim leases up to limit due sends of a local channel, whose publication
// opens their attempts. The gate is asked; what it does not let pass is held,
// expired or cancelled in the same transaction.
func (s *Store) Claim(ctx context.Context, lane message.Lane, limit int, now time.Time) (message.Claim, error) {
	var claim message.Claim
	err := s.update(ctx, now, func(t *Tx) error {
		pass, stopped, err := t.judge(message.ClaimRequest{Lane: lane, Limit: limit}, factsDueLocal)
		if err != nil {
			return err
		}
		claim.Stopped = stopped
		return t.lease(pass, &claim)
	})
	if err != nil {
		return message.Claim{}, fmt.Errorf("claim for %s: %w", lane.Channel, err)
	}
	return claim, nil
}

func (t *Tx) lease(pass []fact, claim *message.Claim) error {
	if len(pass) == 0 {
		return nil
	}
	ids := make([]int64, len(pass))
	claim.Items = make([]message.Item, len(pass))
	for i, f := range pass {
		ids[i], claim.Items[i] = f.send, f.item
	}
	_, err := t.exec("UPDATE sends SET state = 'claimed' WHERE id IN (SELECT value FROM json_each(?))", list(ids))
	return err
}

// judge reads what is due of a lane by a query, and asks the gate. What does
// not pass is stopped.
func (t *Tx) judge(c message.ClaimRequest, due string) (pass []fact, stopped []message.Stopped, err error) {
	frozen, err := t.frozen(c.Lane.Frozen)
	if err != nil {
		return nil, nil, err
	}
	all, err := t.facts(c.Lane, frozen, due, c.Lane.Channel, ms(t.now), c.Limit)
	if err != nil {
		return nil, nil, err
	}
	pass = all[:0]
	for _, f := range all {
		switch verdict := message.Decide(f.gate, t.now); {
		case verdict.Act == message.Pass:
			pass = append(pass, f)
		case verdict.Act == message.NotYet && f.addressed: // its recipients have their instants
		default:
			if err := t.stop(f, verdict); err != nil {
				return nil, nil, err
			}
			stopped = append(stopped, *f.stopped(verdict))
		}
	}
	return pass, stopped, nil
}
