package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/ledger"
	"clarion/message"
)

const (
	sendColumns = `SELECT s.id, s.message_id, v.title, s.channel, s.names, s.run, s.revision,
		CASE WHEN s.accepted_fingerprint <> '' THEN s.accepted_mode ELSE r.mode END, s.addressed, s.state, s.hold, s.class,
		s.reason, s.attempts, s.digest, s.key, s.remote_id, s.remote_url, s.due_at, s.next_at, s.sent_at,
		coalesce((SELECT json_group_object(state, n) FROM tallies WHERE send_id = s.id AND n <> 0), '{}')
		FROM sends s JOIN renderings r ON r.id = s.rendering_id JOIN (SELECT message_id, number, content ->> 'title' AS title FROM revisions) v
			ON v.message_id = s.message_id AND v.number = s.revision `
)

func scanSend(rows *sql.Rows) (message.Send, error) {
	var s message.Send
	var names, tally []byte
	var mode message.Mode
	var due, next, sent int64
	err := rows.Scan(&s.ID, &s.Message, &s.Title, &s.Channel, &names, &s.Run, &s.Revision, &mode, &s.Addressed, &s.State, &s.Hold, &s.Class,
		&s.Reason, &s.Attempts, &s.Digest, &s.Key, &s.RemoteID, &s.RemoteURL, &due, &next, &sent, &tally)
	if err != nil {
		return s, err
	}
	s.Rehearsal = s.Run > 0 || mode == message.Rehearsal || s.State == message.SendRehearsed
	s.Due, s.NextAt, s.SentAt = at(due), at(next), at(sent)
	if err := json.Unmarshal(names, &s.Audiences); err != nil {
		return s, fmt.Errorf("audiences of send %d: %w", s.ID, err)
	}
	if err := json.Unmarshal(tally, &s.Tally); err != nil {
		return s, fmt.Errorf("tally of send %d: %w", s.ID, err)
	}
	return s, nil
}

// SendFilter narrows a list of sends.
type SendFilter struct {
	Message  string
	Audience string
	Channel  string
	State    message.SendState
	Since    time.Time // scheduled for this instant or later
	Before   int64     // cursor: ids below; 0: from the newest
	Limit    int
	// Departments whose sends are listed; nil for all.
	Departments []string
}

// Sends lists sends, newest first.
func (s *Store) Sends(ctx context.Context, f SendFilter) ([]message.Send, error) {
	where, args := f.where()
	return sends(ctx, s.read, where+" ORDER BY s.id DESC LIMIT ?", append(args, f.Limit)...)
}

// where holds only what the filter asks for, so that an index serves it.
func (f SendFilter) where() (string, []any) {
	where, args := "WHERE true", []any(nil)
	and := func(condition string, value any) {
		where, args = where+" AND "+condition, append(args, value)
	}
	if f.Message != "" {
		and("s.message_id = ?", f.Message)
	}
	if f.Audience != "" { // names hold no quotation marks
		and(`instr(s.names, '"' || ? || '"') > 0`, f.Audience)
	}
	if f.Channel != "" {
		and("s.channel = ?", f.Channel)
	}
	if f.State != "" {
		and(partial(f.State)+"s.state = ?", string(f.State))
	}
	if !f.Since.IsZero() {
		and("s.due_at >= ?", ms(f.Since))
	}
	if f.Before > 0 {
		and("s.id < ?", f.Before)
	}
	if f.Departments != nil {
		and("EXISTS (SELECT 1 FROM messages m WHERE m.id = s.message_id AND m.department IN (SELECT value FROM json_each(?)))", list(f.Departments))
	}
	return where, args
}

// partial repeats the condition of the partial index that a state stands in;
// SQLite uses the index only where the query says the same.
func partial(state message.SendState) string {
	switch state {
	case message.Planned, message.Waiting:
		return "s.state IN ('planned', 'waiting') AND "
	case message.Claimed, message.Sending:
		return "s.state IN ('claimed', 'sending') AND "
	case message.Failed, message.SendUnknown:
		return "s.state IN ('failed', 'unknown') AND "
	default:
		return ""
	}
}

