package people

import (
	"cmp"
	"slices"
)

// Role is what a person may do in a department.
type Role string

// The roles. Whoever has any of them sees what their department says.
const (
	Viewer    Role = "viewer"    // reads, and holds
	Author    Role = "author"    // drafts, edits, submits
	Approver  Role = "approver"  // approves and returns
	Publisher Role = "publisher" // releases holds, sends now, looks after audiences
	Operator  Role = "operator"  // looks after channels and open sends
	Admin     Role = "admin"     // looks after people and policies
	// Emergency lets one person release at once what nobody approved; somebody
	// else must approve it afterwards.
	Emergency Role = "emergency"
)

// Roles lists every role in the order in which people read them.
func Roles() []Role {
	return []Role{Viewer, Author, Approver, Publisher, Operator, Admin, Emergency}
}

// CompareRoles orders roles as people read them.
func CompareRoles(a, b Role) int { return cmp.Compare(a.rank(), b.rank()) }

// article writes a role with its article.
func (r Role) article() string {
	switch r {
	case Author, Approver, Operator, Admin:
		return "an " + string(r)
	case Emergency:
		return "somebody with the role " + string(r)
	default:
		return "a " + string(r)
	}
}

func (r Role) rank() int { return slices.Index(Roles(), r) }

// Known reports whether there is such a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }
