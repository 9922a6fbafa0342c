package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Decider is who decides: a person, or the gate, which has no name.
type Decider struct {
	Name     string
	Verified bool // they proved who they are
}

// Countersign records the first of two people for an act, or gives the name of
// the one who came first. A person can't be both. About is what exactly is
// decided: whoever decides about something else than the one before is the
// first anew. Fresh is false if the same person had decided so already.
func (t *Tx) Countersign(act, subject, about, by string) (first string, fresh bool, err error) {
	var before string
	err = row(t.ctx, t, "SELECT by, about FROM countersigns WHERE act = ? AND subject = ?", []any{act, subject}, &first, &before)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return "", false, fmt.Errorf("read the first of two for %s: %w", act, err)
	case err != nil || before != about:
		return "", true, t.setFirst(act, subject, about, by)
	case first == by:
		return "", false, nil
	}
	return first, true, t.ForgetCountersign(act, subject)
}

// FirstOf gives who decided first about an act; empty if nobody waits for a
// second.
func (t *Tx) FirstOf(act, subject string) (by string, err error) {
	err = row(t.ctx, t, "SELECT by FROM countersigns WHERE act = ? AND subject = ?", []any{act, subject}, &by)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", fmt.Errorf("read the first of two for %s: %w", act, err)
	}
	return by, nil
}

func (t *Tx) setFirst(act, subject, about, by string) error {
	_, err := t.exec(`INSERT INTO countersigns (act, subject, about, by, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (act, subject) DO UPDATE SET about = excluded.about, by = excluded.by, at = excluded.at`, act, subject, about, by, ms(t.now))
	if err != nil {
		return fmt.Errorf("record the first of two for %s: %w", act, err)
	}
	return nil
}

// ForgetCountersign drops a first decision that no second followed.
func (t *Tx) ForgetCountersign(act, subject string) error {
	if _, err := t.exec("DELETE FROM countersigns WHERE act = ? AND subject = ?", act, subject); err != nil {
		return fmt.Errorf("forget the first of two for %s: %w", act, err)
	}
	return nil
}

// FirstDecision is the first of two people's decisions, waiting for the second.
type FirstDecision struct {
	Act     string
	Subject string // a message's id, or what else it is about
	By      string
	At      time.Time
}

// FirstDecisions lists what waits for a second person, oldest first;
// departments, unless nil, bound which messages it may be about.
func (s *Store) FirstDecisions(ctx context.Context, departments []string) ([]FirstDecision, error) {
	var all []FirstDecision
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var f FirstDecision
		var when int64
		err := rows.Scan(&f.Act, &f.Subject, &f.By, &when)
		f.At = at(when)
		all = append(all, f)
		return err
	}, `SELECT act, subject, by, at FROM countersigns WHERE ?1 IS NULL
		OR NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = subject AND m.department NOT IN (SELECT value FROM json_each(?1)))
		ORDER BY at, act, subject`, only(departments))
	if err != nil {
		return nil, fmt.Errorf("list first decisions: %w", err)
	}
	return all, nil
}
