package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// Decision is what a person, or the gate by the office's rules, decided about a
// message or one of its sends.
type Decision struct {
	At       time.Time
	Kind     ledger.Kind
	By       string // empty where the gate decides, or once the name was erased
	With     string // the first of two people
	Verified bool   // the person proved who they are
	Reason   string // in the person's words
	Why      string // in the gate's

	Revision  int
	Run       int
	Digest    string // that was submitted, approved or returned
	Hold      message.HoldReason
	From, To  message.State
	Send      int64  // of a decision about one send
	Mechanism string // its channel
	Outcome   message.SendState
	Accepted  []ledger.Accepted
}

// decisionBody reads what bodies of decisions have in common.
type decisionBody struct {
	Verified  bool               `json:"verified"`
	Why       string             `json:"why"`
	Revision  int                `json:"revision"`
	Run       int                `json:"run"`
	Digest    string             `json:"digest"`
	Hold      message.HoldReason `json:"hold"`
	From      message.State      `json:"from"`
	To        string             `json:"to"`
	Send      int64              `json:"send"`
	Mechanism string             `json:"mechanism"`
	Accepted  []ledger.Accepted  `json:"accepted"`
}

// decisionsOf goes by the index of what is decided about a message, whose own
// expression and condition it repeats.
const decisionsOf = `SELECT e.at, e.kind, e.body, coalesce(b.value, ''), coalesce(w.value, ''), coalesce(r.value, '') FROM (
		SELECT writer_id, seq, at, kind, body FROM ledger_entries WHERE CASE WHEN json_valid(body) THEN body ->> 'message' END = ?1
			AND kind <> 'send.attempt' AND kind <> 'send.recipients' AND kind <> 'message.done'
			AND (kind LIKE 'message.%' OR kind IN ('decision.first', 'send.found', 'send.resolved', 'send.retried')
				OR kind = 'send.held' AND body ->> 'by' IS NULL)
		ORDER BY writer_id DESC, seq DESC LIMIT ?2) e
	LEFT JOIN ledger_ties b ON b.ref = e.body ->> 'by'
	LEFT JOIN ledger_ties w ON w.ref = e.body ->> 'with'
	LEFT JOIN ledger_ties r ON r.ref = e.body ->> 'reason'
	ORDER BY e.writer_id DESC, e.seq DESC`

// Decisions lists what was decided about a message, oldest first; of more than
// the limit the newest.
func (s *Store) Decisions(ctx context.Context, id string, limit int) ([]Decision, error) {
	var all []Decision
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		d, err := scanDecision(rows)
		all = append(all, d)
		return err
	}, decisionsOf, id, limit)
	if err != nil {
		return nil, fmt.Errorf("read the decisions about %s: %w", id, err)
	}
	slices.Reverse(all)
	return all, nil
}

func scanDecision(rows *sql.Rows) (Decision, error) {
	var d Decision
	var when int64
	var text []byte
	if err := rows.Scan(&when, &d.Kind, &text, &d.By, &d.With, &d.Reason); err != nil {
		return d, err
	}
	var body decisionBody
	if err := json.Unmarshal(text, &body); err != nil {
		return d, err
	}
	d.At, d.Verified, d.Why, d.Revision, d.Run, d.Digest = at(when), body.Verified, body.Why, body.Revision, body.Run, body.Digest
	d.Hold, d.From, d.Send, d.Mechanism, d.Accepted = body.Hold, body.From, body.Send, body.Mechanism, body.Accepted
	if d.Send != 0 {
		d.Outcome = message.SendState(body.To)
	} else {
		d.To = message.State(body.To)
	}
	return d, nil
}
