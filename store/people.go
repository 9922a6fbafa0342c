package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"clarion/people"
)

const selectPeople = `SELECT p.name, p.full_name, p.email, p.kind, p.created_at, p.disabled_at,
	coalesce((SELECT json_group_array(json_object('department', g.department, 'role', g.role)) FROM grants g WHERE g.person = p.name), '[]'),
	coalesce(i.issuer, ''), coalesce(i.subject, ''), coalesce(i.seen_at, 0)
	FROM people p LEFT JOIN identities i ON i.person = p.name `

func scanPerson(rows *sql.Rows) (people.Person, error) {
	var p people.Person
	var created, disabled, seen int64
	var grants []byte
	if err := rows.Scan(&p.Name, &p.FullName, &p.Email, &p.Kind, &created, &disabled, &grants, &p.Issuer, &p.Subject, &seen); err != nil {
		return p, err
	}
	p.CreatedAt, p.DisabledAt, p.SeenAt = at(created), at(disabled), at(seen)
	if err := json.Unmarshal(grants, &p.Grants); err != nil {
		return p, fmt.Errorf("roles of %s: %w", p.Name, err)
	}
	slices.SortFunc(p.Grants, people.CompareGrants)
	return p, nil
}

// PutPerson adds a person without roles, or changes the names and address of
// the one of that name.
func (t *Tx) PutPerson(p people.Person) error {
	_, err := t.exec(`INSERT INTO people (name, full_name, email, kind, created_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET full_name = excluded.full_name, email = excluded.email`, p.Name, p.FullName, p.Email, string(p.Kind), ms(t.now))
	if err == nil {
		_, err = t.exec("INSERT OR IGNORE INTO accounts (person) VALUES (?)", p.Name)
	}
	if err != nil {
		return fmt.Errorf("store person: %w", err)
	}
	return nil
}

// SetDisabled ends or gives back a person's access.
func (t *Tx) SetDisabled(name string, disabled bool) error {
	when := int64(0)
	if disabled {
		when = ms(t.now)
	}
	if err := t.one("UPDATE people SET disabled_at = ? WHERE name = ?", when, name); err != nil {
		return fmt.Errorf("disable person: %w", err)
	}
	return t.EndSessions(name)
}

// SetGrants replaces the roles that a person holds in one department.
func (t *Tx) SetGrants(name, department string, roles []people.Role) error {
	if _, err := t.exec("DELETE FROM grants WHERE person = ? AND department = ?", name, department); err != nil {
		return fmt.Errorf("take roles: %w", err)
	}
	for _, role := range roles {
		if _, err := t.exec("INSERT OR IGNORE INTO grants (person, department, role) VALUES (?, ?, ?)", name, department, string(role)); err != nil {
			return fmt.Errorf("give a role: %w", err)
		}
	}
	return t.EndSessions(name)
}

// Person finds a person by name, with their roles.
func (t *Tx) Person(name string) (people.Person, error) { return onePerson(t.ctx, t, name) }

// Person finds a person by name, with their roles.
func (s *Store) Person(ctx context.Context, name string) (people.Person, error) {
	return onePerson(ctx, s.read, name)
}

func onePerson(ctx context.Context, q querier, name string) (people.Person, error) {
	var found []people.Person
	err := scan(ctx, q, func(rows *sql.Rows) error {
		p, err := scanPerson(rows)
		found = append(found, p)
		return err
	}, selectPeople+"WHERE p.name = ?", name)
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return people.Person{}, fmt.Errorf("read person: %w", err)
	}
	return found[0], nil
}

// People lists everyone by name, with their roles.
func (s *Store) People(ctx context.Context) ([]people.Person, error) { return listPeople(ctx, s.read) }

// People lists everyone by name, with their roles.
func (t *Tx) People() ([]people.Person, error) { return listPeople(t.ctx, t) }

func listPeople(ctx context.Context, q querier) ([]people.Person, error) {
	var all []people.Person
	err := scan(ctx, q, func(rows *sql.Rows) error {
		p, err := scanPerson(rows)
		all = append(all, p)
		return err
	}, selectPeople+"ORDER BY p.name")
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return all, nil
}

// AnyPerson reports whether there is anybody at all.
func (t *Tx) AnyPerson() (bool, error) {
	var n int
	if err := row(t.ctx, t, "SELECT EXISTS (SELECT 1 FROM people)", nil, &n); err != nil {
		return false, fmt.Errorf("look for people: %w", err)
	}
	return n > 0, nil
}

// OpenOf lists the messages whose current revision somebody made and that are
// not finished, oldest first.
func (s *Store) OpenOf(ctx context.Context, name string) ([]string, error) {
	var all []string
	err := scan(ctx, s.read, func(rows *sql.Rows) error {
		all = append(all, "")
		return rows.Scan(&all[len(all)-1])
	}, `SELECT m.id FROM messages m JOIN revisions r ON r.message_id = m.id AND r.number = m.revision
		WHERE r.editor = ? AND m.state IN ('draft', 'in_review', 'approved', 'held') ORDER BY m.created_at, m.id`, name)
	if err != nil {
		return nil, fmt.Errorf("list what somebody has open: %w", err)
	}
	return all, nil
}
