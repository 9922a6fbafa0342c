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

// Rendered is one channel's part of a frozen plan with the bytes themselves.
type Rendered struct {
	message.PlannedSend
	Length int
	Body   []byte         // as stored
	Facts  channels.Facts // what the channel learned from outside before it was rendered
}

// FreezePlan stores what each channel would publish for a revision. It takes
// the place of a plan that an earlier submit of the same revision froze.
func (t *Tx) FreezePlan(id string, revision int, plan []Rendered) error {
	for _, r := range plan {
		names := make([]string, len(r.Audiences))
		for i, a := range r.Audiences {
			names[i] = a.Name
		}
		_, err := t.exec(`INSERT INTO renderings (message_id, revision, channel, audiences, names, destination, fingerprint, mode, addressed, digest, length, body, action, original, facts)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (message_id, revision, channel) DO UPDATE SET audiences = excluded.audiences, names = excluded.names,
				destination = excluded.destination, fingerprint = excluded.fingerprint, mode = excluded.mode,
				addressed = excluded.addressed, digest = excluded.digest, length = excluded.length, body = excluded.body,
				action = excluded.action, original = excluded.original, facts = excluded.facts, planned = 1`,
			id, revision, r.Channel, list(r.Audiences), list(names), list(r.Destination), r.Destination.Fingerprint(), r.Mode,
			r.Addressed, r.Rendering, r.Length, r.Body, r.Action, r.Of, string(r.Facts))
		if err != nil {
			return fmt.Errorf("freeze the plan of %s for %s: %w", id, r.Channel, err)
		}
	}
	return t.dropUnplanned(id, revision, plan)
}

// dropUnplanned takes out what an earlier submit of the revision planned and
// this one does not. The row stays: a rehearsal may stand on it.
func (t *Tx) dropUnplanned(id string, revision int, plan []Rendered) error {
	kept := make([]string, len(plan))
	for i, r := range plan {
		kept[i] = r.Channel
	}
	_, err := t.exec(`UPDATE renderings SET planned = 0 WHERE message_id = ? AND revision = ?
		AND channel NOT IN (SELECT value FROM json_each(?))`, id, revision, list(kept))
	if err != nil {
		return fmt.Errorf("freeze the plan of %s: %w", id, err)
	}
	return nil
}

// Plan reads a revision's frozen plan, by channel. It is empty before submit.
func (s *Store) Plan(ctx context.Context, id string, revision int) ([]Rendered, error) {
	return planOf(ctx, s.read, id, revision)
}

// Plan reads a revision's frozen plan within the transaction.
func (t *Tx) Plan(id string, revision int) ([]Rendered, error) {
	return planOf(t.ctx, t, id, revision)
}

func planOf(ctx context.Context, q querier, id string, revision int) ([]Rendered, error) {
	var plan []Rendered
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var r Rendered
		var audiences, destination, facts []byte
		err := rows.Scan(&r.Channel, &audiences, &destination, &r.Mode, &r.Addressed, &r.Rendering, &r.Length, &r.Body, &r.Action, &r.Of, &facts)
		if err != nil {
			return err
		}
		if len(facts) > 0 {
			r.Facts = facts
		}
		plan = append(plan, r)
		last := &plan[len(plan)-1]
		if err := json.Unmarshal(audiences, &last.Audiences); err != nil {
			return err
		}
		return json.Unmarshal(destination, &last.Destination)
	}, `SELECT channel, audiences, destination, mode, addressed, digest, length, body, action, original, facts FROM renderings
		WHERE message_id = ? AND revision = ? AND planned ORDER BY channel`, id, revision)
	if err != nil {
		return nil, fmt.Errorf("read the plan of %q: %w", id, err)
	}
	return plan, nil
}

// Rendering reads the stored rendering of a send. Bytes that do not match the
// digest are not handed out.
func (s *Store) Rendering(ctx context.Context, send int64) ([]byte, error) {
	var body []byte
	var digest string
	err := row(ctx, s.read, "SELECT r.body, s.digest FROM sends s JOIN renderings r ON r.id = s.rendering_id WHERE s.id = ?", []any{send}, &body, &digest)
	if err != nil {
		return nil, fmt.Errorf("read the rendering of send %d: %w", send, err)
	}
	if channels.Digest(body) != digest {
		return nil, fmt.Errorf("the rendering of send %d is not the one that was approved", send)
	}
	return body, nil
}

