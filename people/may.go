package people

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Who is somebody who asks, as they were recognised.
type Who struct {
	Person Person
	// Token is set if they come with one and not by a session.
	Token *Token
	// Proved is when they last gave a second factor in this session; zero if
	// they did not.
	Proved time.Time
}

// Denial says why somebody may not do something, and what would help.
type Denial struct{ Says, Try string } //nolint:errname // the word that people use for it

func (d *Denial) Error() string { return d.Says + "; " + d.Try }

// May answers whether somebody may do an act in a department, or for the whole
// office if that is empty. Nil means yes.
func (w Who) May(act Act, department string, now time.Time) *Denial {
	r, known := ruleOf(act)
	switch {
	case !known:
		return &Denial{"nobody may " + act.Words(), "ask for what the documentation names"}
	case !w.Person.Active():
		return &Denial{"this account is disabled", "ask an administrator"}
	case w.Person.Kind != Human && r.decides:
		return &Denial{fmt.Sprintf("%s is a system, and a system does not decide", w.Person.Name), "let a person do it"}
	}
	if w.Token != nil {
		if d := w.Token.allows(act, now); d != nil {
			return d
		}
	}
	if !w.holds(r, department) {
		return w.lacks(r, department)
	}
	return nil
}

// holds reports whether one of the person's grants allows an act there.
func (w Who) holds(r rule, department string) bool {
	return slices.ContainsFunc(w.Person.Grants, func(g Grant) bool {
		if !slices.Contains(r.roles, g.Role) {
			return false
		}
		return g.covers(department) || department == "" && r.anywhere
	})
}

func (w Who) lacks(r rule, department string) *Denial {
	in, where := " in "+department, "there"
	if department == "" {
		in, where = "", "for the whole office"
		if r.anywhere {
			where = "anywhere"
		}
	}
	which, try := "the role "+r.roleNames(), "ask somebody who holds it, or ask an admin to give it to you"
	switch {
	case len(r.roles) == len(Roles()):
		which, try = "a role", "ask an admin to give you one"
	case len(r.roles) == len(Roles())-1 && !slices.Contains(r.roles, Viewer):
		which, try = "a role other than viewer", "ask somebody who holds one, or ask an admin to give you one"
	case len(r.roles) > 1:
		try = "ask somebody who holds it, or ask an admin to give you one of them"
	}
	return &Denial{fmt.Sprintf("%s may not %s%s: that takes %s %s", w.Person.Name, r.words, in, which, where), try}
}

// roleNames lists the roles that allow an act: "publisher, operator or admin".
func (r rule) roleNames() string {
	names := make([]string, len(r.roles))
	for i, role := range r.roles {
		names[i] = string(role)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Sees reports whether somebody may know that something of a department is
// there at all.
func (w Who) Sees(department string, now time.Time) bool {
	return w.May(ReadMessages, department, now) == nil
}

// MaxProofAge is how long a second factor counts as fresh.
const MaxProofAge = 15 * time.Minute

// Fresh reports whether a second factor was given lately in this session. A
// token never counts: nobody is there.
func (w Who) Fresh(now time.Time) bool {
	return w.Token == nil && !w.Proved.IsZero() && !now.Before(w.Proved) && now.Sub(w.Proved) <= MaxProofAge
}
