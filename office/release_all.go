package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// ReleasedAll tells what became of a release of all that is held for a reason.
type ReleasedAll struct {
	Done     bool         // nothing is left that is held for it
	First    string       // who decided first, where two were needed; several with commas
	Messages []string     // released, by id
	Waiting  []string     // they wait for a second person
	Already  bool         // this person had decided so about all that wait: somebody else must
	Left     []string     // nobody can release them as they are: their channel is no longer configured
	Accepts  []Acceptance // the changed channels that this accepts, each once
}

// ReleaseAll lets go what of every message is held for one reason, as a release
// of each would: where two are needed the first call records, the second, by
// another, acts. What came to be held between the two waits for a second
// person.
func (o *Office) ReleaseAll(ctx context.Context, hold message.HoldReason, reason string, by Actor) (ReleasedAll, error) {
	if err := releasable(hold); err != nil {
		return ReleasedAll{}, err
	}
	var all ReleasedAll
	err := o.decide(ctx, by, people.ReleaseMessage, "", func(t *store.Tx) error {
		ids, err := t.HeldFor(hold)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return Refuse(Conflict, fmt.Sprintf("nothing is held for %s", hold), "`clarion message list --state held` shows what is held")
		}
		all = ReleasedAll{Already: true}
		for _, id := range ids {
			if err := o.releaseOne(t, id, hold, reason, by, &all); err != nil {
				return err
			}
		}
		return all.unlessNone()
	})
	if err != nil {
		return ReleasedAll{}, fmt.Errorf("release all that is held for %s: %w", hold, err)
	}
	o.queue.Wake()
	return all, nil
}

// releasable refuses what is no reason, or one that nobody can release.
func releasable(hold message.HoldReason) error {
	if hold.People() > 0 {
		return nil
	}
	if hold == message.HoldBytesChanged {
		return Refuse(Conflict, "what is held because what is stored is not what was approved can't be released", "edit each message: a new revision is approved anew")
	}
	var known []string
	for _, h := range message.HoldReasons() {
		if h.People() > 0 {
			known = append(known, string(h))
		}
	}
	return Refuse(Invalid, fmt.Sprintf("nothing is ever held for %s", message.Quote(string(hold))), "the reasons are "+strings.Join(known, ", "))
}

func (o *Office) releaseOne(t *store.Tx, id string, hold message.HoldReason, reason string, by Actor, all *ReleasedAll) error {
	m, err := t.Message(id)
	if err != nil {
		return err
	}
	decided, err := o.release(t, release{message: m, holds: []message.HoldReason{hold}, one: hold, reason: reason, by: by})
	if refusal, refused := errors.AsType[*Refusal](err); refused && refusal.Code != Forbidden {
		all.Left = append(all.Left, id)
		return nil
	}
	if err != nil {
		return err
	}
	all.add(id, decided)
	return nil
}

func (all *ReleasedAll) add(id string, d Decided) {
	if d.Done {
		all.Messages = append(all.Messages, id)
	} else {
		all.Waiting = append(all.Waiting, id)
		all.Already = all.Already && d.Already
	}
	for _, a := range d.Accepts {
		if !slices.Contains(all.Accepts, a) {
			all.Accepts = append(all.Accepts, a)
		}
	}
	if d.First == "" || slices.Contains(strings.Split(all.First, ", "), d.First) {
		return
	}
	if all.First != "" {
		all.First += ", "
	}
	all.First += d.First
}

// unlessNone completes the answer, and refuses if no message can be released.
func (all *ReleasedAll) unlessNone() error {
	all.Done = len(all.Waiting)+len(all.Left) == 0
	all.Already = all.Already && len(all.Waiting) > 0
	if len(all.Messages)+len(all.Waiting) > 0 {
		return nil
	}
	return Refuse(Conflict, "none can be released: the channels of "+strings.Join(all.Left, ", ")+" are no longer configured, so there is nothing to accept",
		"configure them again, or edit or cancel the messages")
}
