package store

import (
	"database/sql"
	"fmt"

	"clarion/ledger"
	"clarion/message"
)

// unbegun reports whether the send is of a message of which nothing has begun:
// what stops one of its sends then stops all of it.
func (f fact) unbegun() bool { return f.item.Run == 0 && f.gate.Message == message.Approved }

// stopped tells of a send that may not go.
func (f fact) stopped(v message.Verdict) *message.Stopped {
	return &message.Stopped{
		Send: f.send, Recipient: f.item.Recipient, Message: f.item.Message, Channel: f.item.Channel,
		Audiences: f.item.Audiences, Due: f.item.Due, Verdict: v,
	}
}

// stop does what a verdict says with a send that may not go.
func (t *Tx) stop(f fact, v message.Verdict) error {
	switch {
	case v.Act == message.NotYet: // the clock went back
		return t.one("UPDATE sends SET state = 'planned', next_at = max(next_at, due_at) WHERE id = ?", f.send)
	case v.Act == message.HoldIt && f.unbegun():
		t.halt(f.item.Message)
		return t.holdMessage(f.item.Message, v.Hold, v.Why)
	case v.Act == message.HoldIt:
		return t.holdSend(f, v.Hold, v.Why)
	case v.Act == message.Expire && f.unbegun():
		t.halt(f.item.Message)
		return t.expireMessage(f.item.Message)
	case v.Act == message.Expire || v.Act == message.Discard:
		return t.dropSend(f, v.Why)
	default:
		return t.holdSend(f, message.HoldManual, v.Why)
	}
}

// halt remembers that a message was stopped whole.
func (t *Tx) halt(id string) {
	if t.halted == nil {
		t.halted = map[string]bool{}
	}
	t.halted[id] = true
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
