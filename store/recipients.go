package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// Materialise fixes the recipients of a lane's addressed sends that are due
// within a time: every member of the send's audiences, once, or for a
// correction or withdrawal whoever got the original. Those suppressed
// are kept as suppressed, so that candidates always add up. A send without
// recipients goes to nobody.
func (s *Store) Materialise(ctx context.Context, lane message.Lane, before time.Duration, now time.Time) error {
	err := s.update(ctx, now, func(t *Tx) error {
		facts, err := t.facts(lane, false, factsToMaterialise, lane.Channel, ms(now.Add(before)))
		if err != nil {
			return err
		}
		for _, f := range facts {
			if err := t.materialise(f); err != nil {
				return fmt.Errorf("fix the recipients of send %d: %w", f.send, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("materialise for %s: %w", lane.Channel, err)
	}
	return nil
}

func (t *Tx) materialise(f fact) error {
	original, err := t.originalOf(f.send)
	if err != nil {
		return err
	}
	if original != 0 {
		err = t.takeRecipients(f, original)
	} else {
		err = t.takeMembers(f)
	}
	if err != nil {
		return err
	}
	return t.materialised(f)
}

// takeMembers makes every member of a send's audiences a recipient of it.
func (t *Tx) takeMembers(f fact) error {
	_, err := t.exec(`INSERT INTO recipients (send_id, subscriber_id, address, address_key, name, state, next_at, key)
		SELECT ?1, c.id, c.address, c.address_key, c.name,
			CASE WHEN c.reachable AND NOT EXISTS (SELECT 1 FROM suppressions u WHERE u.address_key = c.address_key AND u.audience = '')
				THEN 'planned' ELSE 'suppressed' END, ?2, ?3 || '.' || c.id
		FROM (
			SELECT s.id, s.address, s.address_key, s.name, max(NOT EXISTS (
				SELECT 1 FROM suppressions u WHERE u.address_key = s.address_key AND u.audience = a.name)) AS reachable
			FROM audiences a JOIN audience_members am ON am.audience_id = a.id JOIN subscribers s ON s.id = am.subscriber_id
			WHERE a.name IN (SELECT value FROM json_each(?4)) GROUP BY s.id) c
		WHERE true ON CONFLICT (send_id, address_key) DO UPDATE SET state = excluded.state, next_at = excluded.next_at, name = excluded.name,
			attempts = 0, class = '', reason = '', sent_at = 0, remote_id = ''
			WHERE recipients.state IN ('cancelled', 'suppressed', 'abandoned', 'rehearsed')`, f.send, ms(f.item.Due), f.item.Key, list(f.item.Audiences))
	return err
}

// materialised counts a send's recipients and records them.
func (t *Tx) materialised(f fact) error {
	if err := t.recount(f.send); err != nil {
		return err
	}
	tally, err := tallyOf(t.ctx, t, f.send)
	if err != nil {
		return err
	}
	if _, err := t.exec("UPDATE sends SET materialised_at = ? WHERE id = ?", ms(t.now), f.send); err != nil {
		return err
	}
	_, err = t.record(ledger.SendCandidates, ledger.SendBody{Send: f.send, Message: f.item.Message, Audiences: f.item.Audiences, Mechanism: f.item.Channel, Run: f.item.Run, Count: tally.Total(), Tally: tally})
	if err != nil || tally[message.Planned] > 0 {
		return err
	}
	return t.suppressEmpty(f)
}

// suppressEmpty closes a send that reaches nobody.
func (t *Tx) suppressEmpty(f fact) error {
	if _, err := t.exec("UPDATE sends SET state = 'suppressed', reason = 'empty-audience' WHERE id = ?", f.send); err != nil {
		return err
	}
	_, err := t.record(ledger.SendDropped, ledger.SendBody{Send: f.send, Message: f.item.Message, Audiences: f.item.Audiences, Mechanism: f.item.Channel, Run: f.item.Run, Why: "empty-audience"})
	if err != nil {
		return err
	}
	return t.rollUp([]string{f.item.Message})
}

// Unreached lists those of the audiences in which there is nobody whom mail
// would reach.
func (s *Store) Unreached(ctx context.Context, audiences []string) ([]string, error) {
	var none []string
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		none = append(none, "")
		return rows.Scan(&none[len(none)-1])
	}, `SELECT w.value FROM json_each(?) w WHERE NOT EXISTS (
		SELECT 1 FROM audiences a JOIN audience_members am ON am.audience_id = a.id JOIN subscribers s ON s.id = am.subscriber_id
		WHERE a.name = w.value AND NOT EXISTS (
			SELECT 1 FROM suppressions u WHERE u.address_key = s.address_key AND u.audience IN ('', a.name)))`, list(audiences))
	if err != nil {
		return nil, fmt.Errorf("look whom mail reaches: %w", err)
	}
	return none, nil
}

// openRecipients opens attempts at due recipients, oldest send first.
func (t *Tx) openRecipients(c message.ClaimRequest, sends []fact, claim *message.Claim) error {
	for _, f := range sends {
		if len(claim.Opened) >= c.Limit {
			break
		}
		opened, suppressed, err := t.openRecipientsOf(f, c.Lane, c.Limit-len(claim.Opened))
		if err != nil {
			return fmt.Errorf("send %d: %w", f.send, err)
		}
		claim.Opened = append(claim.Opened, opened...)
		for _, id := range suppressed {
			f.item.Recipient = id
			claim.Stopped = append(claim.Stopped, *f.stopped(message.Verdict{Act: message.Discard, Why: "suppressed"}))
		}
	}
	return nil
}

// suppressedNow tells whether recipient r of send s was suppressed since its
// candidates were fixed: everywhere, or for every audience that reaches it.
const suppressedNow = `EXISTS (SELECT 1 FROM suppressions u WHERE u.address_key = r.address_key
	AND (u.audience = '' OR u.audience IN (SELECT value FROM json_each(s.names)) AND NOT EXISTS (
		SELECT 1 FROM audience_members am JOIN audiences a ON a.id = am.audience_id
		WHERE am.subscriber_id = r.subscriber_id AND a.name IN (SELECT value FROM json_each(s.names))
		AND NOT EXISTS (SELECT 1 FROM suppressions v WHERE v.address_key = r.address_key AND v.audience = a.name))))`

// openRecipientsOf gives the attempts at recipients of one send, and who was
// suppressed instead.
func (t *Tx) openRecipientsOf(f fact, lane message.Lane, limit int) (opened []message.Opened, suppressed []int64, err error) {
	opened, suppressed, leave, err := t.dueRecipients(f, limit)
	if err != nil {
		return nil, nil, err
	}
	if err := t.insertAttempts(lane, opened); err != nil {
		return nil, nil, err
	}
	if err := t.beginRecipients(f, opened); err != nil {
		return nil, nil, err
	}
	if err := t.setRecipients(suppressed, message.Suppressed); err != nil {
		return nil, nil, err
	}
	if err := t.shift(f.send, leave); err != nil || len(suppressed) == 0 {
		return opened, nil, err
	}
	return opened, suppressed, t.finishSend(f.send, f.item)
}

// dueRecipients reads recipients of a send that are due. Those suppressed since
// its candidates were fixed are told apart.
func (t *Tx) dueRecipients(f fact, limit int) (opened []message.Opened, suppressed []int64, leave message.Tally, err error) {
	leave = message.Tally{}
	err = scan(t.ctx, t, func(rows *sql.Rows) error {
		item := f.item
		var state string
		var attempts int
		var gone bool
		if err := rows.Scan(&item.Recipient, &item.Address, &item.Name, &item.Key, &attempts, &state, &gone); err != nil {
			return err
		}
		leave[message.SendState(state)]++
		if gone {
			suppressed = append(suppressed, item.Recipient)
			return nil
		}
		item.Attempt = attempts + 1
		opened = append(opened, message.Opened{Item: item})
		return nil
	}, `SELECT r.id, r.address, r.name, r.key, r.attempts, r.state, `+suppressedNow+`
		FROM recipients r JOIN sends s ON s.id = r.send_id
		WHERE r.send_id = ? AND r.state IN ('planned', 'waiting') AND r.next_at <= ? ORDER BY r.next_at LIMIT ?`, f.send, ms(t.now), limit)
	leave[message.Sending], leave[message.Suppressed] = -len(opened), -len(suppressed)
	return opened, suppressed, leave, err
}

// beginRecipients moves recipients, their send and its message to where the
// first attempt takes them.
func (t *Tx) beginRecipients(f fact, opened []message.Opened) error {
	if len(opened) == 0 {
		return nil
	}
	ids := make([]int64, len(opened))
	for i, o := range opened {
		ids[i] = o.Item.Recipient
	}
	_, err := t.exec("UPDATE recipients SET state = 'sending', attempts = attempts + 1 WHERE id IN (SELECT value FROM json_each(?))", list(ids))
	if err != nil {
		return err
	}
	if f.gate.Send != message.Sending {
		if err := t.one("UPDATE sends SET state = 'sending', attempts = 1 WHERE id = ?", f.send); err != nil {
			return err
		}
	}
	return t.begin([]fact{f})
}

func (t *Tx) setRecipients(ids []int64, to message.SendState) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := t.exec("UPDATE recipients SET state = ? WHERE id IN (SELECT value FROM json_each(?))", to, list(ids))
	return err
}

// cancelRecipients cancels the recipients of a send that have not started.
func (t *Tx) cancelRecipients(send int64) error {
	from := message.Tally{}
	var ids []int64
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var id int64
		var state message.SendState
		err := rows.Scan(&id, &state)
		ids = append(ids, id)
		from[state]++
		return err
	}, "SELECT id, state FROM recipients WHERE send_id = ? AND state IN ('planned', 'waiting')", send)
	if err != nil {
		return fmt.Errorf("cancel the recipients of send %d: %w", send, err)
	}
	if err := t.setRecipients(ids, message.SendCancelled); err != nil {
		return fmt.Errorf("cancel the recipients of send %d: %w", send, err)
	}
	from[message.SendCancelled] = -len(ids)
	return t.shift(send, from)
}