func sends(ctx context.Context, q querier, where string, args ...any) ([]message.Send, error) {
	var all []message.Send
	err := scan(ctx, q, func(rows *sql.Rows) error {
		send, err := scanSend(rows)
		all = append(all, send)
		return err
	}, sendColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list sends: %w", err)
	}
	return all, nil
}

// Send reads a send.
func (s *Store) Send(ctx context.Context, id int64) (message.Send, error) {
	return sendOf(ctx, s.read, id)
}

// Send reads a send within the transaction.
func (t *Tx) Send(id int64) (message.Send, error) { return sendOf(t.ctx, t, id) }

func sendOf(ctx context.Context, q querier, id int64) (message.Send, error) {
	all, err := sends(ctx, q, "WHERE s.id = ?", id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("send %d: %w", id, ErrNotFound)
	}
	if err != nil {
		return message.Send{}, err
	}
	return all[0], nil
}

// Attempts lists the attempts at a send, oldest first.
func (s *Store) Attempts(ctx context.Context, send int64, limit int) ([]message.Attempt, error) {
	var all []message.Attempt
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var a message.Attempt
		var opened, closed int64
		err := rows.Scan(&a.ID, &a.Recipient, &a.Number, &opened, &closed, &a.Outcome, &a.Class, &a.Reason, &a.RemoteID, &a.RemoteURL, &a.Detail)
		a.OpenedAt, a.ClosedAt = at(opened), at(closed)
		all = append(all, a)
		return err
	}, `SELECT id, recipient_id, number, opened_at, closed_at, outcome, class, reason, remote_id, remote_url, detail
		FROM attempts WHERE send_id = ? ORDER BY id LIMIT ?`, send, limit)
	if err != nil {
		return nil, fmt.Errorf("read the attempts at send %d: %w", send, err)
	}
	return all, nil
}

// Recipient is one address of an addressed send, as people see it.
type Recipient struct {
	ID       int64
	Address  string
	Name     string
	State    message.SendState
	Class    string
	Reason   string
	Attempts int
	SentAt   time.Time
	RemoteID string
}

// Recipients lists recipients of a send in a state (empty: any), by id.
func (s *Store) Recipients(ctx context.Context, send int64, state message.SendState, after int64, limit int) ([]Recipient, error) {
	var all []Recipient
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var r Recipient
		var sent int64
		err := rows.Scan(&r.ID, &r.Address, &r.Name, &r.State, &r.Class, &r.Reason, &r.Attempts, &sent, &r.RemoteID)
		r.SentAt = at(sent)
		all = append(all, r)
		return err
	}, `SELECT id, address, name, state, class, reason, attempts, sent_at, remote_id FROM recipients
		WHERE send_id = ?1 AND (?2 = '' OR state = ?2) AND id > ?3 ORDER BY id LIMIT ?4`, send, state, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the recipients of send %d: %w", send, err)
	}
	return all, nil
}

// Resolve settles what is open of a send by a person's word: unknown ones go
// to sent, planned or abandoned; failed ones to planned or abandoned. A send
// that carries a hold goes to held instead of planned. It gives how many sends
// or recipients that were.
func (t *Tx) Resolve(s message.Send, from, to message.SendState) (int, error) {
	if !from.Open() || !from.Can(to) {
		return 0, fmt.Errorf("a send that is %s cannot become %s", from, to)
	}
	var sent int64
	if to == message.Sent {
		sent = ms(t.now)
	}
	if s.Addressed {
		return t.resolveRecipients(s, from, to, sent)
	}
	n, err := t.exec(`UPDATE sends SET state = CASE WHEN ?1 = 'planned' AND hold <> '' THEN 'held' ELSE ?1 END,
		hold = CASE WHEN ?1 = 'planned' THEN hold ELSE '' END, next_at = ?2, late_ok = 1, sent_at = ?3 WHERE id = ?4 AND state = ?5`,
		to, ms(t.now), sent, s.ID, from)
	if err != nil {
		return 0, fmt.Errorf("resolve send %d: %w", s.ID, err)
	}
	return int(n), t.rollUpLive(s)
}

