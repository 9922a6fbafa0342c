package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"clarion/ledger"
	"clarion/message"
)

// maxEvidence bounds what is stored of one look, in characters.
const maxEvidence = 2_000

// doubtFrom joins an unknown send with the attempt that left it, and with the
// last look that was made for that attempt.
const doubtFrom = `FROM sends s
	JOIN attempts a ON a.id = (SELECT max(id) FROM attempts WHERE send_id = s.id AND recipient_id = 0)
	LEFT JOIN lookups l ON l.send_id = s.id AND l.number = (SELECT max(number) FROM lookups WHERE send_id = s.id) AND l.attempt_id = a.id
	WHERE s.state IN ('failed', 'unknown') AND s.state = 'unknown' AND NOT s.addressed `

const nextDoubt = "SELECT s.id, coalesce(l.next_at, a.closed_at + ?1) AS next " + doubtFrom +
	"AND s.channel = ?2 AND coalesce(l.next_at, 1) > 0 ORDER BY next, s.id LIMIT 1"

// NextDoubt gives the send of a channel that is to be looked for next, and
// when. The first look comes so long after the attempt. False means that there
// is none.
func (s *Store) NextDoubt(ctx context.Context, channel string, first time.Duration) (message.Doubt, time.Time, bool, error) {
	var id, next int64
	err := row(ctx, s.read, nextDoubt, []any{first.Milliseconds(), channel}, &id, &next)
	if errors.Is(err, ErrNotFound) {
		return message.Doubt{}, time.Time{}, false, nil
	}
	if err != nil {
		return message.Doubt{}, time.Time{}, false, fmt.Errorf("look for unknown sends of %s: %w", channel, err)
	}
	d, in, err := s.Doubt(ctx, id)
	return d, at(next), in, err
}

// Doubt reads an unknown send as it is looked for; false if it is not, or no
// longer, unknown.
func (s *Store) Doubt(ctx context.Context, id int64) (message.Doubt, bool, error) {
	d := message.Doubt{}
	var opened, closed int64
	var hold message.HoldReason
	err := row(ctx, s.read, "SELECT a.id, a.opened_at, a.closed_at, s.hold, (SELECT count(*) FROM lookups WHERE send_id = s.id AND attempt_id = a.id) "+
		doubtFrom+"AND s.id = ?", []any{id}, &d.Attempt, &opened, &closed, &hold, &d.Looks)
	if errors.Is(err, ErrNotFound) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("read unknown send %d: %w", id, err)
	}
	d.Opened, d.Since, d.Restored = at(opened), at(closed), hold == message.HoldRestored
	d.Item, err = s.item(ctx, id)
	return d, err == nil, err
}

// item reads a send as a delivery sees it, without its rendering.
func (s *Store) item(ctx context.Context, id int64) (message.Item, error) {
	send, err := s.Send(ctx, id)
	if err != nil {
		return message.Item{}, err
	}
	v, err := s.Values(ctx, id, 0)
	if err != nil {
		return message.Item{}, err
	}
	return message.Item{
		Send: id, Message: send.Message, Channel: send.Channel, Audiences: send.Audiences, Run: send.Run, Revision: send.Revision,
		Due: send.Due, Attempt: send.Attempts, Key: send.Key, Digest: send.Digest, EntryID: v.EntryID, Slug: v.PageAddress,
	}, nil
}

