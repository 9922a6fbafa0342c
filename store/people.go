package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Person is a named member of staff.
type Person struct {
	Name     string `json:"name"` // short, as in --as
	FullName string `json:"full_name"`
	Role     string `json:"role"`
}

// PutPerson adds a person, or changes the one of that name.
func (t *Tx) PutPerson(p Person) error {
	_, err := t.exec(`INSERT INTO people (name, full_name, role, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET full_name = excluded.full_name, role = excluded.role`, p.Name, p.FullName, p.Role, ms(t.now))
	if err != nil {
		return fmt.Errorf("store person: %w", err)
	}
	return nil
}

// Person finds a person by name.
func (t *Tx) Person(name string) (Person, error) {
	p := Person{Name: name}
	err := row(t.ctx, t, "SELECT full_name, role FROM people WHERE name = ?", []any{name}, &p.FullName, &p.Role)
	return p, err
}

// People lists everyone by name.
func (s *Store) People(ctx context.Context) ([]Person, error) {
	var all []Person
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		var p Person
		err := rows.Scan(&p.Name, &p.FullName, &p.Role)
		all = append(all, p)
		return err
	}, "SELECT name, full_name, role FROM people ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return all, nil
}
