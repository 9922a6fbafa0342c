package office

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Departments lists the departments by name. The office itself is always one.
func (v View) Departments(ctx context.Context) ([]string, error) {
	if err := v.may(ctx, people.ReadPeople); err != nil {
		return nil, err
	}
	return v.office.store.Departments(ctx)
}

// AddDepartment adds a department.
func (o *Office) AddDepartment(ctx context.Context, name string, by Actor) error {
	name = strings.TrimSpace(name)
	if name == "" || name == people.Everywhere || strings.Contains(name, "/") || strings.ContainsFunc(name, unicode.IsControl) || utf8.RuneCountInString(name) > message.MaxField {
		return Refuse(Invalid, fmt.Sprintf("%s is no name of a department", message.Quote(name)), fmt.Sprintf("write it on one line, in up to %d characters, without a slash", message.MaxField))
	}
	err := o.decide(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		if err := t.InsertDepartment(name); err != nil {
			return err
		}
		return Record(t, ledger.DepartmentChanged, by, "", ledger.DecisionBody{Subject: name, Mode: "added"})
	})
	if err != nil {
		return fmt.Errorf("add the department %s: %w", name, err)
	}
	return nil
}

// RemoveDepartment takes a department away with its policies and the roles held
// in it. Its messages stay, and are seen by those who hold a role everywhere.
func (o *Office) RemoveDepartment(ctx context.Context, name string, by Actor) error {
	if name == o.settings.Department {
		return Refuse(Conflict, fmt.Sprintf("%s is the office itself", name), "change its name in the configuration")
	}
	err := o.decide(ctx, by, people.ManagePeople, "", func(t *store.Tx) error {
		err := t.DeleteDepartment(name)
		if errors.Is(err, store.ErrNotFound) {
			return noDepartment(name)
		}
		if err != nil {
			return err
		}
		return Record(t, ledger.DepartmentChanged, by, "", ledger.DecisionBody{Subject: name, Mode: "removed"})
	})
	if err != nil {
		return fmt.Errorf("remove the department %s: %w", name, err)
	}
	return nil
}

func noDepartment(name string) error {
	return Refuse(NotFound, fmt.Sprintf("there is no department called %s", message.Quote(name)), "`clarion department list` shows them")
}

// Furnish makes sure that the office itself is a department.
func (o *Office) Furnish(ctx context.Context) error {
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error { return t.InsertDepartment(o.settings.Department) })
	if err != nil {
		return fmt.Errorf("make the office a department: %w", err)
	}
	return nil
}
