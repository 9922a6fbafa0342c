package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"clarion/message"
)

// Commit makes a group of outcomes durable and opens a group of attempts, all
// in one transaction. An item whose gate closed since its claim is not opened;
// its answer says so, and it is back where it belongs.
func (s *Store) Commit(ctx context.Context, lanes map[string]message.Lane, settle []message.Settlement, open []message.Item, now time.Time) ([]message.Opened, error) {
	var opened []message.Opened
	err := s.update(ctx, now, func(t *Tx) error {
		if err := t.settle(settle); err != nil {
			return err
		}
		var err error
		opened, err = t.open(lanes, open, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record attempts: %w", err)
	}
	return opened, nil
}

// open opens attempts, in the order of the items. Whatever the gate stops may
// hold a whole message, so that the rest is then asked again.
func (t *Tx) open(lanes map[string]message.Lane, items []message.Item, drifted map[int64]bool) ([]message.Opened, error) {
	opened := make([]message.Opened, len(items))
	left := make([]*message.Opened, len(items))
	for i, item := range items {
		opened[i] = message.Opened{Item: item, At: t.now}
		left[i] = &opened[i]
	}
	for {
		pass, err := t.judge(lanes, left, drifted)
		if err != nil {
			return nil, err
		}
		if len(pass) == len(left) {
			return opened, t.openAll(lanes, pass)
		}
		left = pass
	}
}

// judge asks the gate again and gives what passes. The rest leaves the claimed
// state and says why.
func (t *Tx) judge(lanes map[string]message.Lane, all []*message.Opened, drifted map[int64]bool) ([]*message.Opened, error) {
	if len(all) == 0 {
		return nil, nil
	}
	facts, err := t.gates(lanes, sendsOf(all))
	if err != nil {
		return nil, err
	}
	ready, err := t.readyRecipients(all)
	if err != nil {
		return nil, err
	}
	pass := make([]*message.Opened, 0, len(all))
	for _, o := range all {
		f, known := facts[o.Item.Send]
		verdict := message.Verdict{Act: message.Refuse, Why: leaseGone}
		if known {
			f.item = o.Item
			verdict = f.verdict(t.now, drifted[f.send])
		}
		if o.Item.Recipient == 0 {
			o.Stopped, err = t.mayOpenSend(o.Item, f, verdict)
		} else {
			o.Stopped, err = t.mayOpenRecipient(o.Item, verdict, ready)
		}
		if err != nil {
			return nil, err
		}
		if o.Stopped == nil {
			pass = append(pass, o)
		}
	}
	return pass, nil
}

const leaseGone = "its lease is gone"

// verdict is what the gate says, and whether a local send still has a public
// audience.
func (f fact) verdict(now time.Time, drifted bool) message.Verdict {
	v := message.Decide(f.gate, now)
	if v.Act == message.Pass && drifted {
		return message.Verdict{Act: message.HoldIt, Hold: message.HoldAudienceDrift, Why: "none of its audiences is public any more"}
	}
	return v
}

func (t *Tx) mayOpenSend(item message.Item, f fact, v message.Verdict) (*message.Stopped, error) {
	switch {
	case f.gate.Send != message.Claimed:
		return stoppedBy(item, message.Verdict{Act: message.Refuse, Why: leaseGone}), nil
	case v.Act == message.Pass:
		return nil, nil
	}
	stopped, err := t.stop(f, v)
	return &stopped, err
}

func (t *Tx) mayOpenRecipient(item message.Item, v message.Verdict, ready map[int64]bool) (*message.Stopped, error) {
	suppressed, leased := ready[item.Recipient]
	switch {
	case !leased:
		return stoppedBy(item, message.Verdict{Act: message.Refuse, Why: leaseGone}), nil
	case suppressed:
		return stoppedBy(item, message.Verdict{Act: message.Discard, Why: "suppressed"}), t.backRecipient(item, message.Suppressed)
	case v.Act != message.Pass:
		return stoppedBy(item, v), t.backRecipient(item, message.Planned)
	}
	return nil, nil
}

func stoppedBy(item message.Item, v message.Verdict) *message.Stopped {
	return &message.Stopped{
		Send: item.Send, Recipient: item.Recipient, Message: item.Message, Channel: item.Channel,
		Audiences: item.Audiences, Due: item.Due, Verdict: v,
	}
}

// backRecipient takes one recipient out of the claimed state.
func (t *Tx) backRecipient(item message.Item, to message.SendState) error {
	if err := t.setRecipients([]int64{item.Recipient}, to); err != nil {
		return err
	}
	if err := t.shift(item.Send, message.Tally{message.Claimed: 1, to: -1}); err != nil {
		return err
	}
	if to == message.Planned {
		return nil
	}
	return t.finishSend(item.Send, item)
}

func sendsOf(all []*message.Opened) []int64 {
	var ids []int64
	for _, o := range all {
		if len(ids) == 0 || ids[len(ids)-1] != o.Item.Send {
			ids = append(ids, o.Item.Send)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// readyRecipients tells which recipients are still leased, and of those which
// were suppressed meanwhile.
func (t *Tx) readyRecipients(all []*message.Opened) (map[int64]bool, error) {
	var ids []int64
	for _, o := range all {
		if o.Item.Recipient != 0 {
			ids = append(ids, o.Item.Recipient)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	ready := make(map[int64]bool, len(ids))
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var id int64
		var suppressed bool
		err := rows.Scan(&id, &suppressed)
		ready[id] = suppressed
		return err
	}, "SELECT r.id, "+suppressedNow+` FROM recipients r JOIN sends s ON s.id = r.send_id
		WHERE r.id IN (SELECT value FROM json_each(?)) AND r.state = 'claimed'`, list(ids))
	if err != nil {
		return nil, fmt.Errorf("read recipients: %w", err)
	}
	return ready, nil
}

// openAll writes the attempt rows and moves everything concerned to sending.
func (t *Tx) openAll(lanes map[string]message.Lane, pass []*message.Opened) error {
	if len(pass) == 0 {
		return nil
	}
	if err := t.insertAttempts(lanes, pass); err != nil {
		return fmt.Errorf("open attempts: %w", err)
	}
	var sends, recipients, addressed []int64
	var messages []string
	moved := map[int64]int{}
	for _, o := range pass {
		if o.Item.Recipient == 0 {
			sends = append(sends, o.Item.Send)
		} else {
			recipients = append(recipients, o.Item.Recipient)
			moved[o.Item.Send]++
			addressed = append(addressed, o.Item.Send)
		}
		if o.Item.Run == 0 {
			messages = append(messages, o.Item.Message)
		}
	}
	steps := []struct {
		query string
		ids   any
		n     int
	}{
		{"UPDATE sends SET state = 'sending', attempts = attempts + 1 WHERE id IN (SELECT value FROM json_each(?))", sends, len(sends)},
		{"UPDATE recipients SET state = 'sending', attempts = attempts + 1 WHERE id IN (SELECT value FROM json_each(?))", recipients, len(recipients)},
		{"UPDATE sends SET state = 'sending', attempts = 1 WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'sending'", slices.Compact(addressed), len(addressed)},
		{"UPDATE messages SET state = 'releasing' WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('approved', 'released_with_open')", slices.Compact(messages), len(messages)},
	}
	for _, step := range steps {
		if step.n == 0 {
			continue
		}
		if _, err := t.exec(step.query, list(step.ids)); err != nil {
			return fmt.Errorf("open attempts: %w", err)
		}
	}
	for send, n := range moved {
		if err := t.shift(send, message.Tally{message.Claimed: n, message.Sending: -n}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) insertAttempts(lanes map[string]message.Lane, pass []*message.Opened) error {
	for _, o := range pass {
		rehearsal := o.Item.Rehearsal || lanes[o.Item.Channel].Mode == message.Rehearsal
		id, err := t.insert("INSERT INTO attempts (send_id, recipient_id, number, rehearsal, opened_at) VALUES (?, ?, ?, ?, ?)",
			o.Item.Send, o.Item.Recipient, o.Item.Attempt, flag(rehearsal), ms(t.now))
		if err != nil {
			return err
		}
		o.Attempt = id
	}
	return nil
}

// flag is how a yes or no is stored.
func flag(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
