package store

import (
	"database/sql"
	"fmt"

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
		_, err = t.exec("UPDATE sends SET state = ?1, sent_at = ?2, hold = CASE WHEN ?4 THEN '' ELSE hold END WHERE id = ?3 AND state <> ?1",
			state, done, id, state.Closed())
		if err != nil {
			return fmt.Errorf("roll up send %d: %w", id, err)
		}
	}
	return t.rollUp(messages)
}

// rollUp sets messages that are under way to the state that their live sends
// give them. One that has not begun is cancelled once it has nothing left to
// send.
func (t *Tx) rollUp(messages []string) error {
	if len(messages) == 0 {
		return nil
	}
	tallies := map[string]message.Tally{}
	states := map[string]message.State{}
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var id string
		var now message.State
		var state message.SendState
		if err := rows.Scan(&id, (*string)(&now), (*string)(&state)); err != nil {
			return err
		}
		if tallies[id] == nil {
			tallies[id] = message.Tally{}
		}
		tallies[id][state]++
		states[id] = now
		return nil
	}, `SELECT m.id, m.state, s.state FROM messages m JOIN sends s ON s.message_id = m.id
		WHERE m.id IN (SELECT value FROM json_each(?)) AND s.run = 0 AND s.revision = m.revision
			AND m.state IN ('approved', 'releasing', 'released_with_open', 'released')`, list(messages))
	if err != nil {
		return fmt.Errorf("roll up messages: %w", err)
	}
	changes := map[message.State][]string{}
	for id, tally := range tallies {
		to := tally.Message()
		if to != states[id] && (states[id] != message.Approved || to == message.Cancelled) {
			changes[to] = append(changes[to], id)
		}
	}
	return t.setMessages(changes)
}

func (t *Tx) setMessages(changes map[message.State][]string) error {
	for to, ids := range changes {
		_, err := t.exec("UPDATE messages SET state = ? WHERE id IN (SELECT value FROM json_each(?))", to, list(ids))
		if err != nil {
			return fmt.Errorf("roll up messages: %w", err)
		}
		if to == message.Releasing {
			continue
		}
		for _, id := range ids {
			if _, err := t.record(ledger.MessageDone, ledger.MessageBody{Message: id, To: to}); err != nil {
				return err
			}
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
