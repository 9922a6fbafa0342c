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
	message   int64 // its serial
	addressed bool
}

// What a fact is read from. The body of a rendering is read only where it is
// needed at once; when the page that it updates was published, only where the
// page is ours.
const (
	factColumns = `SELECT s.id, m.serial, s.channel, s.run, s.revision, s.revision = m.revision, s.addressed, s.state, s.hold <> '', s.late_ok, s.due_at,
		s.attempts, s.digest = r.digest, m.state, m.approved_digest, m.submitted_digest, m.late_limit, m.expires_at,
		CASE s.accepted_fingerprint WHEN '' THEN r.fingerprint ELSE s.accepted_fingerprint END,
		CASE s.accepted_fingerprint WHEN '' THEN r.mode ELSE s.accepted_mode END,
		s.message_id, s.names, s.key, s.digest, ` + factEntry + `,
		CASE m.corrects WHEN '' THEN m.slug ELSE (SELECT slug FROM messages WHERE id = m.corrects) END, `
	factEntry   = `CASE m.corrects WHEN '' THEN m.entry_id ELSE (SELECT entry_id FROM messages WHERE id = m.corrects) END`
	factTables  = ` FROM sends s JOIN messages m ON m.id = s.message_id JOIN renderings r ON r.id = s.rendering_id `
	factsAtOnce = `WHERE s.channel = ? AND s.state IN ('planned', 'waiting') AND s.next_at <= ? ORDER BY s.next_at, s.id LIMIT ?`

	factsDue      = factColumns + "0, r.body" + factTables + factsAtOnce
	factsDueLocal = factColumns + "CASE m.corrects WHEN '' THEN 0 ELSE coalesce((SELECT published_at FROM public_pages WHERE entry_id = " + factEntry +
		"), 0) END, r.body" + factTables + factsAtOnce
	factsOfAddressed = factColumns + "0, NULL" + factTables +
		`WHERE s.id IN (
			SELECT id FROM sends INDEXED BY sends_ready WHERE channel = ?1 AND state IN ('planned', 'waiting') AND materialised_at > 0 AND next_at <= ?2
			UNION ALL
			SELECT id FROM sends WHERE channel = ?1 AND state IN ('claimed', 'sending') AND state = 'sending')
		AND s.addressed AND s.materialised_at > 0 AND s.hold = '' AND ?3 > 0 ORDER BY s.due_at, s.id`
	factsToMaterialise = factColumns + "0, NULL" + factTables +
		`WHERE s.channel = ? AND s.state IN ('planned', 'waiting') AND s.next_at <= ? AND s.addressed AND s.materialised_at = 0
		ORDER BY s.next_at, s.id`
	factsOf = factColumns + "0, NULL" + factTables + `WHERE s.id IN (SELECT value FROM json_each(?))`
)

// factRow is what is read of a fact beside what is in it.
type factRow struct {
	fact
	intact                          bool // the stored rendering is the one that was planned
	submitted                       string
	due, late, expiresAt, published int64
	names, body                     sql.RawBytes
}

func (r *factRow) scan(rows *sql.Rows) error {
	i, g := &r.item, &r.gate
	return rows.Scan(
		&r.send, &r.message, &i.Channel, &i.Run, &i.Revision, &g.RevisionCurrent, &r.addressed, (*string)(&g.Send), &g.SendHold, &g.Late, &r.due,
		&g.Attempts, &r.intact, (*string)(&g.Message), &g.ApprovedDigest, &r.submitted, &r.late, &r.expiresAt, &g.ApprovedFor, (*string)(&g.ApprovedMode),
		&i.Message, &r.names, &i.Key, &i.Digest, &i.EntryID, &i.Slug, &r.published, &r.body)
}

// done completes a fact with what is known of its lane.
func (r *factRow) done(lane message.Lane, frozen bool) fact {
	f := r.fact
	i, g := &f.item, &f.gate
	i.PublishedAt = at(r.published)
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
	var r factRow
	err := r.scan(rows)
	if err != nil {
		return fact{}, err
	}
	if r.item.Audiences, err = t.audienceNames(r.names); err != nil {
		return fact{}, fmt.Errorf("audiences of send %d: %w", r.send, err)
	}
	if r.body != nil {
		r.item.Rendering = append([]byte(nil), r.body...)
		r.intact = r.intact && channels.Digest(r.item.Rendering) == r.item.Digest
	}
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
