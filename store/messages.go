package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"clarion/message"
)

const messageColumns = `SELECT id, state, hold, hold_by, revision, title, department, slug, slug_key, entry_id, corrects, withdraws,
	submitted_digest, submitted_by, approved_digest, created_at, approved_at, earliest_at, late_limit, expires_at FROM messages `

func scanMessage(rows *sql.Rows) (message.Message, error) {
	var m message.Message
	var created, approved, earliest, late, expires int64
	var original string
	var withdraws bool
	err := rows.Scan(&m.ID, &m.State, &m.Hold, &m.HoldBy, &m.Revision, &m.Title, &m.Department, &m.Slug, &m.SlugKey, &m.EntryID, &original, &withdraws,
		&m.SubmittedDigest, &m.SubmittedBy, &m.ApprovedDigest, &created, &approved, &earliest, &late, &expires)
	if withdraws {
		m.Withdraws = original
	} else {
		m.Corrects = original
	}
	m.CreatedAt, m.ApprovedAt = at(created), at(approved)
	m.Schedule = message.Bounds{Earliest: at(earliest), LateLimit: time.Duration(late) * time.Millisecond, Expires: at(expires)}
	return m, err
}

func messageOf(ctx context.Context, q querier, id string) (message.Message, error) {
	m := message.Message{}
	err := scan(ctx, q, func(rows *sql.Rows) (err error) {
		m, err = scanMessage(rows)
		return err
	}, messageColumns+"WHERE id = ?", id)
	if err == nil && m.ID == "" {
		err = ErrNotFound
	}
	if err != nil {
		return m, fmt.Errorf("message %q: %w", id, err)
	}
	return m, nil
}

// Message reads a message. The error is ErrNotFound if there is none.
func (s *Store) Message(ctx context.Context, id string) (message.Message, error) {
	return messageOf(ctx, s.read, id)
}

// Message reads a message within the transaction.
func (t *Tx) Message(id string) (message.Message, error) { return messageOf(t.ctx, t, id) }

// MessageFilter narrows a list of messages.
type MessageFilter struct {
	State  message.State // empty: any
	Before string        // cursor: the id after which to go on
	Limit  int
	// Departments whose messages are listed; nil for all.
	Departments []string
}

// Messages lists messages, newest first.
func (s *Store) Messages(ctx context.Context, f MessageFilter) ([]message.Message, error) {
	var all []message.Message
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		m, err := scanMessage(rows)
		all = append(all, m)
		return err
	}, messageColumns+`WHERE (?1 = '' OR state = ?1)
		AND (?4 IS NULL OR department IN (SELECT value FROM json_each(?4)))
		AND (?2 = '' OR (created_at, id) < (SELECT created_at, id FROM messages WHERE id = ?2))
		ORDER BY created_at DESC, id DESC LIMIT ?3`, f.State, f.Before, f.Limit, only(f.Departments))
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return all, nil
}

// InsertMessage stores a new message with its first revision.
func (t *Tx) InsertMessage(m message.Message, c message.Content, editor string) error {
	_, err := t.exec(`INSERT INTO messages (id, state, revision, title, department, slug, slug_key, entry_id, created_at)
		VALUES (?, ?, 0, '', '', '', ?, ?, ?)`, m.ID, m.State, m.SlugKey, m.EntryID, ms(t.now))
	if err != nil {
		return fmt.Errorf("store message %s: %w", m.ID, err)
	}
	return t.InsertRevision(m, c, editor)
}

// InsertRevision stores a new revision of a message and makes it the current
// one, in draft and without any approval. A message that has begun is refused.
func (t *Tx) InsertRevision(m message.Message, c message.Content, editor string) error {
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store revision of %s: %w", m.ID, err)
	}
	number := m.Revision + 1
	_, err = t.exec("INSERT INTO revisions (message_id, number, content, digest, editor, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		m.ID, number, string(content), c.Digest(), editor, ms(t.now))
	if err != nil {
		return fmt.Errorf("store revision %d of %s: %w", number, m.ID, err)
	}
	bounds := message.BoundsOf(c.Schedule)
	err = t.one(`UPDATE messages SET state = 'draft', hold = '', hold_by = '', revision = ?, title = ?, department = ?, slug = ?, corrects = ?, withdraws = ?,
		earliest_at = ?, late_limit = ?, expires_at = ?, submitted_digest = '', submitted_by = '', approved_digest = '', approved_at = 0
		WHERE id = ? AND state IN ('draft', 'in_review', 'approved', 'held', 'rehearsed')`,
		number, c.Title, c.Department, message.Slug(c.Title, m.SlugKey), c.Original(), c.Withdraws != "",
		ms(bounds.Earliest), bounds.LateLimit.Milliseconds(), ms(bounds.Expires), m.ID)
	if err != nil {
		return fmt.Errorf("store revision %d of %s: %w", number, m.ID, err)
	}
	return t.voidApprovals(m.ID)
}

func (t *Tx) voidApprovals(id string) error {
	if _, err := t.exec("UPDATE approvals SET voided_at = ? WHERE message_id = ? AND voided_at = 0", ms(t.now), id); err != nil {
		return fmt.Errorf("void the approvals of %s: %w", id, err)
	}
	return t.cancelSends(id, "its message was edited")
}

