package store

import (
	"context"
	"database/sql"
	"fmt"

	"clarion/people"
)

// PutPolicy sets the policy of a department and audience.
func (t *Tx) PutPolicy(p people.Policy) error {
	_, err := t.exec("INSERT OR REPLACE INTO policies (department, audience, approvals, role, above, second_factor) VALUES (?, ?, ?, ?, ?, ?)",
		p.Department, p.Audience, p.Approvals, string(p.Role), p.Above, p.SecondFactor)
	if err != nil {
		return fmt.Errorf("store a policy: %w", err)
	}
	return nil
}

// DeletePolicy takes a policy away.
func (t *Tx) DeletePolicy(department, audience string) error {
	if err := t.one("DELETE FROM policies WHERE department = ? AND audience = ?", department, audience); err != nil {
		return fmt.Errorf("delete a policy: %w", err)
	}
	return nil
}

// Policies lists the policies.
func (s *Store) Policies(ctx context.Context) ([]people.Policy, error) { return policies(ctx, s.read) }

// Policies lists the policies.
func (t *Tx) Policies() ([]people.Policy, error) { return policies(t.ctx, t) }

func policies(ctx context.Context, q querier) ([]people.Policy, error) {
	var all []people.Policy
	err := scan(ctx, q, func(rows *sql.Rows) error {
		var p people.Policy
		err := rows.Scan(&p.Department, &p.Audience, &p.Approvals, &p.Role, &p.Above, &p.SecondFactor)
		all = append(all, p)
		return err
	}, "SELECT department, audience, approvals, role, above, second_factor FROM policies ORDER BY department, audience")
	if err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}
	return all, nil
}
