package people

import "slices"

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

// Known reports whether there is such a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }
