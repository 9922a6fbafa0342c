package daemon

import (
	"context"
	"strings"
	"testing"
)

const alertsTo = "\n[alerts]\nchannel = \"duty\"\nto = [\"duty@staff.example.org\", \"lead@staff.example.org\"]\n"

// TestAlert mails staff when a channel is paused, once.
func TestAlert(t *testing.T) {
	strict, kind := newRelay(t, true), newRelay(t, false)
	b := setup(t, usual+alertsTo+emailChannel("email", strict.addr)+emailChannel("duty", kind.addr))
	b.subscribe("email", "jane.private@readers.example.net")
	b.approve("readers")
	b.logged(line{"event": "channel_paused", "mechanism": "email"})
	b.no(b.stop()) // waits for the notices
	for _, to := range []string{"duty@staff.example.org", "lead@staff.example.org"} {
		mails := kind.got(to)
		if len(mails) != 1 {
			t.Fatalf("%s got %d notices, want 1", to, len(mails))
		}
		for _, part := range []string{"Subject: Clarion paused the channel email", "530", "clarion channel resume email"} {
			if !strings.Contains(mails[0], part) {
				t.Errorf("the notice does not say %q:\n%s", part, mails[0])
			}
		}
		discreet(t, mails[0])
	}
	discreet(t, b.log.String())
}

// TestNoAlertAboutItself: a channel that is unusable can't carry the notice.
func TestNoAlertAboutItself(t *testing.T) {
	strict := newRelay(t, true)
	b := setup(t, usual+alertsTo+emailChannel("duty", strict.addr))
	b.subscribe("duty", "jane.private@readers.example.net")
	b.approve("readers")
	b.logged(line{"event": "channel_paused", "mechanism": "duty"})
	b.no(b.stop())
	b.never(line{"event": "alert_failed"})
}

// TestAlertFails says in the log that staff could not be told.
func TestAlertFails(t *testing.T) {
	strict := newRelay(t, true)
	b := setup(t, usual+alertsTo+emailChannel("duty", strict.addr))
	b.observer.Paused("wire", "the token has expired")
	b.no(b.stop())
	b.logged(line{"event": "alert_failed", "level": "error", "mechanism": "duty"})
}

// TestAlertsFinish does not wait for ever.
func TestAlertsFinish(t *testing.T) {
	t.Parallel()
	var a alerts
	a.underway.Add(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.finish(ctx); err == nil {
		t.Error("a notice that is under way is not told of")
	}
	a.underway.Done()
	if err := a.finish(t.Context()); err != nil {
		t.Error(err)
	}
}
