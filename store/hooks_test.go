package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/receiver"
	"clarion/hooks"
	"clarion/ledger"
	"clarion/message"
)

// hook adds a hook that is told of every type.
func (b *bundle) hook(name string) hooks.Hook {
	b.Helper()
	b.update(func(tx *Tx) error {
		return tx.InsertHook(hooks.Hook{Name: name, URL: "https://h.example/", Types: hooks.Types(), Secret: receiver.NewSecret()})
	})
	return b.hookNow(name)
}

func (b *bundle) hookNow(name string) hooks.Hook {
	b.Helper()
	h, err := b.store.Hook(context.Background(), name)
	b.no(err)
	return h
}

// told gives what a hook is to be told, in order.
func (b *bundle) told(h hooks.Hook, limit int) ([]hooks.Event, hooks.Place) {
	b.Helper()
	entries, to, err := b.store.HookEntries(context.Background(), h, limit)
	b.no(err)
	var events []hooks.Event
	for _, e := range entries {
		event, is, err := e.Event()
		b.no(err)
		if is && h.Wants(event) {
			events = append(events, event)
		}
	}
	return events, to
}

func typesOf(events []hooks.Event) string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = string(e.Type)
	}
	return strings.Join(words, " ")
}

func (b *bundle) enter(kind ledger.Kind, body any) {
	b.Helper()
	b.update(func(tx *Tx) error { return tx.Record(kind, body) })
}

func (b *bundle) happen(n int) {
	b.Helper()
	for range n {
		b.enter(ledger.Frozen, ledger.DecisionBody{})
	}
}

// A hook reads back as it was stored, and its secrets don't print.
func TestHook(t *testing.T) {
	b := setup(t)
	h := hooks.Hook{Name: "h", URL: "https://h.example/", Types: []hooks.Type{hooks.SendSent}, Department: "Rivers", Secret: channels.NewSecret("whsec_a")}
	b.update(func(tx *Tx) error { return tx.InsertHook(h) })
	got := b.hookNow("h")
	if got.URL != h.URL || !slices.Equal(got.Types, h.Types) || got.Department != "Rivers" || got.Secret.Reveal() != "whsec_a" || !got.Enabled() || got.CreatedAt != b.now {
		t.Errorf("got %+v", got)
	}
	b.update(func(tx *Tx) error { return tx.SetHookSecret("h", channels.NewSecret("whsec_b"), b.now.Add(time.Hour)) })
	if got = b.hookNow("h"); got.Secret.Reveal() != "whsec_b" || got.OldSecret.Reveal() != "whsec_a" || got.OldUntil != b.now.Add(time.Hour) {
		t.Errorf("changed: %+v", got)
	}
	for _, at := range []time.Duration{time.Hour - time.Millisecond, time.Hour} {
		_, err := b.store.PruneDeliveries(t.Context(), b.now, b.now.Add(at))
		b.no(err)
		if got = b.hookNow("h"); got.OldSecret.IsZero() != (at == time.Hour) {
			t.Errorf("after %s the old secret is %q", at, got.OldSecret.Reveal())
		}
	}
	if got = b.hookNow("h"); !got.OldSecret.IsZero() || !got.OldUntil.IsZero() {
		t.Error("a secret that signs no more is kept")
	}
	b.update(func(tx *Tx) error { return tx.SetHookSecret("h", channels.NewSecret("whsec_c"), time.Time{}) })
	if got = b.hookNow("h"); got.Secret.Reveal() != "whsec_c" || !got.OldSecret.IsZero() {
		t.Error("without an overlap the old secret is kept")
	}
}

