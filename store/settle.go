package store

import (
	"cmp"
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
	var messages []string
	bySend := map[int64][]message.Settlement{}
	for _, s := range all {
		s = t.sound(s)
		if s.Item.Recipient != 0 {
			bySend[s.Item.Send] = append(bySend[s.Item.Send], s)
			continue
		}
		if err := t.settleSend(s); err != nil {
			return fmt.Errorf("settle send %d: %w", s.Item.Send, err)
		}
		if s.Item.Run == 0 && s.To != message.Waiting {
			messages = append(messages, s.Item.Message)
		}
	}
	for _, send := range slices.Sorted(maps.Keys(bySend)) {
		if err := t.settleRecipients(send, bySend[send]); err != nil {
			return fmt.Errorf("settle recipients of send %d: %w", send, err)
		}
	}
	return t.rollUp(slices.Compact(messages))
}

// sound makes a settlement fit to be stored and hashed alike: a destination may
// answer with any bytes.
func (t *Tx) sound(s message.Settlement) message.Settlement {
	if s.ClosedAt.IsZero() {
		s.ClosedAt = t.now
	}
	for _, text := range []*string{&s.Reason, &s.Receipt.RemoteID, &s.Receipt.RemoteURL, &s.Receipt.Detail} {
		*text = printable(*text)
	}
	return s
}

func printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsRune(s, 0) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// settleSend closes an attempt at a send.
func (t *Tx) settleSend(s message.Settlement) error {
	if ours, err := t.closeAttempt(s, t.nextSeq()); err != nil || !ours {
		return err
	}
	if _, err := t.record(ledger.SendAttempt, attemptBody(s)); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE sends SET
		state = CASE WHEN hold <> '' AND ?1 IN ('planned', 'waiting') THEN 'held' ELSE ?1 END,
		hold = CASE WHEN ?1 IN ('sent', 'rehearsed') THEN '' WHEN ?2 <> '' THEN ?2 ELSE hold END,
		next_at = CASE WHEN ?3 > 0 THEN ?3 ELSE next_at END,
		class = ?4, reason = ?5, sent_at = ?6, remote_id = ?7, remote_url = ?8 WHERE id = ?9 AND state = 'sending'`,
		string(s.To), string(s.Hold), ms(s.NextAt), className(s), s.Reason, sentAt(s), s.Receipt.RemoteID, s.Receipt.RemoteURL, s.Item.Send)
	return err
}

// settleRecipients closes attempts at recipients of one send, under one entry.
func (t *Tx) settleRecipients(send int64, all []message.Settlement) error {
	if err := t.holdByFlag(send, all); err != nil {
		return err
	}
	seq := t.nextSeq()
	open := all[:0]
	for _, s := range all {
		ours, err := t.closeAttempt(s, seq)
		if err != nil {
			return err
		}
		if ours {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return nil
	}
	if err := t.recordRecipients(send, open); err != nil {
		return err
	}
	leave := message.Tally{message.Sending: len(open)}
	for _, s := range open {
		leave[s.To]--
		if err := t.settleRecipient(s); err != nil {
			return err
		}
	}
	if err := t.shift(send, leave); err != nil || leave[message.Waiting]+leave[message.Planned] < 0 {
		return err // some go on: it is not finished
	}
	return t.finishSend(send, open[0].Item)
}

// recordRecipients chains attempts at recipients by their root.
func (t *Tx) recordRecipients(send int64, all []message.Settlement) error {
	slices.SortFunc(all, func(a, b message.Settlement) int { return cmp.Compare(a.Attempt, b.Attempt) })
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

func (t *Tx) settleRecipient(s message.Settlement) error {
	_, err := t.exec(`UPDATE recipients SET state = ?1, next_at = CASE WHEN ?2 > 0 THEN ?2 ELSE next_at END,
		class = ?3, reason = ?4, sent_at = ?5, remote_id = ?6 WHERE id = ?7 AND state = 'sending'`,
		string(s.To), ms(s.NextAt), className(s), s.Reason, sentAt(s), s.Receipt.RemoteID, s.Item.Recipient)
	return err
}

// holdByFlag turns held recipients into planned ones of a held send: a
// recipient has no hold of its own that a person could release.
func (t *Tx) holdByFlag(send int64, all []message.Settlement) error {
	var hold message.HoldReason
	for i := range all {
		if all[i].To == message.SendHeld {
			all[i].To, hold = message.Planned, all[i].Hold
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

// closeAttempt writes an outcome into its attempt; false if it has one already.
func (t *Tx) closeAttempt(s message.Settlement, seq int64) (bool, error) {
	n, err := t.exec(`UPDATE attempts SET closed_at = ?, outcome = ?, class = ?, reason = ?,
		remote_id = ?, remote_url = ?, detail = ?, writer_id = ?, entry = ? WHERE id = ? AND closed_at = 0`,
		ms(s.ClosedAt), string(s.To), className(s), s.Reason,
		s.Receipt.RemoteID, s.Receipt.RemoteURL, s.Receipt.Detail, t.store.writerID, seq, s.Attempt)
	return n > 0, err
}

func sentAt(s message.Settlement) int64 {
	if s.To == message.Sent || s.To == message.SendRehearsed {
		return ms(s.ClosedAt)
	}
	return 0
}

func className(s message.Settlement) string {
	if !s.Failed {
		return ""
	}
	return s.Class.String()
}

func attemptBody(s message.Settlement) ledger.AttemptBody {
	return ledger.AttemptBody{
		Send: s.Item.Send, Message: s.Item.Message, Audiences: s.Item.Audiences, Mechanism: s.Item.Channel,
		Run: s.Item.Run, Rehearsal: s.Rehearsed(), Attempt: s.Item.Attempt, Outcome: s.To, Class: className(s),
		Digest: s.Item.Digest, Key: s.Item.Key, Due: ms(s.Item.Due), Opened: ms(s.OpenedAt), Closed: ms(s.ClosedAt),
		RemoteID: s.Receipt.RemoteID, RemoteURL: s.Receipt.RemoteURL,
	}
}

func ledgerAttempt(s message.Settlement) ledger.Attempt {
	return ledger.Attempt{
		ID: s.Attempt, Send: s.Item.Send, Recipient: s.Item.Recipient, Number: s.Item.Attempt,
		OpenedAt: ms(s.OpenedAt), ClosedAt: ms(s.ClosedAt), Outcome: string(s.To), Class: className(s), RemoteID: s.Receipt.RemoteID,
	}
}
