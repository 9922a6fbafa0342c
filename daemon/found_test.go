package daemon

import (
	"strings"
	"testing"

	"clarion/channels"
	"clarion/message"
	"clarion/office"
	"clarion/store"
)

// eager looks at once, and not for long.
func eager(text string) string {
	return strings.Replace(text, "[queue]\n", "[queue]\nread_back_first = \"100ms\"\nread_back_for = \"1s\"\n", 1)
}

var errLost = &channels.Error{Class: channels.Unknown, Reason: "the connection was lost"}

// TestAnUnknownSendIsFound: what was published and not answered ends as sent,
// what was not goes again, each with its line.
func TestAnUnknownSendIsFound(t *testing.T) {
	b := setup(t, eager(usual))
	b.wire().answer(errLost)
	b.wire().find(
		channels.Finding{Verdict: channels.CannotTell, Evidence: "too early to say"},
		channels.Finding{Verdict: channels.Found, Evidence: "it is the newest post", Receipt: channels.Receipt{RemoteID: "77", RemoteURL: "https://wire.example.org/77"}},
	)
	id := b.approve("wire")
	b.becomes(id, message.Released)
	b.logged(line{"event": "send", "message": id, "outcome": "unknown"})
	b.logged(line{"event": "send_found", "level": "warn", "message": id, "mechanism": "wire", "verdict": "cannot-tell", "outcome": "unknown", "look": 1, "evidence": "too early to say"})
	b.logged(line{"event": "send_found", "level": "info", "message": id, "verdict": "found", "outcome": "sent", "remote_id": "77", "audience": []string{"wire"}})

	b.wire().answer(errLost)
	b.wire().find(channels.Finding{Verdict: channels.Absent, Evidence: "40 newest posts: none is it"})
	id = b.approve("wire")
	b.becomes(id, message.Released)
	b.logged(line{"event": "send_found", "message": id, "verdict": "absent", "outcome": "planned"})
	b.logged(line{"event": "send", "message": id, "outcome": "sent", "attempt": 2})
	_, figures := b.get("/metrics")
	for _, want := range []string{
		`clarion_looks_total{mechanism="wire",verdict="found"} 1`, `clarion_looks_total{mechanism="wire",verdict="absent"} 1`,
		`clarion_looks_total{mechanism="wire",verdict="cannot-tell"} 1`,
	} {
		if !strings.Contains(figures, want) {
			t.Errorf("the figures have no %s", want)
		}
	}
}

// TestStaffDecide mails staff once when Clarion gives up looking; a person's
// look after that mails nobody, and may yet find.
func TestStaffDecide(t *testing.T) {
	relay := newRelay(t, false)
	b := setup(t, eager(usual)+alertsTo+emailChannel("duty", relay.addr))
	b.wire().answer(errLost)
	for range 4 { // as many as one second has room for
		b.wire().find(channels.Finding{Evidence: "the list ends too early"})
	}
	id := b.approve("wire")
	b.logged(line{"event": "send_found", "message": id, "says": "nobody can know whether it was published; a person must decide"})
	sends, err := b.office.View(office.Owner()).Sends(t.Context(), store.SendFilter{Message: id})
	b.no(err)
	d, err := b.api("ann").Send(t.Context(), sends[0].ID)
	b.no(err)
	if !d.Decide || !strings.Contains(d.Advice, "clarion send resolve") || len(d.Looks) < 2 || !d.NextLook.IsZero() || d.Looks[0].Evidence != "the list ends too early" {
		t.Errorf("the evidence is %+v", d)
	}
	b.wire().mu.Lock()
	b.wire().finds = nil
	b.wire().mu.Unlock()
	b.wire().find(channels.Finding{Evidence: "still"}, channels.Finding{Verdict: channels.Found, Evidence: "there it is"})
	look, err := b.api("ann").Look(t.Context(), d.ID)
	b.no(err)
	if look.Verdict != "cannot-tell" || look.State != "unknown" || look.Evidence != "still" || !look.NextAt.IsZero() {
		t.Errorf("the look came to %+v", look)
	}
	look, err = b.api("ann").Look(t.Context(), d.ID)
	b.no(err)
	if look.Verdict != "found" || look.State != "sent" {
		t.Errorf("the look came to %+v", look)
	}
	b.becomes(id, message.Released)
	if _, err = b.api("ann").Look(t.Context(), d.ID); err == nil || !strings.Contains(err.Error(), "it is sent") {
		t.Errorf("a look for what is settled: %v", err)
	}
	b.no(b.stop())
	mails := relay.got("duty@staff.example.org")
	if len(mails) != 1 || !strings.Contains(mails[0], "clarion send resolve") || !strings.Contains(mails[0], "the list ends too early") {
		t.Errorf("staff got %d notices: %q", len(mails), mails)
	}
}

// TestALookThatCannotBeMade is made again.
func TestALookThatCannotBeMade(t *testing.T) {
	b := setup(t, eager(usual))
	b.wire().answer(errLost)
	id := b.approve("wire")
	b.logged(line{"event": "send_found", "message": id, "verdict": "failed", "evidence": "it could not look: no look is scripted"})
	b.wire().find(channels.Finding{Verdict: channels.Found})
	b.becomes(id, message.Released)
}
