package store

import (
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
	open, err := t.underWay(all)
	if err != nil {
		return fmt.Errorf("read attempts: %w", err)
	}
	var sends, recipients []message.Settlement
	for _, s := range all {
		if !open[s.Attempt] {
			continue
		}
		delete(open, s.Attempt)
		s = t.sound(s)
		if s.Item.Recipient != 0 {
			recipients = append(recipients, s)
		} else {
			sends = append(sends, s)
		}
	}
	if err := t.settleSends(sends); err != nil {
		return err
	}
	return t.settleRecipients(recipients)
}

// underWay tells which of the attempts are open.
func (t *Tx) underWay(all []message.Settlement) (map[int64]bool, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(all))
	for i, s := range all {
		ids[i] = s.Attempt
	}
	open := make(map[int64]bool, len(all))
	err := scan(t.ctx, t, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		open[id] = true
		return err
	}, "SELECT id FROM attempts WHERE id IN (SELECT value FROM json_each(?)) AND closed_at = 0", list(ids))
	return open, err
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

// settleSends closes attempts at sends. The rows carry what the statements
// unfold: send, attempt and outcome.
func (t *Tx) settleSends(all []message.Settlement) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([][14]any, len(all))
	messages := make([]string, 0, len(all))
	for i, s := range all {
		seq, err := t.record(ledger.SendAttempt, attemptBody(s))
		if err != nil {
			return err
		}
		rows[i] = settlementRow(s, seq)
		if s.Item.Run == 0 && s.To != message.Waiting {
			messages = append(messages, s.Item.Message)
		}
	}
	unfolded := list(rows)
	if err := t.closeAttempts(unfolded); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE sends SET
		state = CASE WHEN hold <> '' AND j.v ->> 2 IN ('planned', 'waiting') THEN 'held' ELSE j.v ->> 2 END,
		hold = CASE WHEN j.v ->> 2 IN ('sent', 'rehearsed') THEN '' WHEN j.v ->> 4 <> '' THEN j.v ->> 4 ELSE hold END,
		next_at = coalesce(j.v ->> 3, next_at), class = j.v ->> 5,
		reason = j.v ->> 6, sent_at = j.v ->> 7, remote_id = j.v ->> 8, remote_url = j.v ->> 9
		FROM (SELECT value AS v FROM json_each(?)) j WHERE sends.id = j.v ->> 0 AND sends.state = 'sending'`, unfolded)
	if err != nil {
		return fmt.Errorf("settle sends: %w", err)
	}
	return t.rollUp(slices.Compact(messages))
}

func (t *Tx) settleRecipients(all []message.Settlement) error {
	bySend := map[int64][]message.Settlement{}
	for _, s := range all {
		bySend[s.Item.Send] = append(bySend[s.Item.Send], s)
	}
	for _, send := range slices.Sorted(maps.Keys(bySend)) {
		if err := t.settleRecipientsOf(send, bySend[send]); err != nil {
			return fmt.Errorf("settle recipients of send %d: %w", send, err)
		}
	}
	return nil
}

func (t *Tx) settleRecipientsOf(send int64, all []message.Settlement) error {
	if err := t.holdByFlag(send, all); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b message.Settlement) int { return int(a.Attempt - b.Attempt) })
	var root ledger.AttemptsRoot
	outcomes := map[string]int{}
	leave := message.Tally{message.Sending: len(all)}
	moving := false
	for _, s := range all {
		root.Add(ledgerAttempt(s))
		outcomes[string(s.To)]++
		leave[s.To]--
		moving = moving || s.To == message.Waiting || s.To == message.Planned
	}
	first := all[0]
	seq, err := t.record(ledger.SendRecipients, ledger.RecipientsBody{
		Send: send, Message: first.Item.Message, Audiences: first.Item.Audiences, Mechanism: first.Item.Channel,
		Run: first.Item.Run, Rehearsal: first.Rehearsed(), Digest: first.Item.Digest,
		Attempts: len(all), Outcomes: outcomes, Root: root.Sum().String(),
	})
	if err != nil {
		return err
	}
	rows := make([][14]any, len(all))
	for i, s := range all {
		rows[i] = settlementRow(s, seq)
	}
	unfolded := list(rows)
	if err := t.closeAttempts(unfolded); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE recipients SET state = j.v ->> 2, next_at = coalesce(j.v ->> 3, next_at), class = j.v ->> 5,
		reason = j.v ->> 6, sent_at = j.v ->> 7, remote_id = j.v ->> 8
		FROM (SELECT value AS v FROM json_each(?)) j WHERE recipients.id = j.v ->> 12 AND recipients.state = 'sending'`, unfolded)
	if err != nil {
		return err
	}
	if err := t.shift(send, leave); err != nil || moving {
		return err
	}
	return t.finishSend(send, first.Item)
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

func (t *Tx) closeAttempts(unfolded string) error {
	_, err := t.exec(`UPDATE attempts SET closed_at = j.v ->> 10, outcome = j.v ->> 2, class = j.v ->> 5, reason = j.v ->> 6,
		remote_id = j.v ->> 8, remote_url = j.v ->> 9, detail = j.v ->> 13, writer_id = ?, entry = j.v ->> 11
		FROM (SELECT value AS v FROM json_each(?)) j WHERE attempts.id = j.v ->> 1`, t.store.writerID, unfolded)
	if err != nil {
		return fmt.Errorf("close attempts: %w", err)
	}
	return nil
}

// settlementRow is one outcome as the statements unfold it.
func settlementRow(s message.Settlement, seq int64) [14]any {
	var next any
	if !s.NextAt.IsZero() {
		next = ms(s.NextAt)
	}
	var sent int64
	if s.To == message.Sent || s.To == message.SendRehearsed {
		sent = ms(s.ClosedAt)
	}
	return [14]any{
		s.Item.Send, s.Attempt, s.To, next, s.Hold, className(s), s.Reason, sent,
		s.Receipt.RemoteID, s.Receipt.RemoteURL, ms(s.ClosedAt), seq, s.Item.Recipient, s.Receipt.Detail,
	}
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
