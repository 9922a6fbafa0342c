// Package people holds the rules about who may do what: roles held per
// department, what approvals a message needs, passwords, second factors and
// tokens. It does no I/O; time, chance and facts are passed in, except that
// secrets are made from the system's random source.
//
// Failure rules. Every rule answers no when a fact is missing: an unknown role
// allows nothing, an unknown act is allowed to nobody, a disabled person or an
// expired token may do nothing, and a policy that can't be met approves
// nothing. No error or text of this package holds a secret.
package people

import (
	"cmp"
	"slices"
	"time"
)

// Kind is whether somebody or something acts.
type Kind string

// The kinds. A system never decides: it can't approve, release or thaw.
const (
	Human  Kind = "human"
	System Kind = "system"
)

// Person is a named member of staff, or a system of the office's own.
type Person struct {
	Name       string // short, unique, never given to anybody else
	FullName   string
	Email      string // where notices and resets go; empty for a system
	Kind       Kind
	CreatedAt  time.Time
	DisabledAt time.Time // zero while they may sign in
	Grants     []Grant
	// Who they are at a provider of single sign-on, empty if they are not bound
	// to one, and when it last said so.
	Issuer, Subject string
	SeenAt          time.Time
}

// Active reports whether a person may act at all.
func (p Person) Active() bool { return p.Name != "" && p.DisabledAt.IsZero() }

// RolesIn lists the roles that a person holds in a department, those held
// everywhere among them. Whoever is disabled holds none.
func (p Person) RolesIn(department string) []Role {
	var roles []Role
	for _, g := range p.Grants {
		if p.Active() && g.covers(department) && !slices.Contains(roles, g.Role) {
			roles = append(roles, g.Role)
		}
	}
	slices.SortFunc(roles, CompareRoles)
	return roles
}

// Grant is a role held in a department.
type Grant struct {
	Department string `json:"department"` // a department's name, or Everywhere
	Role       Role   `json:"role"`
}

// CompareGrants orders what somebody holds: by department, everywhere first, the
// roles of each as people read them.
func CompareGrants(a, b Grant) int {
	return cmp.Or(cmp.Compare(a.Department, b.Department), CompareRoles(a.Role, b.Role))
}

// Everywhere is the department of a grant that holds in all of them, and for
// what belongs to none.
const Everywhere = "*"

// covers reports whether a grant holds in a department. What belongs to the
// whole office, the empty department, takes a grant that holds everywhere.
func (g Grant) covers(department string) bool {
	return g.Department == Everywhere || department != "" && g.Department == department
}
