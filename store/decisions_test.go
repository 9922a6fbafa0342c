package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/ledger"
)

// TestDecisionsGoByTheirIndex keeps the page of one message quick however long
// the ledger is.
func TestDecisionsGoByTheirIndex(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		for query, want := range map[string]string{
			decisionsOf:       "INDEX ledger_entries_by_message (<expr>=?)",
			heldFor:           "INDEX messages_held (hold=?)",
			heldExpired:       "INDEX messages_held",
			heldSendsExpired:  "INDEX sends_held",
			backlogRecipients: "INDEX recipients_due (send_id=? AND next_at<?)",
			ledgerOfSends:     "sqlite_autoindex_ledger_entries_1 (writer_id=? AND seq>?)",
			strings.ReplaceAll(sendColumns+sendsOfChanges, "?1", "'[[0,\"m\"]]'"): "sqlite_autoindex_sends_1 (message_id=?)",
		} {
			plan := b.plan(tx, query)
			if !strings.Contains(plan, want) || wholeScan.MatchString(plan) {
				t.Errorf("no %s in\n%s\nof\n%s", want, plan, query)
			}
		}
		return nil
	})
}

// TestDecisionsKeepTheNewest bounds what is read.
func TestDecisionsKeepTheNewest(t *testing.T) {
	b := setup(t)
	for i := range 5 {
		b.now = b.now.Add(time.Second)
		b.update(func(tx *Tx) error {
			return tx.Record(ledger.MessageEdited, ledger.MessageBody{Message: "m1", Revision: i + 1})
		})
	}
	for limit, first := range map[int]int{1: 5, 4: 2, 5: 1, 6: 1} {
		all, err := b.store.Decisions(context.Background(), "m1", limit)
		b.no(err)
		if len(all) != min(limit, 5) || all[0].Revision != first || all[len(all)-1].Revision != 5 {
			t.Errorf("of %d: %+v", limit, all)
		}
	}
}

// TestErasedNameIsLeftOut holds that a decision is shown after its person's
// name was erased.
func TestErasedNameIsLeftOut(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		ref, err := tx.Tie("ann")
		if err != nil {
			return err
		}
		return tx.Record(ledger.MessageApproved, ledger.MessageBody{Message: "m1", By: ref})
	})
	b.raw("DELETE FROM ledger_ties")
	all, err := b.store.Decisions(context.Background(), "m1", 10)
	if err != nil || len(all) != 1 || all[0].By != "" || all[0].Kind != ledger.MessageApproved {
		t.Errorf("got %+v, %v", all, err)
	}
}

// BenchmarkDecisions reads one message's decisions from a ledger of a million
// entries.
func BenchmarkDecisions(b *testing.B) {
	s := newSends(b)
	s.update(func(tx *Tx) error {
		_, err := tx.exec(`WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 1000000)
			INSERT INTO ledger_entries (writer_id, seq, at, kind, body)
			SELECT 99, i, i, CASE i % 10 WHEN 0 THEN 'message.approved' WHEN 1 THEN 'message.done' ELSE 'send.attempt' END,
				json_object('message', 'm' || (i % 1000 + 1000 * (i / 20000))) FROM c`)
		return err
	})
	for b.Loop() {
		all, err := s.store.Decisions(context.Background(), "m1010", 1_000)
		if err != nil || len(all) == 0 {
			b.Fatal(fmt.Sprint(len(all)), err)
		}
	}
}
