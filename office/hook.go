package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clarion/channels/receiver"
	"clarion/fetch"
	"clarion/hooks"
	"clarion/ledger"
	"clarion/message"
	"clarion/people"
	"clarion/store"
)

// Prober tells a hook of nothing but the trial.
type Prober interface {
	Try(ctx context.Context, h hooks.Hook) hooks.Answer
}

// NewHook is a hook as it is asked for.
type NewHook struct {
	Name       string
	URL        string
	Types      []string // or families, such as send.*
	Department string   // empty: every one
}

const tryHooks = "`clarion hook list` shows them"

// AddHook adds a hook, and gives it with its secret, which nobody is shown
// again.
func (o *Office) AddHook(ctx context.Context, n NewHook, by Actor) (hooks.Hook, error) {
	if faults := hooks.Check(n.Name, n.URL, n.Types); len(faults) > 0 {
		return hooks.Hook{}, badHook(faults)
	}
	h := hooks.Hook{Name: n.Name, URL: n.URL, Department: n.Department, Secret: receiver.NewSecret(), CreatedAt: time.Now()}
	h.Types, _ = hooks.ParseTypes(n.Types)
	err := o.decide(ctx, by, people.ManageHooks, n.Department, func(t *store.Tx) error {
		if err := addable(t, h); err != nil {
			return err
		}
		if err := recordHook(t, h, fmt.Sprintf("added for %s", fetch.Origin(h.URL)), "", by); err != nil {
			return err
		}
		return t.InsertHook(h)
	})
	if err != nil {
		return hooks.Hook{}, fmt.Errorf("add the hook %s: %w", n.Name, err)
	}
	return h, nil
}

func badHook(faults []hooks.Fault) error {
	r := &Refusal{Says: "this is no hook"}
	for _, f := range faults {
		r.Problems = append(r.Problems, Problem{channelProblem: channelProblem{Field: f.Field, Says: f.Says, Try: f.Try}})
	}
	return r
}

// addable refuses a hook that is there already, of a department that is not, or
// one too many.
func addable(t *store.Tx, h hooks.Hook) error {
	all, err := t.Hooks()
	if err != nil {
		return err
	}
	if len(all) >= hooks.MaxHooks {
		return Refuse(Conflict, fmt.Sprintf("there are %d hooks, the limit", len(all)), "drop one that nobody needs")
	}
	for _, other := range all {
		if other.Name == h.Name {
			return Refuse(Conflict, fmt.Sprintf("there is a hook called %s already", h.Name), "choose another name, or drop that one")
		}
	}
	if h.Department == "" {
		return nil
	}
	there, err := t.HasDepartment(h.Department)
	if err == nil && !there {
		err = noDepartment(h.Department)
	}
	return err
}

func recordHook(t *store.Tx, h hooks.Hook, what, reason string, by Actor) error {
	return Record(t, ledger.HookChanged, by, reason, ledger.DecisionBody{Subject: h.Name, Mode: what})
}

// onHook runs a use case about a hook. Whoever may not see its department is
// told that there is no such hook.
func (o *Office) onHook(ctx context.Context, by Actor, name string, change func(*store.Tx, hooks.Hook) error) error {
	err := o.store.Update(ctx, time.Now(), func(t *store.Tx) error {
		if err := Allowed(t, by, people.ReadMessages, ""); err != nil {
			return err
		}
		h, err := t.Hook(name)
		if err != nil {
			return missing(err, "hook "+message.Quote(name), tryHooks)
		}
		if err := mayOn(t, by, people.ManageHooks, h.Department, "hook "+message.Quote(name), tryHooks); err != nil {
			return err
		}
		return change(t, h)
	})
	if err != nil {
		return fmt.Errorf("decide about the hook %s: %w", message.Quote(name), err)
	}
	return nil
}

