package store

import (
	"context"
	"database/sql"
	"fmt"

	"clarion/ledger"
	"clarion/message"
)

// Hold holds a message: whole before it begins, send by send afterwards. What
// is under way carries the hold as a flag: an addressed send stands still by
// it, any other is held once its attempt ends without publication. An unknown
// send carries it too, so that it is not sent again once it is found absent. The ledger
// has every send that is held one by one; the decision itself is recorded by the
// caller. The error is ErrNotFound if nothing is left that is not held already.
func (t *Tx) Hold(m message.Message, reason message.HoldReason, by Decider) error {
	if m.State == message.Approved {
		held, err := t.setHeld(m.ID, reason, by.Name)
		if err == nil && !held {
			err = fmt.Errorf("hold %s: %w", m.ID, ErrNotFound)
		}
		return err
	}
	const holdable = `message_id = ? AND run = 0 AND hold = ''
		AND (state IN ('planned', 'waiting', 'claimed', 'sending') OR state = 'unknown' AND NOT addressed)`
	held, err := sends(t.ctx, t, "WHERE s.id IN (SELECT id FROM sends WHERE "+holdable+")", m.ID)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		return fmt.Errorf("hold the sends of %s: %w", m.ID, ErrNotFound)
	}
	_, err = t.exec("UPDATE sends SET hold = ?, state = CASE WHEN state IN ('sending', 'unknown') THEN state ELSE 'held' END WHERE "+holdable, reason, m.ID)
	if err != nil {
		return fmt.Errorf("hold the sends of %s: %w", m.ID, err)
	}
	return t.recordHeld(held, reason, by)
}

func (t *Tx) recordHeld(held []message.Send, reason message.HoldReason, by Decider) error {
	person, err := t.Tie(by.Name)
	if err != nil {
		return err
	}
	for _, s := range held {
		_, err := t.record(ledger.SendHeld, ledger.SendBody{
			Send: s.ID, Message: s.Message, Audiences: s.Audiences, Mechanism: s.Channel, Hold: reason, By: person, Verified: by.Verified,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Release lets a held message, or the held sends of one under way, go on, its
// rehearsals among them. What is released goes however late it is.
func (t *Tx) Release(m message.Message) error { return t.release(m, "") }

// ReleaseOf releases what of a message is held for one reason.
func (t *Tx) ReleaseOf(m message.Message, reason message.HoldReason) error {
	return t.release(m, reason)
}

// release releases what is held for a reason; an empty one stands for all.
func (t *Tx) release(m message.Message, reason message.HoldReason) error {
	if m.State == message.Held && (reason == "" || m.Hold == reason) {
		err := t.one("UPDATE messages SET state = 'approved', hold = '', hold_by = '' WHERE id = ? AND state = 'held'", m.ID)
		if err != nil {
			return fmt.Errorf("release %s: %w", m.ID, err)
		}
	}
	_, err := t.exec(`UPDATE sends SET hold = '', late_ok = 1, state = CASE WHEN state = 'held' THEN 'planned' ELSE state END
		WHERE message_id = ?1 AND hold <> '' AND (?2 = '' OR hold = ?2)`, m.ID, reason)
	if err != nil {
		return fmt.Errorf("release the sends of %s: %w", m.ID, err)
	}
	return t.rollUp([]string{m.ID})
}

// Holds lists the reasons for which sends of a message are held.
func (t *Tx) Holds(id string) ([]message.HoldReason, error) {
	var all []message.HoldReason
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		all = append(all, "")
		return rows.Scan(&all[len(all)-1])
	}, "SELECT DISTINCT hold FROM sends WHERE message_id = ? AND hold <> ''", id)
	if err != nil {
		return nil, fmt.Errorf("read the holds of %s: %w", id, err)
	}
	return all, nil
}

const heldFor = `SELECT DISTINCT id FROM (
	SELECT id FROM messages WHERE state = 'held' AND hold = ?1
	UNION ALL SELECT message_id FROM sends INDEXED BY sends_held WHERE state = 'held' AND hold = ?1
	UNION ALL SELECT message_id FROM sends INDEXED BY sends_leased WHERE state IN ('claimed', 'sending') AND hold = ?1
	UNION ALL SELECT message_id FROM sends INDEXED BY sends_open WHERE state IN ('failed', 'unknown') AND hold = ?1) ORDER BY id`

// HeldFor lists the messages of which anything is held for a reason, by id.
func (t *Tx) HeldFor(reason message.HoldReason) ([]string, error) {
	var all []string
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		all = append(all, "")
		return rows.Scan(&all[len(all)-1])
	}, heldFor, reason)
	if err != nil {
		return nil, fmt.Errorf("read what is held for %s: %w", reason, err)
	}
	return all, nil
}

// ChangedChannel is a send that is held since its channel changed, with the
// channel as it was approved.
type ChangedChannel struct {
	Send        int64
	Channel     string
	Run         int
	Fingerprint string
	Mode        message.Mode
}

// ChangedChannels lists the sends of a message that are held since their
// channel changed.
func (s *Store) ChangedChannels(ctx context.Context, id string) ([]ChangedChannel, error) {
	return changedChannels(ctx, s.read, id)
}

// ChangedChannels lists them within the transaction.
func (t *Tx) ChangedChannels(id string) ([]ChangedChannel, error) {
	return changedChannels(t.ctx, t, id)
}

func changedChannels(ctx context.Context, q querier, id string) ([]ChangedChannel, error) {
	var all []ChangedChannel
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var c ChangedChannel
		err := rows.Scan(&c.Send, &c.Channel, &c.Run, &c.Fingerprint, &c.Mode)
		all = append(all, c)
		return err
	}, `SELECT s.id, s.channel, s.run, r.fingerprint, r.mode FROM sends s JOIN renderings r ON r.id = s.rendering_id
		WHERE s.message_id = ? AND s.hold = ? ORDER BY s.channel, s.run`, id, message.HoldChannelChanged)
	if err != nil {
		return nil, fmt.Errorf("read the changed channels of %s: %w", id, err)
	}
	return all, nil
}

// Accept lets a send go to a destination and in a mode that its approval did
// not name. With neither it goes as it was approved.
func (t *Tx) Accept(send int64, fingerprint string, mode message.Mode) error {
	err := t.one("UPDATE sends SET accepted_fingerprint = ?, accepted_mode = ? WHERE id = ?", fingerprint, mode, send)
	if err != nil {
		return fmt.Errorf("accept the channel of send %d: %w", send, err)
	}
	return nil
}
