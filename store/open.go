package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clarion/message"
)

// Commit makes a group of outcomes durable and then claims for lanes that are
// not local, all in one transaction. A claim opens its attempts at once: the
// gate is asked in the transaction that does both. What it does not let pass is
// held, expired or cancelled with it. Each request has an answer in its place.
func (s *Store) Commit(ctx context.Context, settle []message.Settlement, claims []message.ClaimRequest, now time.Time) ([]message.Claim, error) {
	answers := make([]message.Claim, len(claims))
	err := s.update(ctx, now, func(t *Tx) error {
		if err := t.settle(settle); err != nil {
			return err
		}
		return t.openDue(claims, answers)
	})
	if err != nil {
		return nil, fmt.Errorf("record outcomes and attempts: %w", err)
	}
	return answers, nil
}

// openDue asks the gate for every lane before it opens anything, so that what
// stops a message on one lane lets none of it go on another.
func (t *Tx) openDue(claims []message.ClaimRequest, answers []message.Claim) error {
	pass := make([][]fact, len(claims))
	for i, c := range claims {
		due := factsDue
		if c.Lane.Addressed {
			due = factsOfAddressed
		}
		var err error
		if pass[i], answers[i].Stopped, err = t.judge(c, due); err != nil {
			return fmt.Errorf("claim for %s: %w", c.Lane.Channel, err)
		}
	}
	for i, c := range claims {
		all := slices.DeleteFunc(pass[i], func(f fact) bool { return f.unbegun() && t.halted[f.item.Message] })
		var err error
		if c.Lane.Addressed {
			err = t.openRecipients(c, all, &answers[i])
		} else {
			answers[i].Opened, err = t.openSends(c.Lane, all)
		}
		if err != nil {
			return fmt.Errorf("open attempts of %s: %w", c.Lane.Channel, err)
		}
	}
	return nil
}

// openSends writes the attempts at sends.
func (t *Tx) openSends(lane message.Lane, all []fact) ([]message.Opened, error) {
	if len(all) == 0 {
		return nil, nil
	}
	opened := make([]message.Opened, len(all))
	ids := make([]int64, len(all))
	for i, f := range all {
		ids[i], opened[i].Item = f.send, f.item
	}
	if err := t.insertAttempts(lane, opened); err != nil {
		return nil, err
	}
	if err := t.updateAll("UPDATE sends SET state = 'sending', attempts = attempts + 1 WHERE id ", ids); err != nil {
		return nil, err
	}
	return opened, t.begin(all)
}

// begin sets the messages of sends that begin to releasing.
func (t *Tx) begin(all []fact) error {
	var messages []int64
	for _, f := range all {
		if f.item.Run == 0 && f.gate.Message != message.Releasing {
			messages = append(messages, f.message)
		}
	}
	return t.updateAll("UPDATE messages SET state = 'releasing' WHERE state IN ('approved', 'released_with_open') AND serial ", messages)
}

// insertAttempts writes attempt rows and notes their ids.
func (t *Tx) insertAttempts(lane message.Lane, opened []message.Opened) error {
	var last int64
	if err := row(t.ctx, t, "SELECT coalesce(max(id), 0) FROM attempts", nil, &last); err != nil {
		return err
	}
	values := make([]any, 0, 6*len(opened))
	for i := range opened {
		o := &opened[i]
		o.Attempt, o.At = last+int64(i)+1, t.now
		rehearsal := o.Item.Rehearsal || lane.Mode == message.Rehearsal
		values = append(values, o.Attempt, o.Item.Send, o.Item.Recipient, o.Item.Attempt, flag(rehearsal), ms(t.now))
	}
	return t.insertAll("attempts (id, send_id, recipient_id, number, rehearsal, opened_at)", 6, values)
}

// flag is how a yes or no is stored.
func flag(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
