package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
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

// What a fact is read from. What is text comes as one value, which costs half
// of what a column each does. The body of a rendering is read only where it is
// needed at once; when the page that it updates was published, only where the
// page is ours.
const (
	factColumns = `SELECT s.id, m.serial, s.run, s.revision, (s.revision = m.revision) + 2 * s.addressed + 4 * (s.hold <> '') + 8 * s.late_ok + 16 * (s.digest = r.digest),
		s.due_at, s.attempts, m.late_limit, m.expires_at, concat_ws(char(31), s.channel, s.state, m.state, m.approved_digest, m.submitted_digest,
		CASE s.accepted_fingerprint WHEN '' THEN r.fingerprint ELSE s.accepted_fingerprint END,
		CASE s.accepted_fingerprint WHEN '' THEN r.mode ELSE s.accepted_mode END,
		s.message_id, s.names, s.key, s.digest, ` + factEntry + `,
		CASE m.corrects WHEN '' THEN m.slug ELSE (SELECT slug FROM messages WHERE id = m.corrects) END), `
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

// factRow is a row of such a query.
type factRow [12]driver.Value

func (r *factRow) int(i int) int64 { n, _ := r[i].(int64); return n }

// texts parts the column of texts. No identifier, digest or list holds what is
// between them.
func (r *factRow) texts() (texts [13]string, err error) {
	all, _ := r[9].(string)
	for i := range texts {
		var more bool
		if texts[i], all, more = strings.Cut(all, "\x1f"); more != (i < len(texts)-1) {
			return texts, fmt.Errorf("send %d is not whole", r.int(0))
		}
	}
	return texts, nil
}

// fact makes a fact of a row and what is known of its lane.
func (t *Tx) fact(r *factRow, lane message.Lane, frozen bool) (f fact, err error) {
	texts, err := r.texts()
	if err != nil {
		return f, err
	}
	flags := r.int(4)
	f.send, f.message, f.addressed = r.int(0), r.int(1), flags&2 > 0
	i, g := &f.item, &f.gate
	i.Send, i.Run, i.Revision, i.Rehearsal = f.send, int(r.int(2)), int(r.int(3)), r.int(2) > 0
	i.Channel, i.Message, i.Key, i.Digest, i.EntryID, i.Slug = texts[0], texts[7], texts[9], texts[10], texts[11], texts[12]
	i.Due, i.Attempt, i.PublishedAt = at(r.int(5)), int(r.int(6))+1, at(r.int(10))
	i.Rendering, _ = r[11].([]byte)
	if i.Audiences, err = t.audienceNames(texts[8]); err != nil {
		return f, fmt.Errorf("audiences of send %d: %w", f.send, err)
	}
	g.Message, g.Send, g.Rehearsal = message.State(texts[2]), message.SendState(texts[1]), i.Rehearsal
	g.RevisionCurrent, g.SendHold, g.Late, g.Frozen = flags&1 > 0, flags&4 > 0, flags&8 > 0, frozen
	g.ApprovedDigest, g.ApprovedFor, g.ApprovedMode = texts[3], texts[5], message.Mode(texts[6])
	if intact := flags&16 > 0; intact && (i.Rendering == nil || channels.Digest(i.Rendering) == i.Digest) {
		g.CurrentDigest = texts[4] // what is stored is what was planned
	}
	g.Due, g.LateLimit, g.Expires = i.Due, time.Duration(r.int(7))*time.Millisecond, at(r.int(8))
	g.Current, g.CurrentMode, g.ChannelAvailable = lane.Fingerprint, lane.Mode, lane.Available
	g.Attempts = int(r.int(6))
	if f.addressed && g.Send == message.Sending {
		g.Attempts = max(g.Attempts, 1) // it has begun: it cannot come late any more
	}
	return f, nil
}

// facts reads facts for a lane.
func (t *Tx) facts(lane message.Lane, frozen bool, query string, args ...any) ([]fact, error) {
	var all []fact
	var row factRow
	err := t.each(query, row[:], func() error {
		f, err := t.fact(&row, lane, frozen)
		all = append(all, f)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("read due sends of %s: %w", lane.Channel, err)
	}
	return all, nil
}

// audienceNames decodes a list of names, most of which are alike within a
// transaction.
func (t *Tx) audienceNames(stored string) ([]string, error) {
	if names, ok := t.names[stored]; ok {
		return names, nil
	}
	var names []string
	if err := json.Unmarshal([]byte(stored), &names); err != nil {
		return nil, err
	}
	if t.names == nil {
		t.names = map[string][]string{}
	}
	t.names[strings.Clone(stored)] = names
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
