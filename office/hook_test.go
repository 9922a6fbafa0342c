package office_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/hooks"
	"clarion/office"
	"clarion/people"
	"clarion/store"
)

func newHook(name string) office.NewHook {
	return office.NewHook{Name: name, URL: "https://h.example/hooks/s3cret", Types: []string{"message.*"}}
}

// useCasesOfHooks are what people do about a hook called h.
func useCasesOfHooks(b *bundle) map[string]func(by office.Actor) error {
	return map[string]func(by office.Actor) error{
		"show": func(by office.Actor) error { _, err := b.Office.View(by).Hook(b.ctx, "h"); return err },
		"deliveries": func(by office.Actor) error {
			_, err := b.Office.View(by).Deliveries(b.ctx, "h", office.DeliveryFilter{})
			return err
		},
		"rotate":  func(by office.Actor) error { _, err := b.RotateHook(b.ctx, "h", time.Hour, by); return err },
		"disable": func(by office.Actor) error { return b.DisableHook(b.ctx, "h", "", by) },
		"enable":  func(by office.Actor) error { return b.EnableHook(b.ctx, "h", by) },
		"resend":  func(by office.Actor) error { return b.ResendHook(b.ctx, "h", "evt_1", by) },
		"since":   func(by office.Actor) error { return b.ResendHookSince(b.ctx, "h", time.Unix(0, 0), by) },
		"test":    func(by office.Actor) error { _, err := b.TestHook(b.ctx, "h", by); return err },
		"drop":    func(by office.Actor) error { return b.DropHook(b.ctx, "h", by) },
	}
}

