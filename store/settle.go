package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"clarion/ledger"
	"clarion/message"
)

// settle makes outcomes durable: attempts, states and ledger. An attempt that
// is settled already is passed over, so that a commit whose answer was lost can
// be repeated.
func (t *Tx) settle(all []message.Settlement) error {
	if len(all) == 0 {
		return nil
	}
	open, err := t.unsettled(all)
	if err != nil {
		return err
	}
	var sends []*message.Settlement
	bySend := map[int64][]*message.Settlement{}
	for _, s := range open {
		if s.Item.Recipient == 0 {
			sends = append(sends, s)
		} else {
			bySend[s.Item.Send] = append(bySend[s.Item.Send], s)
		}
	}
	if err := t.settleSends(sends); err != nil {
		return fmt.Errorf("settle sends: %w", err)
	}
	for _, send := range slices.Sorted(maps.Keys(bySend)) {
		if err := t.settleRecipients(send, bySend[send]); err != nil {
			return fmt.Errorf("settle recipients of send %d: %w", send, err)
		}
	}
	return t.rollUp(moved(sends))
}

// unsettled gives those whose attempt is open, fit to be stored.
func (t *Tx) unsettled(all []message.Settlement) ([]*message.Settlement, error) {
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].Attempt
	}
	closed, err := t.closed(ids)
	if err != nil {
		return nil, fmt.Errorf("read which attempts are settled: %w", err)
	}
	open := make([]*message.Settlement, 0, len(all))
	for i := range all {
		if !closed[all[i].Attempt] {
			closed[all[i].Attempt] = true // by this one
			open = append(open, t.sound(&all[i]))
		}
	}
	return open, nil
}

// closed gives those of the attempts that have their outcome.
func (t *Tx) closed(ids []int64) (map[int64]bool, error) {
	closed := make(map[int64]bool, len(ids))
	note := func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		closed[id] = true
		return err
	}
	spans, rest := neighbours(ids)
	for _, s := range spans {
		if err := scan(t.ctx, t, note, "SELECT id FROM attempts WHERE id BETWEEN ? AND ? AND closed_at > 0", s.first, s.last); err != nil {
			return nil, err
		}
	}
	if len(rest) == 0 {
		return closed, nil
	}
	err := scan(t.ctx, t, note, "SELECT a.id FROM json_each(?) j CROSS JOIN attempts a ON a.id = j.value WHERE a.closed_at > 0", list(rest))
	return closed, err
}

// moved gives the messages whose state an outcome of theirs may change.
func moved(sends []*message.Settlement) []string {
	var messages []string
	for _, s := range sends {
		if s.Item.Run == 0 && s.To != message.Waiting {
			messages = append(messages, s.Item.Message)
		}
	}
	return messages
}

// sound gives a settlement as it can be stored and hashed alike: a destination
// may answer with any bytes.
func (t *Tx) sound(s *message.Settlement) *message.Settlement {
	if !s.ClosedAt.IsZero() && plain(s.Reason) && plain(s.Receipt.RemoteID) && plain(s.Receipt.RemoteURL) && plain(s.Receipt.Detail) {
		return s
	}
	made := *s
	if made.ClosedAt.IsZero() {
		made.ClosedAt = t.now
	}
	for _, text := range []*string{&made.Reason, &made.Receipt.RemoteID, &made.Receipt.RemoteURL, &made.Receipt.Detail} {
		*text = printable(*text)
	}
	return &made
}