// Revision is one stored version of a message.
type Revision struct {
	Number    int
	Content   message.Content
	Digest    string
	Editor    string
	CreatedAt time.Time
	// Template and TemplateDigest are set if it was filled in from a template
	// as that was then.
	Template, TemplateDigest string
}

func revisionOf(ctx context.Context, q querier, id string, number int) (Revision, error) {
	r := Revision{Number: number}
	var content string
	var created int64
	err := row(ctx, q, "SELECT content, digest, editor, created_at, template, template_digest FROM revisions WHERE message_id = ? AND number = ?",
		[]any{id, number}, &content, &r.Digest, &r.Editor, &created, &r.Template, &r.TemplateDigest)
	if err != nil {
		return r, fmt.Errorf("revision %d of %q: %w", number, id, err)
	}
	r.CreatedAt = at(created)
	if err := json.Unmarshal([]byte(content), &r.Content); err != nil {
		return r, fmt.Errorf("read revision %d of %q: %w", number, id, err)
	}
	return r, nil
}

// Revision reads a revision.
func (s *Store) Revision(ctx context.Context, id string, number int) (Revision, error) {
	return revisionOf(ctx, s.read, id, number)
}

// Revision reads a revision within the transaction.
func (t *Tx) Revision(id string, number int) (Revision, error) {
	return revisionOf(t.ctx, t, id, number)
}

// Editors lists who made the current revision of a message and those since the
// last that was approved before it.
func (t *Tx) Editors(id string) ([]string, error) {
	var editors []string
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		editors = append(editors, "")
		return rows.Scan(&editors[len(editors)-1])
	}, `SELECT DISTINCT editor FROM revisions WHERE message_id = ?1 AND number >
		coalesce((SELECT max(number) FROM revisions
			WHERE message_id = ?1 AND approved = 1 AND number < (SELECT revision FROM messages WHERE id = ?1)), 0)`, id)
	if err != nil {
		return nil, fmt.Errorf("read the editors of %s: %w", id, err)
	}
	return editors, nil
}

// SetSubmitted moves a message to review under the digest of what was frozen.
func (t *Tx) SetSubmitted(id, digest, by string) error {
	err := t.one("UPDATE messages SET state = 'in_review', submitted_digest = ?, submitted_by = ? WHERE id = ? AND state = 'draft'", digest, by, id)
	if err != nil {
		return fmt.Errorf("submit %s: %w", id, err)
	}
	return nil
}

// SetReturned moves a message from review back to draft.
func (t *Tx) SetReturned(id string) error {
	err := t.one("UPDATE messages SET state = 'draft', submitted_digest = '', submitted_by = '' WHERE id = ? AND state = 'in_review'", id)
	if err != nil {
		return fmt.Errorf("return %s: %w", id, err)
	}
	return nil
}

// SetApproved approves what was submitted and plans its sends.
func (t *Tx) SetApproved(m message.Message, by string) error {
	if err := t.SetLetGo(m, by); err != nil {
		return err
	}
	_, err := t.exec("UPDATE revisions SET approved = 1 WHERE message_id = ? AND number = ?", m.ID, m.Revision)
	if err != nil {
		return fmt.Errorf("approve %s: %w", m.ID, err)
	}
	return nil
}

// SetLetGo lets go what was submitted as an approval would. Its revision does
// not count as approved: its editors approve none that follows.
func (t *Tx) SetLetGo(m message.Message, by string) error {
	err := t.one("UPDATE messages SET state = 'approved', approved_digest = submitted_digest, approved_at = ? WHERE id = ? AND state = 'in_review'", ms(t.now), m.ID)
	if err != nil {
		return fmt.Errorf("approve %s: %w", m.ID, err)
	}
	if err := t.AddApproval(m, by, false); err != nil {
		return err
	}
	return t.planSends(m, 0, m.Schedule.Due(t.now))
}

// SetCancelled cancels a message that has not begun, with all its sends.
func (t *Tx) SetCancelled(id string) error {
	err := t.one("UPDATE messages SET state = 'cancelled', hold = '', hold_by = '' WHERE id = ? AND state IN ('draft', 'in_review', 'approved', 'held')", id)
	if err != nil {
		return fmt.Errorf("cancel %s: %w", id, err)
	}
	return t.cancelSends(id, "its message was cancelled")
}

// CancelRest cancels the sends of a message under way that have not started.
// What turns out later not to have been published is held.
func (t *Tx) CancelRest(id string) error {
	if err := t.cancelSends(id, "the rest was cancelled"); err != nil {
		return err
	}
	_, err := t.exec("UPDATE sends SET hold = ? WHERE message_id = ? AND run = 0 AND NOT addressed AND hold = '' AND state IN ('sending', 'unknown')",
		message.HoldManual, id)
	if err != nil {
		return fmt.Errorf("cancel the sends of %s: %w", id, err)
	}
	return t.rollUpAddressed(id)
}

// only gives a list as a parameter; NULL if there is none.
func only(names []string) any {
	if names == nil {
		return nil
	}
	return list(names)
}