// What the roles allow: an administrator of a department looks after the hooks of
// that department; of others they know nothing.
func TestWhoLooksAfterHooks(t *testing.T) {
	b := setup(t)
	b.hireNewcomers()
	b.hire("roads", "Roads", people.Admin)
	b.hire("rivers", "Rivers", people.Admin)
	n := newHook("h")
	n.Department = "Rivers"
	_, err := b.AddHook(b.ctx, n, ann())
	b.no(err)
	for name, use := range useCasesOfHooks(b) {
		for _, who := range newcomers() {
			switch err := use(as(who)); who {
			case "admin":
			case "elsewhere":
				b.refused(err, office.NotFound, "h")
			default:
				b.refused(err, office.Forbidden)
			}
			if who == "admin" && name == "drop" {
				_, err := b.AddHook(b.ctx, n, ann())
				b.no(err)
			}
		}
		b.refused(use(as("roads")), office.NotFound, "there is no hook")
		b.refused(use(office.Actor{}), office.Forbidden)
	}
	for who, code := range map[string]office.Code{"roads": office.Forbidden, "viewer": office.Forbidden, "system": office.Forbidden, "": office.Forbidden} {
		n.Name = "another"
		_, err := b.AddHook(b.ctx, n, as(who))
		b.refused(err, code)
	}
	_, err = b.AddHook(b.ctx, n, as("rivers"))
	b.no(err)
	n.Name, n.Department = "whole", ""
	_, err = b.AddHook(b.ctx, n, as("rivers"))
	b.refused(err, office.Forbidden, "for the whole office")
	_, err = b.AddHook(b.ctx, n, ann())
	b.no(err)
	for who, want := range map[string]string{"rivers": "another h", "roads": "", "admin": "another h whole"} {
		list, err := b.Office.View(as(who)).Hooks(b.ctx)
		b.no(err)
		var names []string
		for _, h := range list {
			names = append(names, h.Name)
			if !h.Secret.IsZero() || !h.OldSecret.IsZero() {
				t.Errorf("the list has a secret of %s", h.Name)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
	}
	for _, who := range []string{"viewer", "operator", "elsewhere", "none", "system"} {
		if _, err := b.Office.View(as(who)).Hooks(b.ctx); who != "elsewhere" {
			b.refused(err, office.Forbidden)
		}
	}
	_, err = b.Office.View(as("rivers")).Hook(b.ctx, "whole")
	b.refused(err, office.Forbidden, "for the whole office")
}

func TestAddHookRefuses(t *testing.T) {
	b := setup(t)
	_, err := b.AddHook(b.ctx, office.NewHook{Name: "A b", URL: "http://h.example/?s3cret", Types: []string{"nonsense"}}, ann())
	r := b.refused(err, office.Invalid, "nonsense", "send.sent")
	if len(r.Problems) != 3 || strings.Contains(r.Error(), "s3cret") {
		t.Errorf("refused for %+v", r.Problems)
	}
	n := newHook("h")
	n.Department = "Nowhere"
	_, err = b.AddHook(b.ctx, n, ann())
	b.refused(err, office.NotFound, "Nowhere")
	for i := range hooks.MaxHooks {
		_, err := b.AddHook(b.ctx, newHook(fmt.Sprintf("h%d", i)), ann())
		b.no(err)
	}
	_, err = b.AddHook(b.ctx, newHook("h0"), ann())
	b.refused(err, office.Conflict, "50 hooks")
	b.no(b.DropHook(b.ctx, "h1", ann()))
	_, err = b.AddHook(b.ctx, newHook("h0"), ann())
	b.refused(err, office.Conflict, "called h0 already")
}

// What is decided about hooks is recorded, with no secret and no path.
func TestDecisionsAboutHooks(t *testing.T) {
	b := setup(t)
	made, err := b.AddHook(b.ctx, newHook("h"), ann())
	b.no(err)
	rotated, err := b.RotateHook(b.ctx, "h", time.Hour, ann())
	b.no(err)
	if made.Secret.Reveal() == rotated.Secret.Reveal() || !strings.HasPrefix(rotated.Secret.Reveal(), "whsec_") {
		t.Error("the secret is the same")
	}
	b.no(b.ResendHookSince(b.ctx, "h", time.Unix(0, 0), ann()))
	b.no(b.DisableHook(b.ctx, "h", "it is being moved", ann()))
	b.refused(b.DisableHook(b.ctx, "h", "", ann()), office.Conflict, "already")
	b.refused(b.ResendHook(b.ctx, "h", "evt_1", ann()), office.Conflict, "is disabled", "hook enable h")
	b.refused(b.ResendHookSince(b.ctx, "h", time.Unix(0, 0), ann()), office.Conflict, "is disabled")
	b.no(b.EnableHook(b.ctx, "h", ann()))
	b.refused(b.EnableHook(b.ctx, "h", ann()), office.Conflict, "already")
	b.refused(b.ResendHook(b.ctx, "h", "evt_\n1", ann()), office.NotFound, "hook deliveries h")
	b.refused(b.ResendHookSince(b.ctx, "h", time.Now().Add(time.Hour), ann()), office.Invalid, "to come")
	for _, overlap := range []time.Duration{-1, hooks.MaxOverlap + 1} {
		_, err := b.RotateHook(b.ctx, "h", overlap, ann())
		b.refused(err, office.Invalid, "out of range")
	}
	for _, overlap := range []time.Duration{0, hooks.MaxOverlap} {
		_, err := b.RotateHook(b.ctx, "h", overlap, ann())
		b.no(err)
	}
	b.no(b.DropHook(b.ctx, "h", ann()))
	got := b.strings("SELECT body ->> 'mode' FROM ledger_entries WHERE kind = 'hook.changed' ORDER BY seq")
	want := []string{
		"added for https://h.example:443", "given another secret", "told again from 1970-01-01T00:00:00Z on", "disabled", "enabled",
		"given another secret", "given another secret", "dropped",
	}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %q", got)
	}
	for _, body := range b.strings("SELECT body FROM ledger_entries") {
		if strings.Contains(body, "s3cret") || strings.Contains(body, "whsec_") {
			t.Errorf("recorded %s", body)
		}
	}
}

// prober answers every trial alike.
type prober struct{ hook hooks.Hook }

func (p *prober) Try(_ context.Context, h hooks.Hook) hooks.Answer {
	p.hook = h
	return hooks.Answer{Status: 204}
}

func TestTestHook(t *testing.T) {
	b := setup(t)
	made, err := b.AddHook(b.ctx, newHook("h"), ann())
	b.no(err)
	b.no(b.DisableHook(b.ctx, "h", "", ann()))
	_, err = b.TestHook(b.ctx, "h", ann())
	b.refused(err, office.Conflict, "running daemon")
	p := &prober{}
	b.settings.Prober = p
	b.renew()
	got, err := b.TestHook(b.ctx, "h", ann())
	if err != nil || !got.OK() || p.hook.Secret.Reveal() != made.Secret.Reveal() {
		t.Errorf("got %+v, %v; signed with the hook's own secret: %t", got, err, p.hook.Secret.Reveal() == made.Secret.Reveal())
	}
}

// A hook that does not answer is disabled once, and those who look after it are
// told.
func TestHookFailed(t *testing.T) {
	b := setup(t)
	p := &postman{}
	b.settings.Teller = p
	b.renew()
	b.no(b.AddDepartment(b.ctx, "Roads", ann()))
	for name, department := range map[string]string{"ann": people.Everywhere, "road": "Roads", "river": "Rivers"} {
		b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error {
			return t.PutPerson(people.Person{Name: name, FullName: fullName(name), Email: name + "@example.org", Kind: people.Human})
		}))
		b.hireWith(name, department)
	}
	n := newHook("h")
	n.Department = "Roads"
	_, err := b.AddHook(b.ctx, n, ann())
	b.no(err)
	b.no(b.HookGaveUp(b.ctx, "h", "evt_w_1"))
	b.no(b.HookFailed(b.ctx, "h", "the receiver answered 410"))
	b.no(b.HookFailed(b.ctx, "h", "again"))
	b.no(b.HookFailed(b.ctx, "none", "it was dropped"))
	b.no(b.HookGaveUp(b.ctx, "none", "evt_w_1"))
	if len(p.sent) != 2 || !strings.HasPrefix(p.sent[0], "[ann@example.org road@example.org] The hook h did not take") || !strings.Contains(p.sent[0], "hook resend h evt_w_1") ||
		!strings.HasPrefix(p.sent[1], "[ann@example.org road@example.org] Clarion disabled the hook h") || !strings.Contains(p.sent[1], "answered 410") {
		t.Errorf("told %q", p.sent)
	}
	h, err := b.Office.View(ann()).Hook(b.ctx, "h")
	if err != nil || h.Enabled() || h.Why != "the receiver answered 410" {
		t.Errorf("it is %+v, %v", h, err)
	}
	if got := b.strings("SELECT body FROM ledger_entries WHERE kind = 'hook.failed'"); len(got) != 1 || got[0] != `{"subject":"h","why":"the receiver answered 410"}` {
		t.Errorf("recorded %q", got)
	}
}

// hireWith gives somebody who is there the role of an administrator.
func (b *bundle) hireWith(name, department string) {
	b.Helper()
	b.no(b.store.Update(b.ctx, time.Now(), func(t *store.Tx) error { return t.SetGrants(name, department, []people.Role{people.Admin}) }))
}