// A hook is told what comes after it, in pieces, in order, and nothing twice.
func TestHookEntries(t *testing.T) {
	b := setup(t)
	b.happen(2)
	h := b.hook("h")
	if events, to := b.told(h, 10); len(events) != 0 || to != h.Place {
		t.Errorf("told %v, goes on at %v", events, to)
	}
	id := b.draft(content("Bridge opens"))
	b.enter(ledger.MessageAdded, ledger.MessageBody{Message: id, To: message.Draft})
	b.happen(4)
	b.enter(ledger.PersonAdded, ledger.DecisionBody{}) // no event
	var all []hooks.Event
	for range 4 {
		events, to := b.told(h, 2)
		all, h.Place = append(all, events...), to
	}
	if got := typesOf(all); got != "message.added freeze.pressed freeze.pressed freeze.pressed freeze.pressed" {
		t.Errorf("told %s", got)
	}
	if d, _ := all[0].Data.(hooks.MessageData); d.ID != id || d.Title != "Bridge opens" || d.Department != "press" || all[0].Department != "press" {
		t.Errorf("the first is %+v", all[0])
	}
	ids := map[string]bool{}
	for _, e := range all {
		ids[e.ID] = true
	}
	end, err := b.store.LedgerEnd(t.Context())
	if err != nil || len(ids) != 5 || h.Place.Seq != end {
		t.Errorf("%d ids; at %v of %d, %v", len(ids), h.Place, end, err)
	}
}

// Every outcome of a send is told: of one that addresses people, once nothing of
// it moves.
func TestOutcomesAreTold(t *testing.T) {
	b := setup(t)
	b.subscribers(2, "press")
	h := b.hook("h")
	id := b.approved(to("wire", "mail")...)
	b.materialise()
	b.send("wire", message.Failed)
	b.settle(b.outcome(b.claim("mail", 1).Opened[0], message.Sent))
	events, place := b.told(h, 100)
	if got := typesOf(events); got != "send.failed" {
		t.Errorf("told %s", got)
	}
	h.Place = place
	b.send("mail", message.Sent)
	events, _ = b.told(h, 100)
	if got := typesOf(events); got != "send.sent message.released_with_open" {
		t.Fatalf("told %s", got)
	}
	d, _ := events[0].Data.(hooks.SendData)
	if d.Message != id || d.Mechanism != "mail" || d.Tally[message.Sent] != 2 || d.State != message.Sent || d.ScheduledFor.IsZero() || d.SentAt.IsZero() {
		t.Errorf("told %+v", d)
	}
}

// delivery is one event that was told, in a state.
func delivery(place hooks.Place, state hooks.State, at, next time.Time) hooks.Delivery {
	return hooks.Delivery{
		Event: fmt.Sprintf("evt_w_%d", place.Seq), Type: hooks.FreezePressed, Place: place, State: state, Attempts: 1, Status: 500, Says: "answered 500",
		Took: 12 * time.Millisecond, At: at, FirstAt: at, LastAt: at, NextAt: next,
	}
}

