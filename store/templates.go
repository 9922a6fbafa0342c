package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"clarion/message"
)

// Template is a text that is approved beforehand, in its current revision.
type Template struct {
	message.Template
	State       message.TemplateState
	Revision    int
	Digest      string
	Editor      string
	EditedAt    time.Time
	SubmittedBy string
}

const templateColumns = `SELECT t.state, t.revision, t.submitted_by, r.content, r.digest, r.editor, r.created_at
	FROM templates t JOIN template_revisions r ON r.name = t.name AND r.number = t.revision `

func templatesOf(ctx context.Context, q querier, where string, args ...any) ([]Template, error) {
	var all []Template
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var t Template
		var content []byte
		var edited int64
		if err := rows.Scan(&t.State, &t.Revision, &t.SubmittedBy, &content, &t.Digest, &t.Editor, &edited); err != nil {
			return err
		}
		t.EditedAt = at(edited)
		if err := json.Unmarshal(content, &t.Template); err != nil {
			return err
		}
		all = append(all, t)
		return nil
	}, templateColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the templates: %w", err)
	}
	return all, nil
}

func templateOf(ctx context.Context, q querier, name string) (Template, error) {
	all, err := templatesOf(ctx, q, "WHERE t.name = ?", name)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Template{}, fmt.Errorf("template %q: %w", name, err)
	}
	return all[0], nil
}

// Template reads a template. The error is ErrNotFound if there is none.
func (s *Store) Template(ctx context.Context, name string) (Template, error) {
	return templateOf(ctx, s.read, name)
}

// Template reads a template within the transaction.
func (t *Tx) Template(name string) (Template, error) { return templateOf(t.ctx, t, name) }

// Templates lists the templates by name. Departments, unless nil, bound whose;
// those of every department are among them always.
func (s *Store) Templates(ctx context.Context, departments []string) ([]Template, error) {
	return templatesOf(ctx, s.read, "WHERE ?1 IS NULL OR t.department = '' OR t.department IN (SELECT value FROM json_each(?1)) ORDER BY t.name", only(departments))
}

// PutTemplate stores a new template, or a new revision of one, in draft and
// without any approval. It gives the revision's number.
func (t *Tx) PutTemplate(x message.Template, editor string) (int, error) {
	content, err := json.Marshal(x)
	if err != nil {
		return 0, fmt.Errorf("store template %s: %w", x.Name, err)
	}
	_, err = t.exec(`INSERT INTO templates (name, state, revision, department) VALUES (?, 'draft', 1, ?)
		ON CONFLICT (name) DO UPDATE SET state = 'draft', revision = revision + 1, department = excluded.department, submitted_by = ''`, x.Name, x.Department)
	if err != nil {
		return 0, fmt.Errorf("store template %s: %w", x.Name, err)
	}
	var number int
	if err := row(t.ctx, t, "SELECT revision FROM templates WHERE name = ?", []any{x.Name}, &number); err != nil {
		return 0, fmt.Errorf("store template %s: %w", x.Name, err)
	}
	_, err = t.exec("INSERT INTO template_revisions (name, number, content, digest, editor, created_at) VALUES (?, ?, ?, ?, ?, ?)",
		x.Name, number, string(content), x.Digest(), editor, ms(t.now))
	if err != nil {
		return 0, fmt.Errorf("store revision %d of template %s: %w", number, x.Name, err)
	}
	return number, nil
}

// SetTemplateSubmitted moves a template from draft to review.
func (t *Tx) SetTemplateSubmitted(name, by string) error {
	return t.moveTemplate(name, "UPDATE templates SET state = 'in_review', submitted_by = ?2 WHERE name = ?1 AND state = 'draft'", by)
}

// SetTemplateReturned moves a template from review to draft, and takes away the
// approvals that it had.
func (t *Tx) SetTemplateReturned(x Template) error {
	if _, err := t.exec("DELETE FROM template_approvals WHERE name = ? AND revision = ?", x.Name, x.Revision); err != nil {
		return fmt.Errorf("void the approvals of template %s: %w", x.Name, err)
	}
	return t.moveTemplate(x.Name, "UPDATE templates SET state = 'draft', submitted_by = '' WHERE name = ?1 AND state = 'in_review'")
}

// SetTemplateApproved approves the revision of a template that is in review.
func (t *Tx) SetTemplateApproved(x Template) error {
	if err := t.one("UPDATE template_revisions SET approved = 1 WHERE name = ? AND number = ?", x.Name, x.Revision); err != nil {
		return fmt.Errorf("approve template %s: %w", x.Name, err)
	}
	return t.moveTemplate(x.Name, "UPDATE templates SET state = 'approved' WHERE name = ?1 AND state = 'in_review'")
}

// SetTemplateDropped keeps a template from being used.
func (t *Tx) SetTemplateDropped(name string) error {
	return t.moveTemplate(name, "UPDATE templates SET state = 'dropped', submitted_by = '' WHERE name = ?1 AND state <> 'dropped'")
}

func (t *Tx) moveTemplate(name, query string, args ...any) error {
	if err := t.one(query, append([]any{name}, args...)...); err != nil {
		return fmt.Errorf("move template %s: %w", name, err)
	}
	return nil
}

// TemplateEditors lists who edited a template since the revision that was last
// approved.
func (t *Tx) TemplateEditors(name string) ([]string, error) {
	var editors []string
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		editors = append(editors, "")
		return rows.Scan(&editors[len(editors)-1])
	}, `SELECT DISTINCT editor FROM template_revisions WHERE name = ?1 AND number >
		coalesce((SELECT max(number) FROM template_revisions WHERE name = ?1 AND approved = 1), 0)`, name)
	if err != nil {
		return nil, fmt.Errorf("read the editors of template %s: %w", name, err)
	}
	return editors, nil
}

// AddTemplateApproval records one person's word for the revision in review.
func (t *Tx) AddTemplateApproval(x Template, by string, proved bool) error {
	_, err := t.exec(`INSERT INTO template_approvals (name, revision, by, at, proved) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name, revision, by) DO UPDATE SET at = excluded.at, proved = max(proved, excluded.proved)`, x.Name, x.Revision, by, ms(t.now), proved)
	if err != nil {
		return fmt.Errorf("record an approval of template %s: %w", x.Name, err)
	}
	return nil
}

// TemplateApprovals lists who approved the current revision, the first first.
func (s *Store) TemplateApprovals(ctx context.Context, x Template) ([]Approval, error) {
	return templateApprovals(ctx, s.read, x)
}

// TemplateApprovals lists the same within the transaction.
func (t *Tx) TemplateApprovals(x Template) ([]Approval, error) { return templateApprovals(t.ctx, t, x) }

func templateApprovals(ctx context.Context, q querier, x Template) ([]Approval, error) {
	all, err := approvalsBy(ctx, q, "SELECT by, at, proved FROM template_approvals WHERE name = ? AND revision = ? ORDER BY at, by", x.Name, x.Revision)
	if err != nil {
		return nil, fmt.Errorf("read the approvals of template %s: %w", x.Name, err)
	}
	return all, nil
}