// Looked makes a look durable, with what it says of the send. False means that
// the send is not in this doubt any more, as a person settled it: nothing was
// changed then.
func (s *Store) Looked(ctx context.Context, l message.Look, now time.Time) (bool, error) {
	var ours bool
	err := s.update(ctx, now, func(t *Tx) (err error) {
		ours, err = t.looked(l)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("record a look for send %d: %w", l.Doubt.Item.Send, err)
	}
	return ours, nil
}

func (t *Tx) looked(l message.Look) (bool, error) {
	id := l.Doubt.Item.Send
	l.Evidence = cut(printable(l.Evidence), maxEvidence)
	var ours int
	err := row(t.ctx, t, "SELECT count(*) "+doubtFrom+"AND s.id = ? AND a.id = ?", []any{id, l.Doubt.Attempt}, &ours)
	if err != nil || ours == 0 {
		return false, err
	}
	verdict := l.Verdict.String()
	if l.Failed {
		verdict = ""
	}
	_, err = t.exec(`INSERT INTO lookups (send_id, number, attempt_id, at, verdict, evidence, next_at)
		VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM lookups WHERE send_id = ?1), ?2, ?3, ?4, ?5, ?6)`,
		id, l.Doubt.Attempt, ms(l.At), verdict, l.Evidence, ms(l.NextAt))
	if err == nil && l.To == message.SendUnknown && l.NextAt.IsZero() && !l.Asked {
		return true, t.recordAlarm(id)
	}
	if err != nil || l.To == message.SendUnknown {
		return true, err
	}
	return true, t.settleDoubt(l)
}

// recordAlarm chains that nobody looks for an unknown send any more.
func (t *Tx) recordAlarm(id int64) error {
	s, err := t.Send(id)
	if err != nil {
		return err
	}
	return t.Record(ledger.AlarmDoubt, ledger.SendBody{
		Send: s.ID, Message: s.Message, Audiences: s.Audiences, Mechanism: s.Channel, Run: s.Run, To: message.SendUnknown,
	})
}

// settleDoubt takes a send where a look says. Found, it was sent at the attempt;
// absent, it was not published and goes on as after any such failure, or is
// held where people held it meanwhile.
func (t *Tx) settleDoubt(l message.Look) error {
	send, err := t.Send(l.Doubt.Item.Send)
	if err != nil {
		return err
	}
	var sent int64
	class, reason := "temporary", l.Evidence
	if l.To == message.Sent {
		sent, class, reason = ms(l.Doubt.Opened), "", ""
	}
	receipt := l.Receipt
	_, err = t.exec(`UPDATE sends SET state = CASE WHEN ?1 = 'planned' AND hold <> '' THEN 'held' ELSE ?1 END,
		hold = CASE WHEN ?1 = 'planned' THEN hold ELSE '' END, next_at = ?2, late_ok = 1, sent_at = ?3,
		class = ?4, reason = ?5, remote_id = ?6, remote_url = ?7 WHERE id = ?8`,
		string(l.To), ms(t.now), sent, class, reason, printable(receipt.RemoteID), printable(receipt.RemoteURL), send.ID)
	if err != nil {
		return err
	}
	if err := t.recordFound(send, l); err != nil {
		return err
	}
	return t.rollUpLive(send)
}

func (t *Tx) recordFound(s message.Send, l message.Look) error {
	evidence, err := t.Tie(l.Evidence)
	if err != nil {
		return err
	}
	return t.Record(ledger.SendFound, ledger.SendBody{
		Send: s.ID, Message: s.Message, Audiences: s.Audiences, Mechanism: s.Channel, Run: s.Run, To: l.To,
		Why: "looked for it: " + l.Verdict.String(), Reason: evidence, RemoteID: printable(l.Receipt.RemoteID), RemoteURL: printable(l.Receipt.RemoteURL),
	})
}

// Looks lists the looks that were made for a send, oldest first.
func (s *Store) Looks(ctx context.Context, send int64) ([]message.Seen, error) {
	var all []message.Seen
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var l message.Seen
		var when, next int64
		err := rows.Scan(&l.Attempt, &when, &l.Verdict, &l.Evidence, &next)
		l.At, l.NextAt = at(when), at(next)
		all = append(all, l)
		return err
	}, "SELECT attempt_id, at, verdict, evidence, next_at FROM lookups WHERE send_id = ? ORDER BY number", send)
	if err != nil {
		return nil, fmt.Errorf("read the looks for send %d: %w", send, err)
	}
	return all, nil
}

// cut shortens a text to a number of characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
