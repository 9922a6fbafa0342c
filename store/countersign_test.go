package store

import (
	"context"
	"slices"
	"testing"
	"time"
)

func TestCountersignNeedsTwoPeople(t *testing.T) {
	b := setup(t)
	sign := func(act, about, by, want string, wantFresh bool) {
		t.Helper()
		b.update(func(tx *Tx) error {
			if first, fresh, err := tx.Countersign(act, "m1", about, by); err != nil || first != want || fresh != wantFresh {
				t.Errorf("%s by %s: first %q, fresh %t, %v; want %q, %t", act, by, first, fresh, err, want, wantFresh)
			}
			return nil
		})
	}
	sign("thaw", "", "ann", "", true)
	sign("thaw", "", "ann", "", false)
	sign("release", "freeze", "bob", "", true)
	sign("thaw", "", "bob", "ann", true)
	sign("thaw", "", "bob", "", true) // it is used up
	b.update(func(tx *Tx) error { return tx.ForgetCountersign("thaw", "m1") })
	sign("thaw", "", "ann", "", true)

	sign("release", "freeze,late", "ann", "", true) // not what bob decided about
	sign("release", "freeze,late", "ann", "", false)
	sign("release", "freeze,late", "bob", "ann", true)
}

func TestFirstDecisions(t *testing.T) {
	b := setup(t)
	sign := func(act, subject, by string) {
		b.update(func(tx *Tx) error {
			_, _, err := tx.Countersign(act, subject, "", by)
			return err
		})
	}
	sign("thaw", "everything", "ann")
	b.now = b.now.Add(time.Minute)
	sign("release", "m1", "bob")
	all, err := b.store.FirstDecisions(context.Background(), nil)
	want := []FirstDecision{{"thaw", "everything", "ann", start}, {"release", "m1", "bob", b.now}}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("got %+v, %v; want %+v", all, err, want)
	}
	sign("release", "m1", "cat")
	if all, _ = b.store.FirstDecisions(context.Background(), nil); len(all) != 1 {
		t.Errorf("after the second person %+v", all)
	}
}
