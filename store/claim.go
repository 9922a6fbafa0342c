package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"clarion/ledger"
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

// Claim leases up to limit due sends or recipients of a lane. The gate is
// asked; what it does not let pass is held, expired or cancelled in the same
// transaction.
func (s *Store) Claim(ctx context.Context, lane message.Lane, limit int, now time.Time) (message.Claim, error) {
	var claim message.Claim
	err := s.update(ctx, now, func(t *Tx) error {
		frozen, err := t.frozen(lane.Frozen)
		if err != nil {
			return err
		}
		if lane.Addressed {
			claim, err = t.claimRecipients(lane, frozen, limit)
		} else {
			claim, err = t.claimSends(lane, frozen, limit)
		}
		return err
	})
	if err != nil {
		return message.Claim{}, fmt.Errorf("claim for %s: %w", lane.Channel, err)
	}
	return claim, nil
}

func (t *Tx) claimSends(lane message.Lane, frozen bool, limit int) (message.Claim, error) {
	facts, err := t.facts(lane, frozen, factsDue, lane.Channel, ms(t.now), limit)
	if err != nil {
		return message.Claim{}, err
	}
	var claim message.Claim
	var ids []int64
	for _, f := range facts {
		verdict := message.Decide(f.gate, t.now)
		if verdict.Act == message.Pass {
			claim.Items = append(claim.Items, f.item)
			ids = append(ids, f.send)
			continue
		}
		stopped, err := t.stop(f, verdict)
		if err != nil {
			return message.Claim{}, err
		}
		claim.Stopped = append(claim.Stopped, stopped)
	}
	if len(ids) == 0 {
		return claim, nil
	}
	_, err = t.exec("UPDATE sends SET state = 'claimed' WHERE id IN (SELECT value FROM json_each(?))", list(ids))
	return claim, err
}

// stop does what a verdict says with a send that may not go.
func (t *Tx) stop(f fact, v message.Verdict) (message.Stopped, error) {
	stopped := message.Stopped{
		Send: f.send, Message: f.item.Message, Channel: f.item.Channel,
		Audiences: f.item.Audiences, Due: f.item.Due, Verdict: v,
	}
	live := f.item.Run == 0
	var err error
	switch {
	case v.Act == message.NotYet: // the clock went back
		err = t.one("UPDATE sends SET state = 'planned', next_at = max(next_at, due_at) WHERE id = ?", f.send)
	case v.Act == message.HoldIt && live && f.gate.Message == message.Approved:
		err = t.holdMessage(f.item.Message, v.Hold, v.Why)
	case v.Act == message.HoldIt:
		err = t.holdSend(f, v.Hold, v.Why)
	case v.Act == message.Expire && f.gate.Message == message.Approved:
		err = t.expireMessage(f.item.Message)
	case v.Act == message.Expire || v.Act == message.Discard:
		err = t.dropSend(f, v.Why)
	default:
		err = t.holdSend(f, message.HoldManual, v.Why)
	}
	return stopped, err
}

// holdMessage holds a message by the gate. It may stop several sends of one
// message at once: the first holds it.
func (t *Tx) holdMessage(id string, reason message.HoldReason, why string) error {
	held, err := t.setHeld(id, reason, "")
	if err != nil || !held {
		return err
	}
	_, err = t.record(ledger.MessageHeld, ledger.MessageBody{Message: id, Hold: reason, Why: why})
	return err
}

// setHeld holds a message that has not begun, with all its sends; false if it
// is not approved any more. By is empty where the gate holds.
func (t *Tx) setHeld(id string, reason message.HoldReason, by string) (bool, error) {
	n, err := t.exec("UPDATE messages SET state = 'held', hold = ?, hold_by = ? WHERE id = ? AND state = 'approved'", reason, by, id)
	if err != nil {
		return false, fmt.Errorf("hold message %s: %w", id, err)
	}
	if n == 0 {
		return false, nil
	}
	_, err = t.exec("UPDATE sends SET state = 'held', hold = ? WHERE message_id = ? AND run = 0 AND state IN ('planned', 'waiting', 'claimed')", reason, id)
	if err != nil {
		return false, fmt.Errorf("hold the sends of %s: %w", id, err)
	}
	return true, nil
}

func (t *Tx) holdSend(f fact, reason message.HoldReason, why string) error {
	state := message.SendHeld
	if f.addressed && f.gate.Send == message.Sending {
		state = message.Sending // its recipients stand still by the flag alone
	}
	if err := t.one("UPDATE sends SET state = ?, hold = ? WHERE id = ?", state, reason, f.send); err != nil {
		return fmt.Errorf("hold send %d: %w", f.send, err)
	}
	_, err := t.record(ledger.SendHeld, ledger.SendBody{Send: f.send, Message: f.item.Message, Audiences: f.item.Audiences, Mechanism: f.item.Channel, Run: f.item.Run, Hold: reason, Why: why})
	return err
}

// dropSend cancels a send. Recipients that are under way are not touched: it
// then ends with them.
func (t *Tx) dropSend(f fact, why string) error {
	if f.addressed {
		if err := t.cancelRecipients(f.send); err != nil {
			return err
		}
	}
	_, err := t.exec(`UPDATE sends SET hold = '', reason = ?1, state = CASE WHEN addressed AND state = 'sending' THEN state ELSE 'cancelled' END
		WHERE id = ?2`, why, f.send)
	if err != nil {
		return fmt.Errorf("cancel send %d: %w", f.send, err)
	}
	if f.addressed && f.gate.Send == message.Sending {
		if err := t.rollUpSends([]int64{f.send}); err != nil {
			return err
		}
	}
	_, err = t.record(ledger.SendDropped, ledger.SendBody{Send: f.send, Message: f.item.Message, Audiences: f.item.Audiences, Mechanism: f.item.Channel, Run: f.item.Run, Why: why})
	if err != nil {
		return err
	}
	return t.rollUp([]string{f.item.Message})
}

func (t *Tx) expireMessage(id string) error {
	n, err := t.exec("UPDATE messages SET state = 'expired', hold = '' WHERE id = ? AND state IN ('approved', 'held')", id)
	if err != nil {
		return fmt.Errorf("expire message %s: %w", id, err)
	}
	if n == 0 {
		return nil // by another of its sends
	}
	if err := t.cancelSends(id, "its message expired"); err != nil {
		return err
	}
	_, err = t.record(ledger.MessageExpired, ledger.MessageBody{Message: id})
	return err
}

// cancelSends cancels what has not started of a message's live run.
func (t *Tx) cancelSends(id, why string) error {
	var addressed []int64
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		addressed = append(addressed, 0)
		return rows.Scan(&addressed[len(addressed)-1])
	}, "SELECT id FROM sends WHERE message_id = ? AND run = 0 AND addressed AND state IN ('planned', 'waiting', 'held', 'claimed', 'sending')", id)
	if err != nil {
		return fmt.Errorf("read the sends of %s: %w", id, err)
	}
	for _, send := range addressed {
		if err := t.cancelRecipients(send); err != nil {
			return err
		}
	}
	_, err = t.exec(`UPDATE sends SET state = 'cancelled', hold = '', reason = ?
		WHERE message_id = ? AND run = 0 AND state IN ('planned', 'waiting', 'held', 'claimed')`, why, id)
	if err != nil {
		return fmt.Errorf("cancel the sends of %s: %w", id, err)
	}
	return nil
}
