package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"clarion/ledger"
	"clarion/message"
)

// TestDecisionsChangeSends follows sends through decisions about their message,
// which leave no entry about a send.
func TestDecisionsChangeSends(t *testing.T) {
	b := setup(t)
	id := b.draft(content("Bridge opens"))
	b.submit(id, to("web", "wire")...)
	b.approve(id)
	place, err := b.store.LedgerEnd(context.Background())
	b.no(err)
	step := func(kind ledger.Kind, change func(*Tx, message.Message) error, want ...string) {
		t.Helper()
		b.with(id, func(tx *Tx, m message.Message) error {
			if err := change(tx, m); err != nil {
				return err
			}
			return tx.Record(kind, ledger.MessageBody{Message: id})
		})
		changed, next, err := b.store.ChangedSends(context.Background(), place, 10, nil)
		b.no(err)
		var got []string
		for _, s := range changed {
			got = append(got, fmt.Sprintf("%s %s", s.Channel, s.State))
		}
		if !slices.Equal(got, want) || next <= place {
			t.Errorf("%s: got %v up to %d, want %v", kind, got, next, want)
		}
		place = next
	}
	nothing := func(*Tx, message.Message) error { return nil }
	step(ledger.MessageApproved, nothing, "web planned", "wire planned")
	step(ledger.MessageHeld, func(tx *Tx, m message.Message) error { return tx.Hold(m, message.HoldManual, Decider{Name: "ann"}) }, "web held", "wire held")
	step(ledger.MessageReleased, func(tx *Tx, m message.Message) error { return tx.Release(m) }, "web planned", "wire planned")
	b.send("web", message.Sent)
	step(ledger.MessageCancelled, func(tx *Tx, _ message.Message) error { return tx.CancelRest(id) }, "web sent", "wire cancelled")

	other := b.draft(content("No sends yet"))
	b.with(other, func(tx *Tx, _ message.Message) error {
		return tx.Record(ledger.MessageEdited, ledger.MessageBody{Message: other})
	})
	changed, next, err := b.store.ChangedSends(context.Background(), place, 10, nil)
	if err != nil || len(changed) != 0 || next != place+1 {
		t.Errorf("of a message without sends: %v, %d after %d, %v", changed, next, place, err)
	}
}

// TestChangedSendsGoOn reads in pieces of any size and misses nothing.
func TestChangedSendsGoOn(t *testing.T) {
	b := setup(t)
	for range 5 {
		id := b.approved(to("web", "wire")...)
		b.update(func(tx *Tx) error { return tx.Record(ledger.MessageApproved, ledger.MessageBody{Message: id}) })
	}
	for limit := 1; limit <= 6; limit++ {
		seen := map[int64]bool{}
		for place := int64(0); ; {
			changed, next, err := b.store.ChangedSends(context.Background(), place, limit, nil)
			b.no(err)
			for _, s := range changed {
				seen[s.ID] = true
			}
			if next == place {
				break
			}
			place = next
		}
		if len(seen) != 10 {
			t.Errorf("in pieces of %d: %d sends, want 10", limit, len(seen))
		}
	}
}
