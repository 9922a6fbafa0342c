package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// fact is one send as the gate and a delivery see it.
type fact struct {
	item      message.Item
	gate      message.Facts
	send      int64
	addressed bool
}

// gateColumns reads what the gate looks at; factColumns reads what a delivery
// needs as well. The body of a rendering is read only where it is needed at
// once.
const (
	gateColumns = `SELECT s.id, s.channel, s.run, s.revision = m.revision, s.addressed, s.state, s.hold <> '', s.late_ok, s.due_at, s.attempts,
		s.digest = r.digest, m.state, m.approved_digest, m.submitted_digest, m.late_limit, m.expires_at, CASE WHEN s.accepted_fingerprint <> '' THEN s.accepted_fingerprint ELSE r.fingerprint END, CASE WHEN s.accepted_fingerprint <> '' THEN s.accepted_mode ELSE r.mode END`
	gateTables = ` FROM sends s JOIN messages m ON m.id = s.message_id JOIN renderings r ON r.id = s.rendering_id `

	factColumns = gateColumns + `, s.message_id, s.revision, s.names, s.key, s.digest,
		coalesce(o.entry_id, m.entry_id), coalesce(o.slug, m.slug), coalesce(p.published_at, 0), `
	factTables = gateTables + `LEFT JOIN messages o ON o.id = m.corrects AND m.corrects <> ''
		LEFT JOIN public_pages p ON p.entry_id = o.entry_id `

	factsDue = factColumns + "r.body" + factTables +
		`WHERE s.channel = ? AND s.state IN ('planned', 'waiting') AND s.next_at <= ? ORDER BY s.next_at, s.id LIMIT ?`
	factsOfAddressed = factColumns + "NULL" + factTables +
		`WHERE s.id IN (
			SELECT id FROM sends INDEXED BY sends_ready WHERE channel = ?1 AND state IN ('planned', 'waiting') AND materialised_at > 0 AND next_at <= ?2
			UNION ALL
			SELECT id FROM sends WHERE channel = ?1 AND state IN ('claimed', 'sending'))
		AND s.addressed AND s.materialised_at > 0 AND s.hold = '' ORDER BY s.due_at, s.id`
	factsToMaterialise = factColumns + "NULL" + factTables +
		`WHERE s.channel = ? AND s.state IN ('planned', 'waiting') AND s.next_at <= ? AND s.addressed AND s.materialised_at = 0
		ORDER BY s.next_at, s.id`
	factsOf = factColumns + "NULL" + factTables + byID
	gatesOf = gateColumns + gateTables + byID
	byID    = `WHERE s.id IN (SELECT value FROM json_each(?))`
)

// gateRow is what gateColumns reads beside a fact.
type gateRow struct {
	fact
	intact               bool // the stored rendering is the one that was planned
	submitted            string
	due, late, expiresAt int64
}

func (r *gateRow) columns() []any {
	i, g := &r.item, &r.gate
	return []any{
		&r.send, &i.Channel, &i.Run, &g.RevisionCurrent, &r.addressed, (*string)(&g.Send), &g.SendHold, &g.Late, &r.due, &g.Attempts,
		&r.intact, (*string)(&g.Message), &g.ApprovedDigest, &r.submitted, &r.late, &r.expiresAt, &g.ApprovedFor, (*string)(&g.ApprovedMode),
	}
}

// done completes a fact with what is known of its lane.
func (r *gateRow) done(lane message.Lane, frozen bool) fact {
	f := r.fact
	i, g := &f.item, &f.gate
	i.Send, i.Due, i.Attempt, i.Rehearsal = f.send, at(r.due), g.Attempts+1, i.Run > 0
	g.Rehearsal, g.Frozen = i.Rehearsal, frozen
	if r.intact {
		g.CurrentDigest = r.submitted
	}
	g.Due, g.LateLimit, g.Expires = i.Due, time.Duration(r.late)*time.Millisecond, at(r.expiresAt)
	g.Current, g.CurrentMode, g.ChannelAvailable = lane.Fingerprint, lane.Mode, lane.Available
	if f.addressed && g.Send == message.Sending {
		g.Attempts = max(g.Attempts, 1) // it has begun: it cannot come late any more
	}
	return f
}

// facts reads facts for a lane.
func (t *Tx) facts(lane message.Lane, frozen bool, query string, args ...any) ([]fact, error) {
	var all []fact
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		f, err := t.scanFact(rows, lane, frozen)
		all = append(all, f)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read due sends of %s: %w", lane.Channel, err)
	}
	return all, nil
}

func (t *Tx) scanFact(rows *sql.Rows, lane message.Lane, frozen bool) (fact, error) {
	var r gateRow
	var names, body sql.RawBytes
	var published int64
	i := &r.item
	err := rows.Scan(append(r.columns(), &i.Message, &i.Revision, &names, &i.Key, &i.Digest, &i.EntryID, &i.Slug, &published, &body)...)
	if err != nil {
		return fact{}, err
	}
	if i.Audiences, err = t.audienceNames(names); err != nil {
		return fact{}, fmt.Errorf("audiences of send %d: %w", r.send, err)
	}
	if body != nil {
		i.Rendering = append([]byte(nil), body...)
		r.intact = r.intact && channels.Digest(i.Rendering) == i.Digest
	}
	i.PublishedAt = at(published)
	return r.done(lane, frozen), nil
}

// audienceNames decodes a list of names, most of which are alike within a
// transaction.
func (t *Tx) audienceNames(stored []byte) ([]string, error) {
	if names, ok := t.names[string(stored)]; ok {
		return names, nil
	}
	var names []string
	if err := json.Unmarshal(stored, &names); err != nil {
		return nil, err
	}
	if t.names == nil {
		t.names = map[string][]string{}
	}
	t.names[string(stored)] = names
	return names, nil
}

// gates reads what the gate looks at of sends of several lanes.
func (t *Tx) gates(lanes map[string]message.Lane, ids []int64) (map[int64]fact, error) {
	frozen, err := t.frozen(false)
	if err != nil {
		return nil, err
	}
	facts := make(map[int64]fact, len(ids))
	err = scan(t.ctx, t, func(rows *sql.Rows) error {
		var r gateRow
		if err := rows.Scan(r.columns()...); err != nil {
			return err
		}
		lane := lanes[r.item.Channel]
		facts[r.send] = r.done(lane, frozen || lane.Frozen)
		return nil
	}, gatesOf, list(ids))
	if err != nil {
		return nil, fmt.Errorf("read sends: %w", err)
	}
	return facts, nil
}

// frozen reports whether everything is frozen by the lane's word or by the
// row.
func (t *Tx) frozen(lane bool) (bool, error) {
	if lane {
		return true, nil
	}
	var n int
	err := row(t.ctx, t, "SELECT count(*) FROM freezes", nil, &n)
	return n > 0, err
}