// shift moves counts of a send's tally: positive numbers leave a state,
// negative ones enter it.
func (t *Tx) shift(send int64, leave message.Tally) error {
	for state, n := range leave {
		if n == 0 {
			continue
		}
		_, err := t.exec(`INSERT INTO tallies (send_id, state, n) VALUES (?, ?, ?)
			ON CONFLICT (send_id, state) DO UPDATE SET n = n + excluded.n`, send, state, -n)
		if err != nil {
			return fmt.Errorf("tally send %d: %w", send, err)
		}
	}
	return nil
}

// recount makes a send's tally from its recipients.
func (t *Tx) recount(send int64) error {
	if _, err := t.exec("DELETE FROM tallies WHERE send_id = ?", send); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO tallies (send_id, state, n) SELECT send_id, state, count(*) FROM recipients WHERE send_id = ? GROUP BY state", send)
	return err
}

func tallyOf(ctx context.Context, q querier, send int64) (message.Tally, error) {
	tally := message.Tally{}
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var state message.SendState
		var n int
		err := rows.Scan(&state, &n)
		tally[state] = n
		return err
	}, "SELECT state, n FROM tallies WHERE send_id = ? AND n <> 0", send)
	if err != nil {
		return nil, fmt.Errorf("read the tally of send %d: %w", send, err)
	}
	return tally, nil
}
