package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"clarion/message"
)

// Approval is one person's word for what is in review.
type Approval struct {
	By     string
	At     time.Time
	Proved bool // with a fresh second factor
}

// AddApproval records one person's word for the submitted digest, once; again if
// they proved who they are meanwhile.
func (t *Tx) AddApproval(m message.Message, by string, proved bool) error {
	_, err := t.exec(`INSERT INTO approvals (message_id, revision, digest, by, at, proved) SELECT ?1, ?2, ?3, ?4, ?5, ?6
		WHERE NOT EXISTS (SELECT 1 FROM approvals WHERE message_id = ?1 AND digest = ?3 AND by = ?4 AND voided_at = 0 AND proved >= ?6)`,
		m.ID, m.Revision, m.SubmittedDigest, by, ms(t.now), proved)
	if err != nil {
		return fmt.Errorf("record an approval of %s: %w", m.ID, err)
	}
	return nil
}

// Approvals lists who approved the digest in review, the first first.
func (t *Tx) Approvals(m message.Message) ([]Approval, error) { return approvals(t.ctx, t, m) }

// Approvals lists who approved the digest in review, the first first.
func (s *Store) Approvals(ctx context.Context, m message.Message) ([]Approval, error) {
	return approvals(ctx, s.read, m)
}

func approvals(ctx context.Context, q querier, m message.Message) ([]Approval, error) {
	all, err := approvalsBy(ctx, q, "SELECT by, at, proved FROM approvals WHERE message_id = ? AND digest = ? AND voided_at = 0 ORDER BY id", m.ID, m.SubmittedDigest)
	if err != nil {
		return nil, fmt.Errorf("read the approvals of %s: %w", m.ID, err)
	}
	return all, nil
}

// approvalsBy reads rows of by, at and proved.
func approvalsBy(ctx context.Context, q querier, query string, args ...any) ([]Approval, error) {
	var all []Approval
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var a Approval
		var when int64
		err := rows.Scan(&a.By, &when, &a.Proved)
		a.At = at(when)
		all = append(all, a)
		return err
	}, query, args...)
	return all, err
}

// SetFilledIn records from which template the current revision of a message was
// filled in.
func (t *Tx) SetFilledIn(m message.Message, template, digest string) error {
	err := t.one("UPDATE revisions SET template = ?, template_digest = ? WHERE message_id = ? AND number = ?", template, digest, m.ID, m.Revision)
	if err != nil {
		return fmt.Errorf("record the template of %s: %w", m.ID, err)
	}
	return nil
}

// LastApproved gives the newest revision before one that was approved; 0 if
// none was.
func (s *Store) LastApproved(ctx context.Context, id string, before int) (int, error) {
	var n int
	err := row(ctx, s.read, "SELECT coalesce(max(number), 0) FROM revisions WHERE message_id = ? AND number < ? AND approved", []any{id, before}, &n)
	if err != nil {
		return 0, fmt.Errorf("look for the last approved revision of %s: %w", id, err)
	}
	return n, nil
}
