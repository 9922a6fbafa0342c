package office

import (
	"errors"

	"clarion/ledger"
	"clarion/store"
)

// The decisions that may need two people.
const (
	actRelease = "release"
	actThaw    = "thaw"
)

// everything is what a thaw is about.
const everything = "everything"

// Decided tells whether a decision took effect, or waits for a second person.
type Decided struct {
	Done bool
	// First is who decided first, where two were needed and both have.
	First string
	// Already is true if this person had decided so before: somebody else must.
	Already bool
	// Accepts are the changed channels that a release accepts as they are now.
	Accepts []Acceptance
}

// act is a decision that may need two people.
type act struct {
	name    string
	subject string
	about   string // what exactly: two people decide about the same
	message string // the message's id, if it is about one
	reason  string
	by      Actor
	// may refuses a person who may not, or not any more, be one of the two.
	may func(name string) error
}

// ForgetLapsed forgets a first decision of somebody who may not decide so any
// more, so that whoever comes next is the first. Otherwise a leaver would count,
// or nobody could ever be the second.
func ForgetLapsed(t *store.Tx, name, subject string, may func(name string) error) error {
	first, err := t.FirstOf(name, subject)
	if err != nil || first == "" {
		return err
	}
	err = may(first)
	if _, refused := errors.AsType[*Refusal](err); refused {
		return t.ForgetCountersign(name, subject)
	}
	return err
}

// together lets one person decide alone, or records the first of two. Two are
// two different people. Whoever decides again is not recorded again.
func together(t *store.Tx, people int, a act) (Decided, error) {
	if people <= 1 {
		return Decided{Done: true}, t.ForgetCountersign(a.name, a.subject)
	}
	if err := ForgetLapsed(t, a.name, a.subject, a.may); err != nil {
		return Decided{}, err
	}
	first, fresh, err := t.Countersign(a.name, a.subject, a.about, a.by.Name)
	if err != nil || first != "" {
		return Decided{Done: first != "", First: first}, err
	}
	if !fresh {
		return Decided{Already: true}, nil
	}
	return Decided{}, Record(t, ledger.Countersigned, a.by, a.reason, ledger.DecisionBody{Act: a.name, Subject: a.subject, Message: a.message})
}