func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func printable(s string) string {
	if plain(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// settleSends closes attempts at sends.
func (t *Tx) settleSends(all []*message.Settlement) error {
	if err := t.closeAttempts(all, 0, 0); err != nil {
		return err
	}
	for _, s := range all {
		if _, err := t.record(ledger.SendAttempt, attemptBody(s)); err != nil {
			return err
		}
	}
	return alike(all, outcomeOf, func(o outcome, same []*message.Settlement) error {
		return t.updateAll(`UPDATE sends SET
			state = CASE WHEN hold <> '' AND ?1 IN ('planned', 'waiting') THEN 'held' ELSE ?1 END,
			hold = CASE WHEN ?1 IN ('sent', 'rehearsed') THEN '' WHEN ?2 <> '' THEN ?2 ELSE hold END,
			next_at = CASE WHEN ?3 > 0 THEN ?3 ELSE next_at END,
			class = ?4, reason = ?5, sent_at = ?6, remote_id = ?7, remote_url = ?8 WHERE state = 'sending' AND id `, idsOf(same, sendID),
			string(o.to), string(o.hold), o.next, o.class, o.reason, o.sent, o.id, o.url)
	})
}

// settleRecipients closes attempts at recipients of one send, under one entry.
func (t *Tx) settleRecipients(send int64, all []*message.Settlement) error {
	if err := t.holdByFlag(send, all); err != nil {
		return err
	}
	if err := t.closeAttempts(all, t.store.writerID, t.nextSeq()); err != nil {
		return err
	}
	if err := t.recordRecipients(send, all); err != nil {
		return err
	}
	leave := message.Tally{message.Sending: len(all)}
	for _, s := range all {
		leave[s.To]--
	}
	err := alike(all, outcomeOf, func(o outcome, same []*message.Settlement) error {
		return t.updateAll(`UPDATE recipients SET state = ?, next_at = CASE WHEN ?2 > 0 THEN ?2 ELSE next_at END,
			class = ?, reason = ?, sent_at = ?, remote_id = ? WHERE state = 'sending' AND id `, idsOf(same, recipientID),
			string(o.to), o.next, o.class, o.reason, o.sent, o.id)
	})
	if err != nil {
		return err
	}
	if err := t.shift(send, leave); err != nil || leave[message.Waiting]+leave[message.Planned] < 0 {
		return err // some go on: it is not finished
	}
	return t.finishSend(send, all[0].Item)
}

// recordRecipients chains attempts at recipients by their root.
func (t *Tx) recordRecipients(send int64, all []*message.Settlement) error {
	slices.SortFunc(all, func(a, b *message.Settlement) int { return cmp.Compare(a.Attempt, b.Attempt) })
	var root ledger.AttemptsRoot
	outcomes := map[string]int{}
	for _, s := range all {
		root.Add(ledgerAttempt(s))
		outcomes[string(s.To)]++
	}
	first := all[0]
	_, err := t.record(ledger.SendRecipients, ledger.RecipientsBody{
		Send: send, Message: first.Item.Message, Audiences: first.Item.Audiences, Mechanism: first.Item.Channel,
		Run: first.Item.Run, Rehearsal: first.Rehearsed(), Digest: first.Item.Digest,
		Attempts: len(all), Outcomes: outcomes, Root: root.Sum().String(),
	})
	return err
}

// holdByFlag turns held recipients into planned ones of a held send: a
// recipient has no hold of its own that a person could release.
func (t *Tx) holdByFlag(send int64, all []*message.Settlement) error {
	var hold message.HoldReason
	for i := range all {
		if all[i].To == message.SendHeld {
			planned := *all[i] // the caller's own stays as it is
			planned.To, hold = message.Planned, planned.Hold
			all[i] = &planned
		}
	}
	if hold == "" {
		return nil
	}
	n, err := t.exec("UPDATE sends SET hold = ? WHERE id = ? AND hold = ''", hold, send)
	if err != nil || n == 0 {
		return err
	}
	item := all[0].Item
	_, err = t.record(ledger.SendHeld, ledger.SendBody{Send: send, Message: item.Message, Audiences: item.Audiences, Mechanism: item.Channel, Run: item.Run, Hold: hold})
	return err
}

// closeAttempts writes outcomes into their attempts, with the entry that
// covers them where it stands for many.
func (t *Tx) closeAttempts(all []*message.Settlement, writer, entry int64) error {
	return alike(all, closingOf, func(c closing, same []*message.Settlement) error {
		return t.updateAll(`UPDATE attempts SET closed_at = ?, outcome = ?, class = ?, reason = ?, remote_id = ?, remote_url = ?, detail = ?,
			writer_id = ?, entry = ? WHERE id `, idsOf(same, attemptID),
			c.at, string(c.to), c.class, c.reason, c.receipt.RemoteID, c.receipt.RemoteURL, c.receipt.Detail, writer, entry)
	})
}

func sentAt(s *message.Settlement) int64 {
	if s.To == message.Sent || s.To == message.SendRehearsed {
		return ms(s.ClosedAt)
	}
	return 0
}

func className(s *message.Settlement) string {
	if !s.Failed {
		return ""
	}
	return s.Class.String()
}

func attemptBody(s *message.Settlement) ledger.AttemptBody {
	return ledger.AttemptBody{
		Send: s.Item.Send, Message: s.Item.Message, Audiences: s.Item.Audiences, Mechanism: s.Item.Channel,
		Run: s.Item.Run, Rehearsal: s.Rehearsed(), Attempt: s.Item.Attempt, Outcome: s.To, Class: className(s),
		Digest: s.Item.Digest, Key: s.Item.Key, Due: ms(s.Item.Due), Opened: ms(s.OpenedAt), Closed: ms(s.ClosedAt),
		RemoteID: s.Receipt.RemoteID, RemoteURL: s.Receipt.RemoteURL,
	}
}

func ledgerAttempt(s *message.Settlement) ledger.Attempt {
	return ledger.Attempt{
		ID: s.Attempt, Send: s.Item.Send, Recipient: s.Item.Recipient, Number: s.Item.Attempt,
		OpenedAt: ms(s.OpenedAt), ClosedAt: ms(s.ClosedAt), Outcome: string(s.To), Class: className(s), RemoteID: s.Receipt.RemoteID,
	}
}
