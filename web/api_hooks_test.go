package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/api"
	"clarion/hooks"
	"clarion/people"
)

func TestAPIHooks(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	made, err := d.ada.AddHook(ctx, api.HookRequest{Name: "dashboard", URL: "https://dash.example.org/hooks", Types: []string{"send.*", "alarm.doubt"}})
	d.no(err)
	if !strings.HasPrefix(made.Secret, "whsec_") || len(made.Types) != 7 || !made.Enabled || made.CreatedAt.IsZero() {
		t.Errorf("made %+v", made)
	}
	rotated, err := d.ada.RotateHook(ctx, "dashboard", time.Hour)
	d.no(err)
	if rotated.Secret == made.Secret || rotated.OldUntil.IsZero() {
		t.Errorf("rotated %+v", rotated)
	}
	all, err := d.ada.Hooks(ctx)
	d.no(err)
	one, err := d.ada.Hook(ctx, "dashboard")
	d.no(err)
	if len(all.Hooks) != 1 || all.Hooks[0].Name != one.Name || one.URL != made.URL || one.OldUntil.IsZero() || one.Waiting != 0 || !one.NextAt.IsZero() {
		t.Errorf("listed %+v, shown %+v", all, one)
	}
	d.no(d.ada.DisableHook(ctx, "dashboard", "it is being moved"))
	if one, _ = d.ada.Hook(ctx, "dashboard"); one.Enabled || one.Why == "" || one.DisabledAt.IsZero() {
		t.Errorf("disabled: %+v", one)
	}
	d.no(d.ada.EnableHook(ctx, "dashboard"))
	d.no(d.ada.ResendHook(ctx, "dashboard", api.Resend{Since: api.At(time.Now().Add(-time.Hour))}))
	d.refused(d.ada.ResendHook(ctx, "dashboard", api.Resend{Event: "evt_none"}), http.StatusNotFound, "told of no event")
	d.refused(d.ada.ResendHook(ctx, "dashboard", api.Resend{}), http.StatusBadRequest, "what is to be told again")
	d.refused(d.ada.ResendHook(ctx, "dashboard", api.Resend{Event: "evt_1", Since: api.At(time.Now())}), http.StatusBadRequest, "what is to be told again")
	_, err = d.ada.TestHook(ctx, "dashboard")
	d.refused(err, http.StatusConflict, "running daemon")
	_, err = d.ada.AddHook(ctx, api.HookRequest{Name: "x", URL: "ftp://h.example", Types: []string{"send.nothing"}})
	d.refused(err, http.StatusBadRequest, "no hook")
	d.no(d.ada.DropHook(ctx, "dashboard"))
	_, err = d.ada.Hook(ctx, "dashboard")
	d.refused(err, http.StatusNotFound, "hook list")
	if list := d.faults.list(); len(list) != 0 {
		t.Errorf("faults: %q", list)
	}
}

// Deliveries come a page at a time.
func TestAPIDeliveries(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	_, err := d.ada.AddHook(ctx, api.HookRequest{Name: "h", URL: "https://h.example/", Types: []string{"*"}})
	d.no(err)
	h, err := d.store.Hook(ctx, "h")
	d.no(err)
	now := time.Now().Truncate(time.Millisecond)
	for n := range int64(3) {
		told := hooks.Delivery{
			Event: "evt_1", Type: hooks.SendSent, Place: hooks.Place{Writer: 1, Seq: n}, At: now, State: hooks.Waiting, Attempts: 2, Status: 503,
			Says: "answered 503", Took: time.Second, FirstAt: now, LastAt: now, NextAt: now.Add(time.Hour),
		}
		d.no(d.store.SettleHook(ctx, h, []hooks.Delivery{told}, h.Place, now))
	}
	first, err := d.ada.Deliveries(ctx, "h", "waiting", 0, 2)
	d.no(err)
	second, err := d.ada.Deliveries(ctx, "h", "waiting", first.Next, 2)
	d.no(err)
	if len(first.Deliveries) != 2 || len(second.Deliveries) != 1 || second.Next != 0 {
		t.Fatalf("pages %+v and %+v", first, second)
	}
	if got := first.Deliveries[0]; got.Event != "evt_1" || got.Status != 503 || got.Took != 1000 || !got.NextAt.Equal(now.Add(time.Hour)) || got.State != "waiting" || got.Type != "send.sent" {
		t.Errorf("got %+v", got)
	}
	if none, err := d.ada.Deliveries(ctx, "h", "failed", 0, 0); err != nil || len(none.Deliveries) != 0 {
		t.Errorf("failed are %+v, %v", none, err)
	}
	if one, _ := d.ada.Hook(ctx, "h"); one.Waiting != 3 || !one.NextAt.Equal(now.Add(time.Hour)) {
		t.Errorf("shown %+v", one)
	}
}

// A hook of another department is not there.
func TestAPIHooksOfOneDepartment(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ctx := t.Context()
	for _, name := range []string{"Rivers", "Coasts"} {
		d.no(d.ada.AddDepartment(ctx, name))
	}
	for name, department := range map[string]string{"rivers": "Rivers", "coasts": "Coasts", "whole": ""} {
		_, err := d.ada.AddHook(ctx, api.HookRequest{Name: name, URL: "https://h.example/", Types: []string{"*"}, Department: department})
		d.no(err)
	}
	cid := d.nobody.With(d.join("cid", "Cid", "Coasts", people.Admin))
	all, err := cid.Hooks(ctx)
	d.no(err)
	if len(all.Hooks) != 1 || all.Hooks[0].Name != "coasts" {
		t.Errorf("cid sees %+v", all)
	}
	_, err = cid.Hook(ctx, "rivers")
	d.refused(err, http.StatusNotFound, "no hook")
	d.refused(cid.DropHook(ctx, "rivers"), http.StatusNotFound, "no hook")
	d.refused(cid.DropHook(ctx, "whole"), http.StatusForbidden, "for the whole office")
	_, err = d.nobody.Hooks(ctx)
	d.refused(err, http.StatusForbidden, "not signed in")
}
