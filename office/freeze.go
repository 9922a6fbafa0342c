package office

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"clarion/freeze"
	"clarion/ledger"
	"clarion/people"
	"clarion/store"
)

// Pressed tells which parts of a freeze took. Any one of them freezes
// everything.
type Pressed struct {
	Memory bool   `json:"memory"`
	File   bool   `json:"file"`
	Row    bool   `json:"row"`
	Says   string `json:"says,omitempty"` // why a part did not take
}

// Freeze stops everything: memory first, then the file, then the row. Anyone
// may press, and it works without a name, with the disk full, with the
// database locked and after whoever pressed has gone away.
func (o *Office) Freeze(ctx context.Context, reason string, by Actor) Pressed {
	pressed, who := Pressed{Memory: true}, cmp.Or(by.Name, freeze.Somebody)
	if err := o.freezer.Press(fmt.Sprintf("%s frozen by %s: %s", time.Now().UTC().Format(time.RFC3339), who, reason)); err != nil {
		pressed.Says = err.Error()
	} else {
		pressed.File = true
	}
	if err := o.freezeRow(ctx, reason, by); err != nil {
		pressed.Says = joinSays(pressed.Says, err.Error())
	} else {
		pressed.Row = true
	}
	o.settings.Watcher.Froze(who, pressed)
	return pressed
}

func joinSays(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func (o *Office) freezeRow(ctx context.Context, reason string, by Actor) error {
	return o.store.Update(context.WithoutCancel(ctx), time.Now(), func(t *store.Tx) error {
		fresh, err := t.SetFreeze(by.Name, reason)
		if err != nil || !fresh {
			return err
		}
		if err := t.ForgetCountersign(actThaw, everything); err != nil { // of a freeze that ended without a thaw
			return err
		}
		return Record(t, ledger.Frozen, by, reason, ledger.DecisionBody{})
	})
}

// MayFreezeFromAfar refuses whoever holds no role, and a token that only reads: a
// key that leaked from a dashboard must not stop an office. On the machine itself
// anyone may.
func (v View) MayFreezeFromAfar(ctx context.Context) error {
	if v.by.Token != nil && v.by.Token.Scope == people.ScopeRead {
		return Refuse(Forbidden, "a token that only reads can't freeze", "use one with a wider scope, or sign in")
	}
	return v.may(ctx, people.ReadMessages)
}

// AdoptFreeze takes over a freeze that the file alone holds, as after pressing
// with the daemon down, so that deleting the file thaws nothing.
func (o *Office) AdoptFreeze(ctx context.Context) error {
	if !o.freezer.Frozen() {
		return nil
	}
	return o.freezeRow(ctx, "the file FREEZE was there", Actor{})
}

// FreezeState is whether everything is frozen, by whom and why.
type FreezeState struct {
	Frozen bool
	By     string
	Reason string
	At     time.Time
}

// FreezeState tells whether everything is frozen.
func (o *Office) FreezeState(ctx context.Context) (FreezeState, error) {
	row, there, err := o.store.Freeze(ctx)
	if err != nil {
		return FreezeState{Frozen: true}, err
	}
	return FreezeState{Frozen: there || o.freezer.Frozen(), By: row.By, Reason: row.Reason, At: row.At}, nil
}

// Thaw ends a freeze: it takes two different people. What came due meanwhile
// stays held.
func (o *Office) Thaw(ctx context.Context, reason string, by Actor) (Decided, error) {
	var decided Decided
	err := o.decide(ctx, by, people.ThawAll, "", func(t *store.Tx) error {
		_, there, err := o.store.Freeze(ctx)
		if err != nil {
			return err
		}
		if !there && !o.freezer.Frozen() {
			return Refuse(Conflict, "nothing is frozen", "")
		}
		decided, err = together(t, 2, act{name: actThaw, subject: everything, reason: reason, by: by, may: func(name string) error {
			return Allowed(t, Actor{Name: name}, people.ThawAll, "")
		}})
		if err != nil || !decided.Done {
			return err
		}
		if err := t.ClearFreeze(); err != nil {
			return err
		}
		first, err := t.Tie(decided.First)
		if err != nil {
			return err
		}
		return Record(t, ledger.Thawed, by, reason, ledger.DecisionBody{With: first})
	})
	if err != nil {
		return Decided{}, fmt.Errorf("thaw: %w", err)
	}
	if decided.Done {
		if err := o.freezer.Clear(); err != nil {
			return Decided{}, fmt.Errorf("thaw: %w", err)
		}
		o.queue.Wake()
	}
	if !decided.Already {
		o.settings.Watcher.Thawed(by.Name, decided.Done)
	}
	return decided, nil
}