// What became of events is stored with the place, and is due when it says.
func TestSettleHook(t *testing.T) {
	b := setup(t)
	h := b.hook("h")
	b.happen(3)
	place := func(n int64) hooks.Place { return hooks.Place{Writer: h.Place.Writer, Seq: h.Place.Seq + n} }
	soon := b.now.Add(5 * time.Second)
	all := []hooks.Delivery{delivery(place(1), hooks.Delivered, b.now, time.Time{}), delivery(place(2), hooks.Waiting, b.now, soon), delivery(place(3), hooks.Failed, b.now, time.Time{})}
	b.no(b.store.SettleHook(t.Context(), h, all, place(3), b.now))
	if got := b.hookNow("h"); got.Place != place(3) {
		t.Errorf("it goes on at %v", got.Place)
	}
	for at, want := range map[time.Time]int{soon.Add(-time.Millisecond): 0, soon: 1} {
		due, err := b.store.HookDue(t.Context(), "h", at, 10)
		b.no(err)
		if len(due) != want {
			t.Errorf("at %s %d are due", at, len(due))
		}
		if want == 1 {
			event, is, err := due[0].Entry.Event()
			if err != nil || !is || event.Type != hooks.FreezePressed || due[0].Delivery.Attempts != 1 || due[0].Delivery.FirstAt != b.now || due[0].Delivery.Event != "evt_w_"+fmt.Sprint(place(2).Seq) {
				t.Errorf("due is %+v of %+v", due[0].Delivery, event)
			}
		}
	}
	n, next, err := b.store.HookWaiting(t.Context(), "h")
	if err != nil || n != 1 || next != soon {
		t.Errorf("%d wait, the next at %s, %v", n, next, err)
	}
	list, err := b.store.Deliveries(t.Context(), "h", DeliveryFilter{Limit: 10})
	b.no(err)
	if len(list) != 3 || list[1].Says != "answered 500" || list[1].Took != 12*time.Millisecond || list[1].NextAt != soon || list[1].Status != 500 {
		t.Errorf("listed %+v", list)
	}
	for state, want := range map[hooks.State]int{hooks.Waiting: 1, hooks.Delivered: 1, hooks.Failed: 1, "": 3} {
		if list, _ := b.store.Deliveries(t.Context(), "h", DeliveryFilter{State: state, Limit: 10}); len(list) != want {
			t.Errorf("%d are %q", len(list), state)
		}
	}
	page, err := b.store.Deliveries(t.Context(), "h", DeliveryFilter{Before: list[1].ID, Limit: 10})
	if err != nil || len(page) != 1 || page[0].ID != list[2].ID {
		t.Errorf("the next page is %+v, %v", page, err)
	}
	for since, want := range map[time.Time]bool{b.now: true, b.now.Add(time.Millisecond): false} {
		if got, err := b.store.HookAnswered(t.Context(), "h", since); got != want || err != nil {
			t.Errorf("answered since %s: %t, %v", since, got, err)
		}
	}
	again := delivery(place(2), hooks.Delivered, b.now, time.Time{})
	again.Attempts = 2
	b.no(b.store.SettleHook(t.Context(), b.hookNow("h"), []hooks.Delivery{again}, place(3), b.now))
	if list, _ = b.store.Deliveries(t.Context(), "h", DeliveryFilter{Limit: 10}); len(list) != 3 || list[1].Attempts != 2 || list[1].State != hooks.Delivered {
		t.Errorf("told again: %+v", list)
	}
}

// A hook that was wound back, disabled or dropped while events were under way
// stays so.
func TestSettleAfterADecision(t *testing.T) {
	b := setup(t)
	h := b.hook("h")
	b.happen(2)
	end := hooks.Place{Writer: h.Place.Writer, Seq: h.Place.Seq + 2}
	b.no(b.store.SettleHook(t.Context(), h, nil, end, b.now))
	h = b.hookNow("h")
	b.update(func(tx *Tx) error { return tx.RewindHook("h", b.now) })
	back := b.hookNow("h").Place
	b.no(b.store.SettleHook(t.Context(), h, []hooks.Delivery{delivery(end, hooks.Delivered, b.now, time.Time{})}, end, b.now))
	if got := b.hookNow("h").Place; got != back || got == end {
		t.Errorf("wound back to %v, it goes on at %v", back, got)
	}
	b.update(func(tx *Tx) error { return tx.DisableHook("h", "because") })
	b.no(b.store.SettleHook(t.Context(), b.hookNow("h"), []hooks.Delivery{delivery(end, hooks.Waiting, b.now, b.now.Add(time.Hour))}, end, b.now))
	if n, _, err := b.store.HookWaiting(t.Context(), "h"); n != 0 || err != nil {
		t.Errorf("%d wait for a hook that is disabled, %v", n, err)
	}
	h = b.hookNow("h")
	b.update(func(tx *Tx) error { return tx.DeleteHook("h") })
	b.no(b.store.SettleHook(t.Context(), h, []hooks.Delivery{delivery(end, hooks.Waiting, b.now, b.now)}, end, b.now))
	list, err := b.store.Deliveries(t.Context(), "h", DeliveryFilter{Limit: 10})
	if _, gone := b.store.Hook(t.Context(), "h"); !errors.Is(gone, ErrNotFound) || len(list) != 0 || err != nil {
		t.Errorf("a dropped hook: %v, %v, %v", gone, list, err)
	}
}

