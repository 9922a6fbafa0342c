package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// Recovery tells what a predecessor left under way.
type Recovery struct {
	Planned int // leased and not begun: planned again
	Unknown int // begun and not settled: nobody can know
	Absent  int // begun in rehearsal: nothing left the machine, planned again
}

// Recover takes over from a dead predecessor: what was leased is planned
// again; what was under way becomes unknown and waits for evidence. The caller
// holds the folder's lock.
func (s *Store) Recover(ctx context.Context, now time.Time) (Recovery, error) {
	var r Recovery
	err := s.update(ctx, now, func(t *Tx) (err error) {
		r, err = t.recover()
		return err
	})
	if err != nil {
		return Recovery{}, fmt.Errorf("recover what was under way: %w", err)
	}
	return r, nil
}

func (t *Tx) recover() (Recovery, error) {
	planned, err := t.recoverLeased()
	if err != nil {
		return Recovery{}, err
	}
	unknown, absent, err := t.recoverUnderWay()
	return Recovery{Planned: planned, Unknown: unknown, Absent: absent}, err
}

// recoverLeased plans again what was leased for a local channel: no other is
// leased without an attempt.
func (t *Tx) recoverLeased() (int, error) {
	n, err := t.exec("UPDATE sends SET state = 'planned' WHERE state IN ('claimed', 'sending') AND state = 'claimed'")
	return int(n), err
}

// underWay is one attempt that nobody settled.
type underWay struct {
	attempt, send, recipient int64
	number                   int
	openedAt                 int64
	rehearsal                bool
}

func (t *Tx) recoverUnderWay() (unknown, absent int, err error) {
	var all []underWay
	err = scan(t.ctx, t, func(rows *sql.Rows) error {
		var u underWay
		err := rows.Scan(&u.attempt, &u.send, &u.recipient, &u.number, &u.openedAt, &u.rehearsal)
		all = append(all, u)
		return err
	}, `SELECT a.id, a.send_id, a.recipient_id, a.number, a.opened_at, a.rehearsal
		FROM sends s INDEXED BY sends_leased CROSS JOIN attempts a ON a.send_id = s.id AND a.recipient_id = 0
		WHERE s.state IN ('claimed', 'sending') AND NOT s.addressed AND a.closed_at = 0
		UNION ALL
		SELECT a.id, a.send_id, a.recipient_id, a.number, a.opened_at, a.rehearsal
		FROM recipients r INDEXED BY recipients_leased CROSS JOIN attempts a ON a.send_id = r.send_id AND a.recipient_id = r.id
		WHERE r.state IN ('claimed', 'sending') AND a.closed_at = 0`)
	if err != nil {
		return 0, 0, err
	}
	for _, ofSend := range chunkBySend(all) {
		if ofSend[0].rehearsal {
			absent += len(ofSend)
		} else {
			unknown += len(ofSend)
		}
		if err := t.recoverSend(ofSend); err != nil {
			return 0, 0, fmt.Errorf("send %d: %w", ofSend[0].send, err)
		}
	}
	return unknown, absent, nil
}

// chunkBySend parts attempts into runs of one send and one mode.
func chunkBySend(all []underWay) [][]underWay {
	slices.SortFunc(all, func(a, b underWay) int {
		return cmp.Or(cmp.Compare(a.send, b.send), cmp.Compare(flag(a.rehearsal), flag(b.rehearsal)), cmp.Compare(a.attempt, b.attempt))
	})
	var chunks [][]underWay
	for i, u := range all {
		if i == 0 || u.send != all[i-1].send || u.rehearsal != all[i-1].rehearsal {
			chunks = append(chunks, nil)
		}
		chunks[len(chunks)-1] = append(chunks[len(chunks)-1], u)
	}
	return chunks
}

const recoveredReason = "the daemon ended while this was under way"

func (t *Tx) recoverSend(all []underWay) error {
	to, outcome := message.SendUnknown, message.SendUnknown
	if all[0].rehearsal {
		to = message.Planned
	}
	facts, err := t.facts(message.Lane{}, false, factsOf, list([]int64{all[0].send}))
	if err != nil {
		return err
	}
	f := facts[0] // a send is never deleted
	seq, err := t.recordRecovered(f, all, to)
	if err != nil {
		return err
	}
	attempts := make([]int64, len(all))
	recipients := make([]int64, 0, len(all))
	for i, u := range all {
		attempts[i] = u.attempt
		if u.recipient != 0 {
			recipients = append(recipients, u.recipient)
		}
	}
	_, err = t.exec(`UPDATE attempts SET closed_at = ?, outcome = ?, class = 'unknown', reason = ?, writer_id = ?, entry = ?
		WHERE id IN (SELECT value FROM json_each(?))`, ms(t.now), outcome, recoveredReason, t.store.writerID, seq, list(attempts))
	if err != nil {
		return err
	}
	if len(recipients) == 0 {
		_, err = t.exec(`UPDATE sends SET state = CASE WHEN ?1 = 'planned' AND hold <> '' THEN 'held' ELSE ?1 END, class = 'unknown', reason = ?2
			WHERE id = ?3 AND state = 'sending'`, to, recoveredReason, f.send)
	} else {
		err = t.recoverRecipients(f, recipients, to)
	}
	if err != nil || f.item.Run > 0 {
		return err
	}
	return t.rollUp([]string{f.item.Message})
}

func (t *Tx) recoverRecipients(f fact, ids []int64, to message.SendState) error {
	_, err := t.exec("UPDATE recipients SET state = ?, class = 'unknown', reason = ? WHERE id IN (SELECT value FROM json_each(?)) AND state = 'sending'", to, recoveredReason, list(ids))
	if err != nil {
		return err
	}
	if err := t.shift(f.send, message.Tally{message.Sending: len(ids), to: -len(ids)}); err != nil {
		return err
	}
	return t.finishSend(f.send, f.item)
}

// recordRecovered chains what became of the attempts; those at recipients by
// their root, as when they settle.
func (t *Tx) recordRecovered(f fact, all []underWay, to message.SendState) (int64, error) {
	if all[0].recipient == 0 {
		return t.record(ledger.SendRecovered, ledger.SendBody{
			Send: f.send, Message: f.item.Message, Audiences: f.item.Audiences, Mechanism: f.item.Channel, Run: f.item.Run, To: to, Count: len(all),
		})
	}
	var root ledger.AttemptsRoot
	for _, u := range all {
		root.Add(ledger.Attempt{
			ID: u.attempt, Send: u.send, Recipient: u.recipient, Number: u.number, OpenedAt: u.openedAt,
			ClosedAt: ms(t.now), Outcome: string(message.SendUnknown), Class: "unknown",
		})
	}
	return t.record(ledger.SendRecipients, ledger.RecipientsBody{
		Send: f.send, Message: f.item.Message, Audiences: f.item.Audiences, Mechanism: f.item.Channel, Run: f.item.Run,
		Rehearsal: all[0].rehearsal, Digest: f.item.Digest, Attempts: len(all),
		Outcomes: map[string]int{string(message.SendUnknown): len(all)}, Root: root.Sum().String(),
	})
}
