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
	intact    bool // the stored rendering is the one that was planned
}

// factColumns reads a fact. The body of a rendering is read only where it is
// needed at once.
const (
	factColumns = `SELECT s.id, s.message_id, s.channel, s.names, s.run, s.revision, s.addressed, s.state, s.hold,
		s.late_ok, s.due_at, s.attempts, s.key, s.digest, r.digest,
		m.state, m.revision, m.approved_digest, m.submitted_digest, m.late_limit, m.expires_at,
		coalesce(o.entry_id, m.entry_id), coalesce(o.slug, m.slug), coalesce(p.published_at, 0), r.fingerprint, r.mode, `
	factTables = ` FROM sends s JOIN messages m ON m.id = s.message_id JOIN renderings r ON r.id = s.rendering_id
		LEFT JOIN messages o ON o.id = m.corrects AND m.corrects <> ''
		LEFT JOIN public_pages p ON p.entry_id = o.entry_id `

	factsDue = factColumns + "r.body" + factTables +
		`WHERE s.channel = ? AND s.state IN ('planned', 'waiting') AND s.next_at <= ? ORDER BY s.next_at, s.id LIMIT ?`
	factsOf = factColumns + "NULL" + factTables +
		`WHERE s.id IN (SELECT value FROM json_each(?))`
	factsOfAddressed = factColumns + "NULL" + factTables +
		`WHERE s.id IN (
			SELECT id FROM sends WHERE channel = ?1 AND state IN ('planned', 'waiting') AND next_at <= ?2
			UNION ALL
			SELECT id FROM sends WHERE channel = ?1 AND state IN ('claimed', 'sending'))
		AND s.addressed AND s.materialised_at > 0 AND s.hold = '' ORDER BY s.due_at, s.id`
)

// facts reads facts for a lane.
func (t *Tx) facts(lane message.Lane, frozen bool, query string, args ...any) ([]fact, error) {
	var all []fact
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		f, err := scanFact(rows, lane, frozen)
		all = append(all, f)
		return err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read due sends of %s: %w", lane.Channel, err)
	}
	return all, nil
}

func scanFact(rows *sql.Rows, lane message.Lane, frozen bool) (fact, error) {
	var f fact
	var names []byte
	var hold, planned, stored, submitted string
	var lateOK bool
	var due, published, expires, late, revision int64
	var body sql.RawBytes
	i, g := &f.item, &f.gate
	err := rows.Scan(&i.Send, &i.Message, &i.Channel, &names, &i.Run, &i.Revision, &f.addressed, &g.Send, &hold,
		&lateOK, &due, &g.Attempts, &i.Key, &planned, &stored,
		&g.Message, &revision, &g.ApprovedDigest, &submitted, &late, &expires,
		&i.EntryID, &i.Slug, &published, &g.ApprovedFor, &g.ApprovedMode, &body)
	if err != nil {
		return fact{}, err
	}
	if err := json.Unmarshal(names, &i.Audiences); err != nil {
		return fact{}, fmt.Errorf("audiences of send %d: %w", i.Send, err)
	}
	f.send, f.intact = i.Send, planned == stored
	if body != nil {
		i.Rendering = append([]byte(nil), body...)
		f.intact = f.intact && channels.Digest(i.Rendering) == planned
	}
	i.Digest, i.Due, i.PublishedAt, i.Attempt = planned, at(due), at(published), g.Attempts+1
	i.Rehearsal = i.Run > 0
	g.Rehearsal, g.SendHold, g.Frozen = i.Rehearsal, hold != "", frozen
	g.RevisionCurrent = int64(i.Revision) == revision
	if f.intact {
		g.CurrentDigest = submitted
	}
	g.Due, g.Late, g.LateLimit, g.Expires = i.Due, lateOK, time.Duration(late)*time.Millisecond, at(expires)
	g.Current, g.CurrentMode, g.ChannelAvailable = lane.Fingerprint, lane.Mode, lane.Available
	if f.addressed && g.Send == message.Sending {
		g.Attempts = max(g.Attempts, 1) // it has begun: it cannot come late any more
	}
	return f, nil
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
