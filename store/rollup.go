package store

import (
	"database/sql"
	"fmt"
	"slices"

	"clarion/ledger"
	"clarion/message"
)

// finishSend rolls up an addressed send when nothing of it moves any more.
func (t *Tx) finishSend(send int64, item message.Item) error {
	tally, err := tallyOf(t.ctx, t, send)
	if err != nil || tally.Send() == message.Sending {
		return err
	}
	messages := []string{item.Message}
	if item.Run > 0 {
		messages = nil
	}
	return t.rollUpSends([]int64{send}, messages...)
}

// rollUpSends sets addressed sends to the state that their recipients give
// them, and their messages with them.
func (t *Tx) rollUpSends(sends []int64, messages ...string) error {
	for _, id := range sends {
		tally, err := tallyOf(t.ctx, t, id)
		if err != nil {
			return err
		}
		state := tally.Send()
		done := int64(0)
		if state == message.Sent || state == message.SendRehearsed {
			done = ms(t.now)
		}
		n, err := t.exec("UPDATE sends SET state = ?1, sent_at = ?2, hold = CASE WHEN ?4 THEN '' ELSE hold END WHERE id = ?3 AND state <> ?1",
			state, done, id, state.Closed())
		if err == nil && n > 0 && state != message.Sending {
			err = t.recordDone(id, state, tally)
		}
		if err != nil {
			return fmt.Errorf("roll up send %d: %w", id, err)
		}
	}
	return t.rollUp(messages)
}

// recordDone chains where an addressed send came to stand.
func (t *Tx) recordDone(id int64, state message.SendState, tally message.Tally) error {
	s, err := t.Send(id)
	if err != nil {
		return err
	}
	_, err = t.record(ledger.SendDone, ledger.SendBody{
		Send: id, Message: s.Message, Audiences: s.Audiences, Mechanism: s.Channel, Run: s.Run, To: state, Tally: tally,
	})
	return err
}

// rollUp sets messages that are under way to the state that their live sends
// give them. One that has not begun is cancelled once it has nothing left to
// send.
func (t *Tx) rollUp(messages []string) error {
	if len(messages) == 0 {
		return nil
	}
	slices.Sort(messages)
	messages = slices.Compact(messages)
	var all []standing
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var m standing
		var send message.SendState
		if err := rows.Scan(&m.serial, &m.id, (*string)(&m.state), (*string)(&send)); err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].serial != m.serial {
			m.sends = message.Tally{}
			all = append(all, m)
		}
		all[len(all)-1].sends[send]++
		return nil
	}, `SELECT m.serial, m.id, m.state, s.state FROM json_each(?) j CROSS JOIN messages m ON m.id = j.value CROSS JOIN sends s ON s.message_id = m.id
		WHERE s.run = 0 AND s.revision = m.revision AND m.state IN ('approved', 'releasing', 'released_with_open', 'released')`, list(messages))
	if err != nil {
		return fmt.Errorf("roll up messages: %w", err)
	}
	return t.setMessages(all)
}

// standing is a message under way with its live sends.
type standing struct {
	serial int64
	id     string
	state  message.State
	sends  message.Tally
}

func (t *Tx) setMessages(all []standing) error {
	changes := map[message.State][]int64{}
	for _, m := range all {
		to := m.sends.Message()
		if to == m.state || m.state == message.Approved && to != message.Cancelled {
			continue
		}
		changes[to] = append(changes[to], m.serial)
		if to == message.Releasing {
			continue
		}
		if _, err := t.record(ledger.MessageDone, ledger.MessageBody{Message: m.id, To: to}); err != nil {
			return err
		}
	}
	for to, serials := range changes {
		if err := t.updateAll("UPDATE messages SET state = ? WHERE serial ", serials, string(to)); err != nil {
			return fmt.Errorf("roll up messages: %w", err)
		}
	}
	return nil
}

// rollUpSending rolls up those of the sends that are under way.
func (t *Tx) rollUpSending(sends []int64) error {
	var moving []int64
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		moving = append(moving, 0)
		return rows.Scan(&moving[len(moving)-1])
	}, "SELECT id FROM sends WHERE id IN (SELECT value FROM json_each(?)) AND state = 'sending'", list(sends))
	if err != nil {
		return fmt.Errorf("read sends: %w", err)
	}
	return t.rollUpSends(moving)
}
