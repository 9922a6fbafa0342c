package people

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// MaxApprovals is how many approvals a policy may ask for.
const MaxApprovals = 5

// Policy says what a message must have before it may leave. It is of a
// department, an audience, both or neither; all that fit a message apply, and
// the strictest counts.
type Policy struct {
	Department string `json:"department,omitempty"` // empty: every one
	Audience   string `json:"audience,omitempty"`   // empty: every one
	Approvals  int    `json:"approvals"`            // by different people, 1 to MaxApprovals
	// Role that one of the approvers must hold besides approver; empty for
	// none.
	Role Role `json:"role,omitempty"`
	// Above is the size of an audience, in people, above which one approval
	// more is needed; 0 for none.
	Above int `json:"above,omitempty"`
	// SecondFactor: each approval takes a fresh one.
	SecondFactor bool `json:"second_factor,omitempty"`
}

// Check gives the fault of a policy, or nil.
func (p Policy) Check() *Denial {
	switch {
	case p.Approvals < 1 || p.Approvals > MaxApprovals:
		return &Denial{fmt.Sprintf("%d approvals are out of range", p.Approvals), fmt.Sprintf("choose 1 to %d", MaxApprovals)}
	case p.Role != "" && !p.Role.Known():
		return &Denial{"there is no role called " + string(p.Role), "choose one of viewer, author, approver, publisher, operator, admin, emergency"}
	case p.Above < 0:
		return &Denial{"an audience can't have fewer than 0 people", "choose a greater number, or 0 for none"}
	}
	return nil
}

// Needs is what a message must have: the strictest of the policies that fit.
type Needs struct {
	Approvals    int    // at least 1
	Roles        []Role // each held by one of the approvers, as people read them
	SecondFactor bool
}

// NeedsOf gives what a message of a department needs that goes to audiences of
// such sizes.
func NeedsOf(policies []Policy, department string, sizes map[string]int) Needs {
	n := Needs{Approvals: 1}
	for _, p := range policies {
		if p.Department != "" && p.Department != department {
			continue
		}
		size, fits := reaches(p.Audience, sizes)
		if !fits {
			continue
		}
		approvals := p.Approvals
		if p.Above > 0 && size > p.Above {
			approvals++
		}
		n.Approvals = max(n.Approvals, approvals)
		n.SecondFactor = n.SecondFactor || p.SecondFactor
		if p.Role != "" && !slices.Contains(n.Roles, p.Role) {
			n.Roles = append(n.Roles, p.Role)
		}
	}
	slices.SortFunc(n.Roles, CompareRoles)
	return n
}

// And is what meets both: as strict as either.
func (n Needs) And(m Needs) Needs {
	n.Approvals = max(n.Approvals, m.Approvals)
	n.SecondFactor = n.SecondFactor || m.SecondFactor
	n.Roles = slices.Concat(n.Roles, m.Roles)
	slices.SortFunc(n.Roles, CompareRoles)
	n.Roles = slices.Compact(n.Roles)
	return n
}

// NeedsOfTemplate gives what a text must have that may go to any audience of a
// department, or of every one if that is empty: the strictest of what a message
// could need there. An audience without a size has nobody in it yet.
func NeedsOfTemplate(policies []Policy, department string, sizes map[string]int) Needs {
	all := map[string]int{}
	for _, p := range policies {
		if p.Audience != "" {
			all[p.Audience] = 0
		}
	}
	maps.Copy(all, sizes)
	n := NeedsOf(policies, department, all)
	if department != "" {
		return n
	}
	for _, p := range policies {
		n = n.And(NeedsOf(policies, p.Department, all))
	}
	return n
}

// Beforehand is what is left of the needs of a message whose text was approved
// before: one approver, and a second factor where one is wanted.
func (n Needs) Beforehand() Needs { return Needs{Approvals: 1, SecondFactor: n.SecondFactor} }

// reaches gives the size of the audience that a policy is about, or of the
// largest, and whether the message goes there at all.
func reaches(audience string, sizes map[string]int) (size int, fits bool) {
	if audience != "" {
		size, fits = sizes[audience]
		return size, fits
	}
	for _, n := range sizes {
		size = max(size, n)
	}
	return size, true
}

// Approval is one person's word for the digest in review.
type Approval struct {
	By     string
	Roles  []Role // held in the message's department when it counts
	Proved bool   // with a fresh second factor
	At     time.Time
}

// Met reports whether approvals suffice, and if not what is missing, in words.
// Each person counts once.
func (n Needs) Met(approvals []Approval) (bool, string) {
	var counted []Approval
	for _, a := range approvals {
		twice := slices.ContainsFunc(counted, func(c Approval) bool { return c.By == a.By })
		if twice || a.By == "" || n.SecondFactor && !a.Proved {
			continue
		}
		counted = append(counted, a)
	}
	var lacks []Role
	for _, role := range n.Roles {
		if !slices.ContainsFunc(counted, func(a Approval) bool { return slices.Contains(a.Roles, role) }) {
			lacks = append(lacks, role)
		}
	}
	more := max(n.Approvals, 1) - len(counted)
	if more <= 0 && len(lacks) == 0 {
		return true, ""
	}
	return false, n.missing(max(more, 1), lacks)
}

// missing says in words how many approvals are missing, and by whom.
func (n Needs) missing(more int, lacks []Role) string {
	says, by := "one approval more", ", by "
	if more > 1 {
		says, by = fmt.Sprintf("%d approvals more", more), ", one by "
	}
	for _, role := range lacks {
		says, by = says+by+role.article(), " and one by "
	}
	if n.SecondFactor {
		says += ", with a fresh second factor"
	}
	return says
}

// ComparePolicies orders policies as people read them.
func ComparePolicies(a, b Policy) int {
	return cmp.Or(cmp.Compare(a.Department, b.Department), cmp.Compare(a.Audience, b.Audience))
}
