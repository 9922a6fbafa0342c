package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// Carrier is a live send of a message, or of a correction of it. One that is
// about no other made the message known by its channel, or may still do so: it
// is what a correction or withdrawal of the message is about there.
type Carrier struct {
	Send        int64
	Message     string // the original, or a correction
	Of          int64  // the send that it is about; 0 if it is about none
	Channel     string
	State       message.SendState
	Addressed   bool
	Audiences   []channels.Audience // as they were at submit
	Fingerprint string              // of the destination that it was for
	Posts       int                 // how many are recorded at its destination
	Reached     int                 // people who got it, or may have
}

// Carriers lists the live sends of a message and of its corrections; by channel,
// those of the message itself first.
func (s *Store) Carriers(ctx context.Context, id string) ([]Carrier, error) {
	return carriersOf(ctx, s.read, id)
}

// Carriers lists the same within the transaction.
func (t *Tx) Carriers(id string) ([]Carrier, error) { return carriersOf(t.ctx, t, id) }

func carriersOf(ctx context.Context, q querier, id string) ([]Carrier, error) {
	var all []Carrier
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var c Carrier
		var audiences []byte
		err := rows.Scan(&c.Send, &c.Message, &c.Of, &c.Channel, &c.State, &c.Addressed, &audiences, &c.Fingerprint, &c.Posts, &c.Reached)
		if err != nil {
			return err
		}
		all = append(all, c)
		return json.Unmarshal(audiences, &all[len(all)-1].Audiences)
	}, `SELECT s.id, s.message_id, r.original, s.channel, s.state, s.addressed, r.audiences,
			CASE s.accepted_fingerprint WHEN '' THEN r.fingerprint ELSE s.accepted_fingerprint END,
			(SELECT count(*) FROM steps p WHERE p.send_id = s.id AND p.revision = s.revision AND p.name GLOB 'post/*'),
			(SELECT coalesce(sum(n), 0) FROM tallies t WHERE t.send_id = s.id AND t.state IN ('sent', 'unknown'))
		FROM messages m JOIN sends s ON s.message_id = m.id JOIN renderings r ON r.id = s.rendering_id
		WHERE s.run = 0 AND (m.id = ?1 OR m.corrects = ?1 AND m.corrects <> '' AND NOT m.withdraws)
		ORDER BY s.channel, m.id <> ?1, s.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read by what message %q was carried: %w", id, err)
	}
	return all, nil
}

// Amendments lists the corrections and withdrawals of a message, oldest first.
func (s *Store) Amendments(ctx context.Context, id string) ([]message.Message, error) {
	return amendmentsOf(ctx, s.read, id)
}

// Amendments lists the corrections and withdrawals of a message within the
// transaction.
func (t *Tx) Amendments(id string) ([]message.Message, error) { return amendmentsOf(t.ctx, t, id) }

func amendmentsOf(ctx context.Context, q querier, id string) ([]message.Message, error) {
	var all []message.Message
	err := scan(ctx, q, func(rows *sql.Rows) error {
		m, err := scanMessage(rows)
		all = append(all, m)
		return err
	}, messageColumns+"WHERE corrects = ? AND corrects <> '' ORDER BY created_at, id", id)
	if err != nil {
		return nil, fmt.Errorf("read the amendments of %q: %w", id, err)
	}
	return all, nil
}

// FirstSent gives when a message first left by any channel; zero if it did not.
func (s *Store) FirstSent(ctx context.Context, id string) (time.Time, error) {
	return firstSent(ctx, s.read, id)
}

// FirstSent gives the same within the transaction.
func (t *Tx) FirstSent(id string) (time.Time, error) { return firstSent(t.ctx, t, id) }

func firstSent(ctx context.Context, q querier, id string) (time.Time, error) {
	var first int64
	err := row(ctx, q, `SELECT coalesce(min(at), 0) FROM (
		SELECT s.sent_at AS at FROM sends s WHERE s.message_id = ?1 AND s.run = 0 AND s.state <> 'rehearsed'
		UNION ALL SELECT r.sent_at FROM sends s JOIN recipients r ON r.send_id = s.id WHERE s.message_id = ?1 AND s.run = 0 AND r.state = 'sent'
		) WHERE at > 0`, []any{id}, &first)
	if err != nil {
		return time.Time{}, fmt.Errorf("look when %q left: %w", id, err)
	}
	return at(first), nil
}

// Within tells how many of the people whom a send reached would be reached now:
// those who were not suppressed since.
func (s *Store) Within(ctx context.Context, send int64) (int, error) {
	var n int
	err := row(ctx, s.read, "SELECT count(*) "+reachedBy+" AND NOT "+suppressedNow, []any{send}, &n)
	if err != nil {
		return 0, fmt.Errorf("count whom send %d reached: %w", send, err)
	}
	return n, nil
}

// reachedBy are the recipients r of a send s who got it or may have.
const reachedBy = `FROM recipients r JOIN sends s ON s.id = r.send_id WHERE r.send_id = ? AND r.state IN ('sent', 'unknown')`

// originalOf gives the send that a send is about; 0 if it is about none.
func (t *Tx) originalOf(send int64) (int64, error) {
	var original int64
	err := row(t.ctx, t, "SELECT r.original FROM sends s JOIN renderings r ON r.id = s.rendering_id WHERE s.id = ?", []any{send}, &original)
	return original, err
}

// takeRecipients makes everybody whom the original reached a recipient, whoever
// is in its audiences by now.
func (t *Tx) takeRecipients(f fact, original int64) error {
	_, err := t.exec(`INSERT INTO recipients (send_id, subscriber_id, address, address_key, name, state, next_at, key)
		SELECT ?, r.subscriber_id, r.address, r.address_key, r.name, CASE WHEN `+suppressedNow+` THEN 'suppressed' ELSE 'planned' END,
			?, ? || '.' || r.subscriber_id `+reachedBy+`
		ON CONFLICT (send_id, address_key) DO UPDATE SET state = excluded.state, next_at = excluded.next_at, name = excluded.name,
			attempts = 0, class = '', reason = '', sent_at = 0, remote_id = ''
			WHERE recipients.state IN ('cancelled', 'suppressed', 'abandoned', 'rehearsed')`, f.send, ms(f.item.Due), f.item.Key, original)
	return err
}
