package store

import (
	"database/sql"
	"database/sql/driver"
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
	r := rolling{sends: message.Tally{}, changes: map[message.State][]int64{}}
	var row [4]driver.Value
	err := t.each(`SELECT j.key, m.serial, m.state, s.state FROM json_each(?) j CROSS JOIN messages m ON m.id = j.value CROSS JOIN sends s ON s.message_id = m.id
		WHERE s.run = 0 AND s.revision = m.revision AND m.state IN ('approved', 'releasing', 'released_with_open', 'released')`, row[:], func() error {
		next := standing{place: row[0].(int64), serial: row[1].(int64), state: message.State(row[2].(string))}
		if next != r.standing {
			r.roll(messages)
			r.standing = next
		}
		r.sends[message.SendState(row[3].(string))]++
		return nil
	}, list(messages))
	if err != nil {
		return fmt.Errorf("roll up messages: %w", err)
	}
	r.roll(messages)
	return t.setMessages(r)
}

// standing is a message under way.
type standing struct {
	place  int64 // in what was asked for
	serial int64 // 0: none
	state  message.State
}

// rolling goes through messages with their live sends.
type rolling struct {
	standing

	sends   message.Tally
	done    []ledger.DoneBody
	changes map[message.State][]int64
}

// roll notes where the message leads whose sends have been counted.
func (r *rolling) roll(messages []string) {
	to := r.sends.Message()
	clear(r.sends)
	if r.serial == 0 || to == r.state || r.state == message.Approved && to != message.Cancelled {
		return
	}
	r.changes[to] = append(r.changes[to], r.serial)
	if to != message.Releasing {
		r.done = append(r.done, ledger.DoneBody{Message: messages[r.place], To: to})
	}
}

func (t *Tx) setMessages(r rolling) error {
	for _, d := range r.done {
		if _, err := t.record(ledger.MessageDone, d); err != nil {
			return err
		}
	}
	for to, serials := range r.changes {
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
