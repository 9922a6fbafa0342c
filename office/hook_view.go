package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/hooks"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// DeliveryFilter narrows a list of deliveries.
type DeliveryFilter = store.DeliveryFilter

// HookDetail is a hook with what waits to be told again.
type HookDetail struct {
	hooks.Hook // without its secrets
	Waiting    int
	NextAt     time.Time // of what waits; zero if nothing does
}

// Hooks lists the hooks that somebody looks after.
func (v View) Hooks(ctx context.Context) ([]HookDetail, error) {
	who, err := v.who(ctx)
	if err != nil {
		return nil, err
	}
	if d := managesAny(who); d != nil {
		return nil, Refuse(Forbidden, d.Says, d.Try)
	}
	all, err := v.office.store.Hooks(ctx)
	if err != nil {
		return nil, err
	}
	seen := []HookDetail{}
	for _, h := range all {
		if who.May(people.ManageHooks, h.Department, time.Now()) != nil {
			continue
		}
		detail, err := v.office.hookDetail(ctx, h)
		if err != nil {
			return nil, err
		}
		seen = append(seen, detail)
	}
	return seen, nil
}

// managesAny denies whoever looks after the hooks of no department.
func managesAny(who people.Who) *people.Denial {
	denial := who.May(people.ManageHooks, "", time.Now())
	for _, g := range who.Person.Grants {
		if denial != nil && g.Department != people.Everywhere && who.May(people.ManageHooks, g.Department, time.Now()) == nil {
			return nil
		}
	}
	return denial
}

func (o *Office) hookDetail(ctx context.Context, h hooks.Hook) (HookDetail, error) {
	h.Secret, h.OldSecret = channels.Secret{}, channels.Secret{}
	waiting, next, err := o.store.HookWaiting(ctx, h.Name)
	return HookDetail{h, waiting, next}, err
}

// Hook shows one hook.
func (v View) Hook(ctx context.Context, name string) (HookDetail, error) {
	h, err := v.hook(ctx, name)
	if err != nil {
		return HookDetail{}, err
	}
	return v.office.hookDetail(ctx, h)
}

// hook gives a hook that somebody looks after.
func (v View) hook(ctx context.Context, name string) (hooks.Hook, error) {
	what := "hook " + message.Quote(name)
	who, err := v.who(ctx)
	if err != nil {
		return hooks.Hook{}, err
	}
	h, err := v.office.store.Hook(ctx, name)
	if err != nil {
		return h, missing(err, what, tryHooks)
	}
	if err := v.sees(ctx, h.Department, what, tryHooks); err != nil {
		return h, err
	}
	if d := who.May(people.ManageHooks, h.Department, time.Now()); d != nil {
		return h, Refuse(Forbidden, d.Says, d.Try)
	}
	return h, nil
}

// Deliveries lists what a hook was told in the last 30 days.
func (v View) Deliveries(ctx context.Context, name string, f DeliveryFilter) ([]hooks.Delivery, error) {
	if _, err := v.hook(ctx, name); err != nil {
		return nil, err
	}
	f.Limit = listLimit(f.Limit)
	return v.office.store.Deliveries(ctx, name, f)
}

// HookFailed disables a hook whose receiver does not answer, and tells those who
// look after it.
func (o *Office) HookFailed(ctx context.Context, name, why string) error {
	var n notice
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		h, err := t.Hook(name)
		if err == nil {
			err = t.DisableHook(name, why)
		}
		if errors.Is(err, store.ErrNotFound) { // somebody was faster
			return nil
		}
		if err != nil {
			return err
		}
		if n.to, err = keepers(t, h); err != nil {
			return err
		}
		n.subject = fmt.Sprintf("Clarion disabled the hook %s", name)
		n.text = fmt.Sprintf("The hook %s was disabled, and is told of nothing any more:\n\n%s\n\nMend the receiver, see whether it answers with\n\n  clarion hook test %s\n\nhave it told again with\n\n  clarion hook enable %s\n\nand of what it missed with\n\n  clarion hook resend %s --since TIME\n", name, why, name, name, name)
		return t.Record(ledger.HookFailed, ledger.AlarmBody{Subject: name, Why: why})
	})
	if err != nil {
		return fmt.Errorf("disable the hook %s: %w", name, err)
	}
	o.tell(n)
	return nil
}

// HookGaveUp tells those who look after a hook that it did not take an event,
// while it takes others.
func (o *Office) HookGaveUp(ctx context.Context, name, event string) error {
	var to []string
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		h, err := t.Hook(name)
		if err == nil {
			to, err = keepers(t, h)
		}
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("tell who looks after the hook %s: %w", name, err)
	}
	o.tell(notice{to, fmt.Sprintf("The hook %s did not take an event", name), fmt.Sprintf(
		"The hook %s takes events, but in three days did not take this one, which is given up:\n\n  %s\n\nLook at it with\n\n  clarion hook deliveries %s --state failed\n\nand have it told again with\n\n  clarion hook resend %s %s\n", name, event, name, name, event)})
	return nil
}

// keepers are the addresses of those who look after a hook.
func keepers(t *store.Tx, h hooks.Hook) ([]string, error) {
	return addresses(t, func(p people.Person) bool {
		return people.Who{Person: p}.May(people.ManageHooks, h.Department, t.Now()) == nil
	})
}
