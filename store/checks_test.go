package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (b *bundle) checks() map[string]ChannelCheck {
	b.Helper()
	all, err := b.store.ChannelChecks(context.Background())
	b.no(err)
	return all
}

func TestChannelChecks(t *testing.T) {
	b := setup(t)
	if got := b.checks(); len(got) != 0 {
		t.Errorf("before any check there is %v", got)
	}
	good := ChannelCheck{Channel: "wire", At: start, Account: "@office", Expires: start.Add(time.Hour), Quota: "9 of 10"}
	b.no(b.store.RecordCheck(t.Context(), good))
	b.no(b.store.RecordCheck(t.Context(), ChannelCheck{Channel: "mail", At: start, Class: "temporary", Reason: "busy"}))
	want := map[string]ChannelCheck{"wire": good, "mail": {Channel: "mail", At: start, Class: "temporary", Reason: "busy"}}
	if diff := cmp.Diff(want, b.checks()); diff != "" {
		t.Error(diff)
	}

	later := start.Add(time.Minute)
	b.no(b.store.RecordWarning(t.Context(), "wire", later.Add(time.Hour), later))
	b.no(b.store.RecordCheck(t.Context(), ChannelCheck{Channel: "wire", At: later, Class: "unavailable", Reason: "refused", Account: "none"}))
	failed := good
	failed.At, failed.Class, failed.Reason, failed.Warned = later, "unavailable", "refused", later
	if diff := cmp.Diff(failed, b.checks()["wire"]); diff != "" {
		t.Errorf("a check that failed forgets what was known: %s", diff)
	}

	renewed := ChannelCheck{Channel: "wire", At: later.Add(time.Minute), Account: "@new", Warned: later}
	b.no(b.store.RecordCheck(t.Context(), renewed))
	if diff := cmp.Diff(renewed, b.checks()["wire"]); diff != "" {
		t.Error(diff)
	}

	if !renewed.Good() || failed.Good() || (ChannelCheck{}).Good() {
		t.Error("good is what was checked and not refused")
	}
	b.no(b.store.ForgetCheck(t.Context(), "wire"))
	b.no(b.store.ForgetCheck(t.Context(), "wire"))
	if _, known := b.checks()["wire"]; known {
		t.Error("it was not forgotten")
	}
	if err := b.store.RecordWarning(t.Context(), "wire", later.Add(time.Hour), later); !errors.Is(err, ErrNotFound) {
		t.Errorf("warned about what nobody checked: %v", err)
	}
	b.sound()
}