// planSends makes the sends of a run from the frozen plan, or takes up those
// that ended without having been sent: an edit or a person cancelled them, they
// were rehearsed, reached nobody or were given up. Each keeps its idempotency
// key for life. None of the plan is left out: one that was sent is an error.
func (t *Tx) planSends(m message.Message, run int, due time.Time) error {
	n, err := t.exec(`INSERT INTO sends (message_id, channel, run, revision, rendering_id, names, addressed, state, due_at, next_at, key, digest)
		SELECT message_id, channel, ?1, revision, id, names, addressed, 'planned', ?2, ?2, lower(hex(randomblob(16))), digest
		FROM renderings WHERE message_id = ?3 AND revision = ?4 AND planned
		ON CONFLICT (message_id, channel, run) DO UPDATE SET revision = excluded.revision, rendering_id = excluded.rendering_id,
			names = excluded.names, addressed = excluded.addressed, state = 'planned', hold = '', late_ok = 0,
			due_at = excluded.due_at, next_at = excluded.next_at, digest = excluded.digest, reason = '', class = '', materialised_at = 0,
			attempts = 0, sent_at = 0, remote_id = '', remote_url = '', accepted_fingerprint = '', accepted_mode = ''
			WHERE sends.state IN ('cancelled', 'suppressed', 'abandoned', 'rehearsed')`, run, ms(due), m.ID, m.Revision)
	if err != nil {
		return fmt.Errorf("plan the sends of %s: %w", m.ID, err)
	}
	return t.allPlanned(m, n)
}

func (t *Tx) allPlanned(m message.Message, planned int64) error {
	var want int64
	err := row(t.ctx, t, "SELECT count(*) FROM renderings WHERE message_id = ? AND revision = ? AND planned", []any{m.ID, m.Revision}, &want)
	if err == nil && planned != want {
		err = fmt.Errorf("%d of %d could be planned: the others are under way or were sent", planned, want)
	}
	if err != nil {
		return fmt.Errorf("plan the sends of %s: %w", m.ID, err)
	}
	return nil
}

// DoubtfulChannels lists the channels by which something of a message was
// given up while nobody knew whether it had been published: sending it again
// may publish it twice.
func (s *Store) DoubtfulChannels(ctx context.Context, id string) ([]string, error) {
	var all []string
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		all = append(all, "")
		return rows.Scan(&all[len(all)-1])
	}, `SELECT channel FROM sends s WHERE message_id = ? AND run = 0 AND (NOT addressed AND state = 'abandoned' AND class = 'unknown'
		OR addressed AND EXISTS (SELECT 1 FROM recipients r WHERE r.send_id = s.id AND r.state = 'abandoned' AND r.class = 'unknown'))
		ORDER BY channel`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was given up of %s: %w", id, err)
	}
	return all, nil
}

// PlanRehearsal makes the sends of a new rehearsal run, due now, and gives its
// number.
func (t *Tx) PlanRehearsal(m message.Message) (int, error) {
	var last int
	err := row(t.ctx, t, "SELECT coalesce(max(run), 0) FROM sends WHERE message_id = ?", []any{m.ID}, &last)
	if err != nil {
		return 0, fmt.Errorf("plan a rehearsal of %s: %w", m.ID, err)
	}
	return last + 1, t.planSends(m, last+1, t.now)
}

// rollUpAddressed gives the addressed sends of a message the state that their
// recipients give them, where nothing moves any more.
func (t *Tx) rollUpAddressed(id string) error {
	var sends []int64
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		sends = append(sends, 0)
		return rows.Scan(&sends[len(sends)-1])
	}, "SELECT id FROM sends WHERE message_id = ? AND run = 0 AND addressed AND state = 'sending'", id)
	if err != nil {
		return fmt.Errorf("read the sends of %s: %w", id, err)
	}
	return t.rollUpSends(sends, id)
}