// RotateHook gives a hook another secret. The one before signs as well for an
// overlap, so that the receiver can be given the new one in time.
func (o *Office) RotateHook(ctx context.Context, name string, overlap time.Duration, by Actor) (hooks.Hook, error) {
	if overlap < 0 || overlap > hooks.MaxOverlap {
		return hooks.Hook{}, Refuse(Invalid, fmt.Sprintf("an overlap of %s is out of range", overlap), "choose one from 0s to 720h")
	}
	var rotated hooks.Hook
	err := o.onHook(ctx, by, name, func(t *store.Tx, h hooks.Hook) error {
		rotated = h
		rotated.Secret, rotated.OldUntil = receiver.NewSecret(), time.Time{}
		if overlap > 0 {
			rotated.OldUntil = t.Now().Add(overlap)
		}
		if err := t.SetHookSecret(name, rotated.Secret, rotated.OldUntil); err != nil {
			return err
		}
		return recordHook(t, h, "given another secret", "", by)
	})
	return rotated, err
}

// EnableHook has a hook told again, of what happens from now on.
func (o *Office) EnableHook(ctx context.Context, name string, by Actor) error {
	return o.onHook(ctx, by, name, func(t *store.Tx, h hooks.Hook) error {
		if err := recordHook(t, h, "enabled", "", by); err != nil {
			return err
		}
		err := t.EnableHook(name)
		if errors.Is(err, store.ErrNotFound) {
			return Refuse(Conflict, fmt.Sprintf("the hook %s is enabled already", name), "")
		}
		return err
	})
}

// DisableHook has a hook told no more.
func (o *Office) DisableHook(ctx context.Context, name, reason string, by Actor) error {
	return o.onHook(ctx, by, name, func(t *store.Tx, h hooks.Hook) error {
		err := t.DisableHook(name, "a person disabled it")
		if errors.Is(err, store.ErrNotFound) {
			return Refuse(Conflict, fmt.Sprintf("the hook %s is disabled already", name), "")
		}
		if err != nil {
			return err
		}
		return recordHook(t, h, "disabled", reason, by)
	})
}

// DropHook takes a hook away.
func (o *Office) DropHook(ctx context.Context, name string, by Actor) error {
	return o.onHook(ctx, by, name, func(t *store.Tx, h hooks.Hook) error {
		if err := t.DeleteHook(name); err != nil {
			return err
		}
		return recordHook(t, h, "dropped", "", by)
	})
}

// ResendHook has a hook told of an event once more.
func (o *Office) ResendHook(ctx context.Context, name, event string, by Actor) error {
	return o.onHook(ctx, by, name, func(t *store.Tx, h hooks.Hook) error {
		if err := told(h); err != nil {
			return err
		}
		err := t.ResendHook(name, event)
		if errors.Is(err, store.ErrNotFound) {
			return Refuse(NotFound, fmt.Sprintf("the hook %s was told of no event %s in the last 30 days", name, message.Quote(event)), fmt.Sprintf("`clarion hook deliveries %s` shows them", name))
		}
		if err != nil {
			return err
		}
		return recordHook(t, h, "told again of "+event, "", by)
	})
}

// ResendHookSince has a hook told once more of all that happened since an
// instant, what it was never told of included.
func (o *Office) ResendHookSince(ctx context.Context, name string, since time.Time, by Actor) error {
	return o.onHook(ctx, by, name, func(t *store.Tx, h hooks.Hook) error {
		if err := told(h); err != nil {
			return err
		}
		if !since.Before(t.Now()) {
			return Refuse(Invalid, "nothing has happened since an instant to come", "name one that has passed")
		}
		err := t.RewindHook(name, since)
		if errors.Is(err, store.ErrNotFound) {
			return Refuse(Conflict, "nothing has happened since then", "")
		}
		if err != nil {
			return err
		}
		return recordHook(t, h, "told again from "+since.UTC().Format(time.RFC3339)+" on", "", by)
	})
}

// told refuses to tell a hook that is disabled.
func told(h hooks.Hook) error {
	if h.Enabled() {
		return nil
	}
	return Refuse(Conflict, fmt.Sprintf("the hook %s is disabled: %s", h.Name, h.Why), fmt.Sprintf("enable it with `clarion hook enable %s`", h.Name))
}

// TestHook tells a hook of nothing but the trial, whether it is enabled or not.
func (o *Office) TestHook(ctx context.Context, name string, by Actor) (hooks.Answer, error) {
	h, err := o.View(by).hook(ctx, name)
	if err != nil {
		return hooks.Answer{}, err
	}
	if o.settings.Prober == nil {
		return hooks.Answer{}, Refuse(Conflict, "only a running daemon tells hooks", "start it with `clarion serve`")
	}
	return o.settings.Prober.Try(ctx, h), nil
}
