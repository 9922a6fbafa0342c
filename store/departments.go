package store

import (
	"context"
	"database/sql"
	"fmt"
)

// InsertDepartment adds a department; it is safe to add it twice.
func (t *Tx) InsertDepartment(name string) error {
	if _, err := t.exec("INSERT OR IGNORE INTO departments (name, created_at) VALUES (?, ?)", name, ms(t.now)); err != nil {
		return fmt.Errorf("add a department: %w", err)
	}
	return nil
}

// DeleteDepartment takes a department away, with the roles held in it and its
// policies.
func (t *Tx) DeleteDepartment(name string) error {
	if err := t.one("DELETE FROM departments WHERE name = ?", name); err != nil {
		return fmt.Errorf("delete a department: %w", err)
	}
	for _, query := range []string{
		"UPDATE accounts SET generation = generation + 1 WHERE person IN (SELECT person FROM grants WHERE department = ?)",
		"DELETE FROM grants WHERE department = ?", "DELETE FROM policies WHERE department = ?",
	} {
		if _, err := t.exec(query, name); err != nil {
			return fmt.Errorf("delete what belongs to a department: %w", err)
		}
	}
	return nil
}

// HasDepartment reports whether there is a department of that name.
func (t *Tx) HasDepartment(name string) (bool, error) {
	var n int
	if err := row(t.ctx, t, "SELECT EXISTS (SELECT 1 FROM departments WHERE name = ?)", []any{name}, &n); err != nil {
		return false, fmt.Errorf("look for a department: %w", err)
	}
	return n > 0, nil
}

// Departments lists the departments by name.
func (s *Store) Departments(ctx context.Context) ([]string, error) {
	var all []string
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		all = append(all, "")
		return rows.Scan(&all[len(all)-1])
	}, "SELECT name FROM departments ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list the departments: %w", err)
	}
	return all, nil
}
