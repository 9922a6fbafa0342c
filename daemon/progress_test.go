package daemon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/message"
	"clarion/office"
	"clarion/store"
)

// TestAddressedSend runs a mail to good, busy and dead addresses and holds what
// the log says of it: no line for a recipient, a summary at warn, and nowhere
// an address.
func TestAddressedSend(t *testing.T) {
	r := newRelay(t, false)
	b := setup(t, usual+emailChannel("email", r.addr)+"concurrency = 2\n")
	addresses := []string{"gone-jane.private@readers.example.net", "busy-john.private@readers.example.net", "cut-jack.private@readers.example.net"}
	for i := range 40 {
		addresses = append(addresses, fmt.Sprintf("reader%02d.private@readers.example.net", i))
	}
	b.subscribe("email", addresses...)
	id := b.approve("readers")
	b.becomes(id, message.ReleasedWithOpen)
	got := b.logged(line{"event": "send", "says": "summary"})
	b.no(b.stop())
	for key, want := range (line{
		"level": "warn", "message": id, "audience": "[readers]", "mechanism": "email", "candidates": 43,
		"recipients": "map[failed:2 sent:40 unknown:1]", "classes": "map[permanent:1 temporary:1 unknown:1]",
	}) {
		if fmt.Sprint(got[key]) != fmt.Sprint(want) {
			t.Errorf("the summary's %s is %v, want %v", key, got[key], want)
		}
	}
	reasons, _ := got["reasons"].(map[string]any)
	if len(reasons) != 3 {
		t.Errorf("the summary has reasons %v", reasons)
	}
	if _, raw, _ := b.log.all(line{"event": "send"}); len(raw) > 5 {
		t.Errorf("%d lines for one addressed send:\n%s", len(raw), strings.Join(raw, ""))
	}
	discreet(t, b.log.String())
}

// discreet checks that a log holds no address of a subscriber nor a part of
// one that is telling.
func discreet(t *testing.T, log string) {
	t.Helper()
	if log == "" {
		t.Error("there is no log to be discreet")
	}
	for _, private := range []string{"private", "readers.example.net", "jane", "john", "jack"} {
		if strings.Contains(log, private) {
			t.Errorf("the log says %q:\n%s", private, log)
		}
	}
}

// TestSummaryWithoutFaults is at info, and has no reasons.
func TestSummaryWithoutFaults(t *testing.T) {
	r := newRelay(t, false)
	b := setup(t, usual+emailChannel("email", r.addr))
	b.subscribe("email", "ann@readers.example.net", "bob@readers.example.net")
	b.becomes(b.approve("readers"), message.Released)
	b.no(b.stop()) // which tells what was not told yet
	_, raw, _ := b.log.all(line{"event": "send"})
	golden(t, "summary.jsonl", mask(strings.Join(raw, "")))
}

// TestReport tells progress while a send moves, with the lateness of its first
// attempt, and forgets it after the summary.
func TestReport(t *testing.T) {
	r := newRelay(t, false)
	b := setup(t, usual+emailChannel("email", r.addr))
	b.subscribe("email", "ann@readers.example.net")
	b.becomes(b.approve("readers"), message.Released)
	b.logged(line{"says": "summary"})
	sends, err := b.store.Sends(t.Context(), store.SendFilter{Channel: "email", Limit: 1})
	b.no(err)
	first, second := 77_777*time.Millisecond, 88_888*time.Millisecond
	b.observer.follow(sends[0].ID, nil)
	b.observer.follow(sends[0].ID, &first)
	b.observer.follow(sends[0].ID, &second)
	b.observer.flush()
	if found, raw, _ := b.log.all(line{"says": "summary", "lateness_ms": 77_777}); len(found) != 1 {
		t.Errorf("%d summaries with the first lateness, want 1:\n%s", len(found), strings.Join(raw, ""))
	}
	if n := len(b.observer.active); n != 0 {
		t.Errorf("%d finished sends are remembered", n)
	}
	b.observer.report(sends[0].ID) // no news
	if found, _, _ := b.log.all(line{"says": "summary"}); len(found) != 2 {
		t.Errorf("%d summaries, want 2", len(found))
	}
}

func TestMoves(t *testing.T) {
	t.Parallel()
	for _, state := range message.SendStates() {
		want := state == message.Planned || state == message.Claimed || state == message.Sending || state == message.Waiting
		if got := moves(message.Send{Tally: message.Tally{message.Sent: 5, state: 1}}); got != want {
			t.Errorf("one that is %s moves: %v", state, got)
		}
		if moves(message.Send{Hold: message.HoldFreeze, Tally: message.Tally{state: 1}}) {
			t.Errorf("a held send moves, with one %s", state)
		}
	}
}

// TestCounted keeps the most frequent reasons, at, below and above the limit.
func TestCounted(t *testing.T) {
	b := prepare(t, usual)
	for _, n := range []int{maxReasons - 1, maxReasons, maxReasons + 2} {
		all := map[string]int{}
		for i := range n {
			all[fmt.Sprintf("reason %02d", i)] = i + 1
		}
		log := newLogbook()
		logger := b.options().Log.Output(log)
		logger.Info().Dict("reasons", counted(all)).Send()
		found, _, _ := log.all(nil)
		reasons, _ := found[0]["reasons"].(map[string]any)
		if want := min(n, maxReasons); n > maxReasons && (len(reasons) != want+1 || reasons["others"] != 3.0) || n <= maxReasons && len(reasons) != want {
			t.Errorf("%d reasons: %v", n, reasons)
		}
	}
}

// TestHeldSummary: people let it stand still half way.
func TestHeldSummary(t *testing.T) {
	r := newRelay(t, false)
	b := setup(t, usual+emailChannel("email", r.addr)+"concurrency = 1\nahead = 1\nmin_interval = \"10s\"\n")
	b.subscribe("email", "ann@readers.example.net", "bob@readers.example.net", "cat@readers.example.net")
	id := b.approve("readers")
	b.logged(line{"outcome": "progress", "level": "info"})
	b.no(b.office.Hold(t.Context(), id, "wrong figures", as("cat")))
	b.observer.follow(b.sendOf(id), nil)
	got := b.logged(line{"says": "summary", "outcome": "held"})
	if got["level"] != "warn" || got["hold"] != "manual" || got["candidates"] != 3.0 {
		t.Errorf("the summary says %v", got)
	}
}

func (b *bundle) sendOf(id string) int64 {
	b.Helper()
	detail, err := b.office.View(office.Owner()).Message(b.Context(), id)
	b.no(err)
	return detail.Sends[0].ID
}
