package office_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/message"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

// newcomers are people who had nothing to do with a message: one for each role,
// held everywhere and alone, and those whom a role does not help.
func newcomers() []string {
	var names []string
	for _, role := range people.Roles() {
		names = append(names, string(role))
	}
	return append(names, "elsewhere", "none", "disabled", "system")
}

func (b *bundle) hireNewcomers() {
	b.Helper()
	for _, role := range people.Roles() {
		b.hire(string(role), people.Everywhere, role)
	}
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	b.hire("elsewhere", "Roads", people.Roles()...)
	b.hire("none", people.Everywhere)
	b.hire("disabled", people.Everywhere, people.Roles()...)
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error {
		robot := people.Person{Name: "system", FullName: "CMS", Kind: people.System}
		return errors.Join(t.SetDisabled("disabled", true), t.PutPerson(robot), t.SetGrants("system", people.Everywhere, people.Roles()))
	}))
}

// useCasesOfRoles are those of the matrix, and those that only roles bound.
func useCasesOfRoles() []useCase {
	return append(useCases(),
		useCase{"comment", func(b *bundle, id string, by office.Actor) error { return b.Comment(b.ctx, id, "who says so?", by) }},
		useCase{"emergency", func(b *bundle, id string, by office.Actor) error {
			_, err := b.Emergency(b.ctx, id, b.detail(id).Message.SubmittedDigest, "flood", by)
			return err
		}},
	)
}

// TestRoles tries every use case on a message of every state by a person of
// every role. The expected table is testdata/roles.golden.
func TestRoles(t *testing.T) {
	t.Parallel()
	tables := make([]string, len(useCasesOfRoles()))
	t.Run("by use case", func(t *testing.T) {
		for i, u := range useCasesOfRoles() {
			t.Run(u.name, func(t *testing.T) {
				b := setup(t)
				b.hireNewcomers()
				tables[i] = b.tableOfRoles(u)
			})
		}
	})
	golden(t, "testdata/roles.golden", strings.Join(tables, "\n"))
}

func (b *bundle) tableOfRoles(u useCase) string {
	b.Helper()
	names := newcomers()
	var out strings.Builder
	fmt.Fprintf(&out, "%-20s", u.name)
	for _, name := range names {
		fmt.Fprintf(&out, "%-12s", name)
	}
	for _, state := range message.States() {
		fmt.Fprintf(&out, "\n%-20s", state)
		id := ""
		for _, name := range names {
			if id == "" {
				id = b.inState(state)
			}
			cell, changed := b.cell(u, id, as(name))
			fmt.Fprintf(&out, "%-12s", strings.ReplaceAll(cell, "released_with_open", "open"))
			if changed {
				id = ""
			}
		}
	}
	lines := strings.Split(out.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
