package store

import (
	"errors"
	"fmt"

	"clarion/people"
)

// PersonOf finds who somebody is at a provider of single sign-on; false if it
// is nobody's.
func (t *Tx) PersonOf(issuer, subject string) (string, bool, error) {
	var name string
	err := row(t.ctx, t, "SELECT person FROM identities WHERE issuer = ? AND subject = ?", []any{issuer, subject}, &name)
	if errors.Is(err, ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look for an identity: %w", err)
	}
	return name, true, nil
}

// Bind makes a person who somebody is at a provider, in place of whom they or
// it were bound to before. Every session of both ends, and reset links are void.
func (t *Tx) Bind(person, issuer, subject string) error {
	before, taken, err := t.PersonOf(issuer, subject)
	if err != nil {
		return err
	}
	if taken {
		if err := t.Unbind(before); err != nil {
			return err
		}
	}
	if err := t.Unbind(person); err != nil {
		return err
	}
	if _, err := t.exec("INSERT INTO identities (issuer, subject, person) VALUES (?, ?, ?)", issuer, subject, person); err != nil {
		return fmt.Errorf("store an identity: %w", err)
	}
	if _, err := t.exec("DELETE FROM resets WHERE person = ?", person); err != nil {
		return fmt.Errorf("void reset links: %w", err)
	}
	return nil
}

// SawIdentity notes that the provider has just said who somebody is.
func (t *Tx) SawIdentity(person string) error {
	if err := t.one("UPDATE identities SET seen_at = ? WHERE person = ?", ms(t.now), person); err != nil {
		return fmt.Errorf("note a sign-in: %w", err)
	}
	return nil
}

// Unbind forgets who somebody is at a provider, and ends their sessions.
func (t *Tx) Unbind(person string) error {
	if _, err := t.exec("DELETE FROM identities WHERE person = ?", person); err != nil {
		return fmt.Errorf("drop an identity: %w", err)
	}
	return t.EndSessions(person)
}

// ReplaceGrants replaces every role that a person holds, and ends their
// sessions.
func (t *Tx) ReplaceGrants(name string, grants []people.Grant) error {
	if _, err := t.exec("DELETE FROM grants WHERE person = ?", name); err != nil {
		return fmt.Errorf("take roles: %w", err)
	}
	for _, g := range grants {
		if _, err := t.exec("INSERT OR IGNORE INTO grants (person, department, role) VALUES (?, ?, ?)", name, g.Department, string(g.Role)); err != nil {
			return fmt.Errorf("give a role: %w", err)
		}
	}
	return t.EndSessions(name)
}
