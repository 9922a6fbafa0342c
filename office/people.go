package office

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"clarion/audience"
	"clarion/ledger"
	"clarion/message"
	"clarion/store"
)

// names matches a person's short name.
var names = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,39}$`)

// maxFullName bounds a person's full name and role, in bytes.
const maxFullName = 200

// AddPerson adds a person, or changes the one of that name. Until people sign
// in, whoever reaches the socket may.
func (o *Office) AddPerson(ctx context.Context, p store.Person, by Actor) error {
	p.FullName, p.Role = strings.TrimSpace(p.FullName), strings.TrimSpace(p.Role)
	switch {
	case !names.MatchString(p.Name):
		return refuse(Invalid, fmt.Sprintf("%s is no name for a person", message.Quote(p.Name)), "use up to 40 lower-case letters, digits, dots or dashes, as in `ada.okoro`")
	case p.FullName == "" || len(p.FullName) > maxFullName || len(p.Role) > maxFullName:
		return refuse(Invalid, fmt.Sprintf("a full name is missing, or it or the role is longer than %d bytes", maxFullName), "give --full-name and --role")
	}
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := t.PutPerson(p); err != nil {
			return err
		}
		subject, err := t.Tie(p.Name)
		if err != nil {
			return err
		}
		return record(t, ledger.PersonAdded, by, "", ledger.DecisionBody{Subject: subject})
	})
	if err != nil {
		return fmt.Errorf("add person %s: %w", p.Name, err)
	}
	return nil
}

// People lists everyone.
func (o *Office) People(ctx context.Context) ([]store.Person, error) { return o.store.People(ctx) }

// Unsubscribe takes a recipient out of the audiences for which they were
// written to. It is safe to ask twice.
func (o *Office) Unsubscribe(ctx context.Context, recipient int64) error {
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		key, audiences, err := t.RecipientOf(recipient)
		if err != nil {
			return err
		}
		added := 0
		for _, name := range audiences {
			fresh, err := t.Suppress(key, name, audience.Unsubscribed)
			if err != nil {
				return err
			}
			if fresh {
				added++
			}
		}
		if added == 0 {
			return nil
		}
		return t.Record(ledger.Unsubscribed, ledger.UnsubscribedBody{Recipient: recipient, Audiences: audiences})
	})
	if errors.Is(err, store.ErrNotFound) {
		return refuse(NotFound, "this link is not one of ours, or the address was erased", "")
	}
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}
