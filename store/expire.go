package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"clarion/message"
)

const (
	heldExpired = "SELECT id FROM messages WHERE state = 'held' AND expires_at BETWEEN 1 AND ?"

	// heldSendsExpired are of messages under way: they are held one by one.
	heldSendsExpired = `SELECT s.id FROM sends s INDEXED BY sends_held CROSS JOIN messages m ON m.id = s.message_id
		WHERE s.state = 'held' AND s.run = 0 AND m.state IN ('releasing', 'released_with_open') AND m.expires_at BETWEEN 1 AND ?1
		UNION ALL
		SELECT s.id FROM sends s INDEXED BY sends_leased CROSS JOIN messages m ON m.id = s.message_id
		WHERE s.state IN ('claimed', 'sending') AND s.hold <> '' AND s.addressed AND s.run = 0
			AND m.state IN ('releasing', 'released_with_open') AND m.expires_at BETWEEN 1 AND ?1`
)

// ExpireHeld ends what is held when it is no longer worth sending: a held
// message expires at its instant, and what is held of one under way is
// cancelled. What is not held the gate looks at when it is due. It gives how
// many messages expired and sends were cancelled.
func (s *Store) ExpireHeld(ctx context.Context, now time.Time) (int, error) {
	var n int
	err := s.update(ctx, now, func(t *Tx) error {
		messages, err := t.expireHeldMessages()
		if err != nil {
			return err
		}
		sends, err := t.dropHeldSends()
		n = messages + sends
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("expire what is held: %w", err)
	}
	return n, nil
}

func (t *Tx) expireHeldMessages() (int, error) {
	var ids []string
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		ids = append(ids, "")
		return rows.Scan(&ids[len(ids)-1])
	}, heldExpired, ms(t.now))
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := t.expireMessage(id); err != nil {
			return 0, err
		}
	}
	return len(ids), t.forgetFirsts(ids)
}

// forgetFirsts drops first decisions about messages that are over.
func (t *Tx) forgetFirsts(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := t.exec("DELETE FROM countersigns WHERE subject IN (SELECT value FROM json_each(?))", list(ids))
	return err
}

func (t *Tx) dropHeldSends() (int, error) {
	ids := []int64{}
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		ids = append(ids, 0)
		return rows.Scan(&ids[len(ids)-1])
	}, heldSendsExpired, ms(t.now))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	facts, err := t.facts(message.Lane{}, false, factsOf, list(ids))
	if err != nil {
		return 0, err
	}
	for _, f := range facts {
		if err := t.dropSend(f, "its message expired"); err != nil {
			return 0, err
		}
	}
	return len(facts), nil
}
