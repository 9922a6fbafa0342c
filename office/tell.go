package office

import (
	"fmt"
	"slices"

	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Teller tells staff by mail what waits for them. It keeps nobody waiting; what
// can't be told is its own trouble, since the lists show it as well.
type Teller interface {
	Tell(to []string, subject, text string)
}

// notice is a mail to staff. Nothing of a message's content is in it.
type notice struct {
	to            []string
	subject, text string
}

func (o *Office) tell(n notice) {
	if o.settings.Teller != nil && len(n.to) > 0 {
		o.settings.Teller.Tell(n.to, n.subject, n.text)
	}
}

// waits is for those who may approve a message.
func waits(t *store.Tx, m message.Message, submitter string) (notice, error) {
	editors, err := t.Editors(m.ID)
	if err != nil {
		return notice{}, err
	}
	departments, err := departmentsOf(t, m)
	if err != nil {
		return notice{}, err
	}
	to, err := addresses(t, func(p people.Person) bool {
		return p.Name != submitter && !slices.Contains(editors, p.Name) && slices.Contains(rolesInAll(p, departments), people.Approver)
	})
	return notice{to, fmt.Sprintf("Message %s waits for an approval", m.ID), fmt.Sprintf(
		"A message of %s is in review and waits for an approval. Look at it with\n\n  clarion message show %s\n", m.Department, m.ID)}, err
}

// cameBack is for whoever submitted a message that was returned.
func cameBack(t *store.Tx, m message.Message) (notice, error) {
	to, err := addresses(t, func(p people.Person) bool { return p.Name == m.SubmittedBy })
	return notice{to, fmt.Sprintf("Message %s was returned", m.ID), fmt.Sprintf(
		"A message of %s that you submitted was returned, with a reason. Look at it with\n\n  clarion message show %s\n", m.Department, m.ID)}, err
}

// addresses lists those of active people who are chosen.
func addresses(t *store.Tx, chosen func(people.Person) bool) ([]string, error) {
	all, err := t.People()
	if err != nil {
		return nil, err
	}
	var to []string
	for _, p := range all {
		if p.Active() && p.Email != "" && chosen(p) {
			to = append(to, p.Email)
		}
	}
	return to, nil
}