// Disabled, nothing waits; enabled, it is told of what comes then.
func TestDisableAndEnable(t *testing.T) {
	b := setup(t)
	h := b.hook("h")
	b.happen(1)
	next := hooks.Place{Writer: h.Place.Writer, Seq: h.Place.Seq + 1}
	b.no(b.store.SettleHook(t.Context(), h, []hooks.Delivery{delivery(next, hooks.Waiting, b.now, b.now)}, next, b.now))
	b.update(func(tx *Tx) error { return tx.DisableHook("h", "because") })
	list, err := b.store.Deliveries(t.Context(), "h", DeliveryFilter{Limit: 1})
	if h = b.hookNow("h"); err != nil || h.Enabled() || h.Why != "because" || list[0].State != hooks.Failed || !list[0].NextAt.IsZero() {
		t.Errorf("disabled: %+v, %+v, %v", h, list, err)
	}
	if _, enabled, err := b.store.EnabledHook(t.Context(), "h"); enabled || err != nil {
		t.Error("it is enabled")
	}
	b.happen(5)
	b.update(func(tx *Tx) error { return tx.EnableHook("h") })
	h = b.hookNow("h")
	b.happen(1)
	if events, _ := b.told(h, 100); len(events) != 1 || !h.Enabled() || h.Why != "" {
		t.Errorf("enabled it is told of %d: %+v", len(events), h)
	}
	for name, change := range map[string]func(*Tx) error{
		"enabled": func(tx *Tx) error { return tx.EnableHook("h") }, "another": func(tx *Tx) error { return tx.DisableHook("none", "") },
		"dropped": func(tx *Tx) error { return tx.DeleteHook("none") }, "secret": func(tx *Tx) error { return tx.SetHookSecret("none", h.Secret, time.Time{}) },
		"resent": func(tx *Tx) error { return tx.ResendHook("h", "evt_none") }, "future": func(tx *Tx) error { return tx.RewindHook("h", b.now.Add(time.Hour)) },
	} {
		if err := b.store.Update(t.Context(), b.now, change); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Told again: one event, or all since an instant, over a restored ledger too.
func TestResendAndRewind(t *testing.T) {
	b := setup(t)
	h := b.hook("h")
	b.happen(1)
	next := hooks.Place{Writer: h.Place.Writer, Seq: h.Place.Seq + 1}
	b.no(b.store.SettleHook(t.Context(), h, []hooks.Delivery{delivery(next, hooks.Failed, b.now, time.Time{})}, next, b.now))
	b.update(func(tx *Tx) error { return tx.ResendHook("h", fmt.Sprintf("evt_w_%d", next.Seq)) })
	due, err := b.store.HookDue(t.Context(), "h", b.now, 10)
	if err != nil || len(due) != 1 || due[0].Delivery.Attempts != 0 || !due[0].Delivery.FirstAt.IsZero() {
		t.Errorf("due again: %+v, %v", due, err)
	}
	b.now = b.now.Add(time.Hour)
	b.happen(3)
	b.update(func(tx *Tx) error { return tx.RewindHook("h", b.now) })
	if events, _ := b.told(b.hookNow("h"), 100); len(events) != 3 {
		t.Errorf("since the hour: %d", len(events))
	}
	b.update(func(tx *Tx) error { return tx.RewindHook("h", start) })
	if events, _ := b.told(b.hookNow("h"), 100); len(events) != 4 {
		t.Errorf("since the beginning: %d", len(events))
	}
}

// A restored database tells nobody before people say so, and then under the same
// ids and behind the older writer's entries.
func TestRestoredHooks(t *testing.T) {
	b := setup(t)
	h := b.hook("h")
	b.happen(2)
	events, _ := b.told(h, 10)
	var archive bytes.Buffer
	_, err := b.store.Backup(t.Context(), &archive)
	b.no(err)
	other := &bundle{tester: t, dir: t.TempDir(), now: b.now}
	_, err = Restore(t.Context(), other.dir, &archive)
	b.no(err)
	other.reopen()
	defer other.close()
	restored := other.hookNow("h")
	if restored.Enabled() || !strings.Contains(restored.Why, "restored") {
		t.Errorf("it is %+v", restored)
	}
	other.happen(1)
	again, to := other.told(restored, 10)
	if len(again) != 3 || again[0].ID != events[0].ID || again[1].ID != events[1].ID || again[2].Place.Writer <= again[1].Place.Writer || to != again[2].Place {
		t.Errorf("told %v and %v", events, again)
	}
	if first, _ := other.told(restored, 2); len(first) != 2 || first[1].ID != again[1].ID {
		t.Errorf("in pieces %v", first)
	}
	other.update(func(tx *Tx) error { return tx.EnableHook("h") })
	if events, _ := other.told(other.hookNow("h"), 10); len(events) != 0 {
		t.Errorf("enabled it is told %v", events)
	}
}

// Old deliveries are forgotten in bounded steps; what waits never is.
func TestPruneDeliveries(t *testing.T) {
	b := setup(t)
	h := b.hook("h")
	var all []hooks.Delivery
	for n := range int64(prunedAtOnce + 2) {
		all = append(all, delivery(hooks.Place{Writer: 1, Seq: 100 + n}, hooks.Delivered, b.now, time.Time{}))
	}
	all[0].LastAt = b.now.Add(time.Hour)
	all[1].State, all[1].NextAt = hooks.Waiting, b.now
	b.no(b.store.SettleHook(t.Context(), h, all, h.Place, b.now))
	steps := 0
	for more := true; more; steps++ {
		var err error
		more, err = b.store.PruneDeliveries(t.Context(), b.now.Add(time.Hour), b.now)
		b.no(err)
	}
	list, err := b.store.Deliveries(t.Context(), "h", DeliveryFilter{Limit: 10})
	if err != nil || len(list) != 2 || steps != 2 {
		t.Errorf("%d are left after %d steps, %v", len(list), steps, err)
	}
}

// What is chained is news, once for many; what is not is none.
func TestNews(t *testing.T) {
	b := setup(t)
	news := func() bool {
		select {
		case <-b.store.News():
			return true
		default:
			return false
		}
	}
	h := b.hook("h")
	news()
	b.no(b.store.SettleHook(t.Context(), h, nil, h.Place, b.now))
	if news() {
		t.Error("a place is news")
	}
	b.happen(3)
	if !news() || news() {
		t.Error("three entries are not news once")
	}
	if err := b.store.Update(t.Context(), b.now, func(tx *Tx) error {
		return errors.Join(tx.Record(ledger.Frozen, ledger.DecisionBody{}), errors.New("no"))
	}); err == nil || news() {
		t.Error("what was not committed is news")
	}
}

func TestHookQueriesUseTheirIndexes(t *testing.T) {
	b := setup(t)
	b.update(func(tx *Tx) error {
		for query, want := range map[string]string{
			toldNext:  "SEARCH e USING INDEX sqlite_autoindex_ledger_entries_1 ((writer_id,seq)>(?,?) AND (writer_id,seq)<(?,?))",
			toldAgain: "INDEX hook_deliveries_waiting (hook=? AND next_at<?)",
		} {
			if plan := b.plan(tx, query); !strings.Contains(plan, want) || strings.Contains(plan, "SCAN m") || strings.Contains(plan, "SCAN s") {
				t.Errorf("%s\nby\n%s", query, plan)
			}
		}
		return nil
	})
}