func (t *Tx) resolveRecipients(s message.Send, from, to message.SendState, sent int64) (int, error) {
	n, err := t.exec("UPDATE recipients SET state = ?, next_at = ?, sent_at = ? WHERE send_id = ? AND state IN ('failed', 'unknown') AND state = ?", to, ms(t.now), sent, s.ID, from)
	if err != nil {
		return 0, fmt.Errorf("resolve recipients of send %d: %w", s.ID, err)
	}
	return int(n), t.resolved(s, from, to, int(n))
}

// resolved moves counts after a person's word about so many recipients.
func (t *Tx) resolved(s message.Send, from, to message.SendState, n int) error {
	if err := t.shift(s.ID, message.Tally{from: n, to: -n}); err != nil {
		return err
	}
	if err := t.rollUpSends([]int64{s.ID}); err != nil {
		return err
	}
	return t.rollUpLive(s)
}

func (t *Tx) rollUpLive(s message.Send) error {
	if s.Run > 0 {
		return nil
	}
	return t.rollUp([]string{s.Message})
}

// Settled is a person's word about what was open of a send.
type Settled struct {
	To        message.SendState
	Count     int   // sends or recipients concerned
	Recipient int64 // where one alone is
}

// RecordResolved chains a person's word about a send.
func (t *Tx) RecordResolved(kind ledger.Kind, s message.Send, is Settled, by Decider, reason string) error {
	person, err := t.Tie(by.Name)
	if err != nil {
		return err
	}
	why, err := t.Tie(reason)
	if err != nil {
		return err
	}
	return t.Record(kind, ledger.SendBody{
		Send: s.ID, Message: s.Message, Audiences: s.Audiences, Mechanism: s.Channel, Run: s.Run, To: is.To, By: person, Reason: why, Count: is.Count,
		Verified: by.Verified, Recipient: is.Recipient,
	})
}

// Values gives what a send was filled with; for an addressed send, what one
// recipient's was. PageAddress holds the slug alone.
func (s *Store) Values(ctx context.Context, send, recipient int64) (channels.Values, error) {
	var v channels.Values
	var opened, due, published int64
	err := row(ctx, s.read, `SELECT coalesce(o.entry_id, m.entry_id), coalesce(o.slug, m.slug), s.key, s.due_at, coalesce(p.published_at, 0),
		coalesce((SELECT max(opened_at) FROM attempts WHERE send_id = s.id AND recipient_id = ?2), 0)
		FROM sends s JOIN messages m ON m.id = s.message_id LEFT JOIN messages o ON o.id = m.corrects AND m.corrects <> ''
		LEFT JOIN public_pages p ON p.entry_id = coalesce(o.entry_id, m.entry_id) WHERE s.id = ?1`, []any{send, recipient},
		&v.EntryID, &v.PageAddress, &v.MessageID, &due, &published, &opened)
	if err != nil {
		return v, fmt.Errorf("read the values of send %d: %w", send, err)
	}
	v.UpdatedAt = at(max(opened, due))
	v.PublishedAt = v.UpdatedAt
	if published > 0 {
		v.PublishedAt = at(published)
	}
	if recipient == 0 {
		return v, nil
	}
	v.PublishedAt = v.UpdatedAt
	err = row(ctx, s.read, "SELECT address, name, key FROM recipients WHERE id = ? AND send_id = ?", []any{recipient, send}, &v.RecipientAddress, &v.RecipientName, &v.MessageID)
	if err != nil {
		return v, fmt.Errorf("read recipient %d of send %d: %w", recipient, send, err)
	}
	return v, nil
}
