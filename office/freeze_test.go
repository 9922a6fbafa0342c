package office_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/freeze"
	"clarion/message"
	"clarion/office"
	"clarion/store"
)

// unwritable is a stop button whose file can't be written, since what should
// be its folder is a file.
func unwritable(t *testing.T) *freeze.Switch {
	t.Helper()
	parent := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(parent, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return freeze.New(parent)
}

func (b *bundle) rows(table string) int { return b.counts()[table] }

func TestFreezeReportsItsParts(t *testing.T) {
	b := setup(t)
	if state, err := b.FreezeState(b.ctx); err != nil || state.Frozen {
		t.Fatalf("frozen before anybody pressed: %+v, %v", state, err)
	}
	if p := b.Freeze(b.ctx, "wrong text", ann()); p != (office.Pressed{Memory: true, File: true, Row: true}) {
		t.Errorf("pressed %+v", p)
	}
	state, err := b.FreezeState(b.ctx)
	b.no(err)
	if !state.Frozen || state.By != "ann" || state.Reason != "wrong text" || state.At.IsZero() {
		t.Errorf("frozen %+v", state)
	}
	if file := string(read(t, filepath.Join(b.dir, freeze.FileName))); !strings.Contains(file, "ann") || !strings.Contains(file, "wrong text") {
		t.Errorf("the file says %q", file)
	}
	if p := b.Freeze(b.ctx, "once more", bob()); !p.Memory || !p.File || !p.Row || b.rows("freezes") != 1 {
		t.Errorf("pressed again: %+v", p)
	}
	if state, _ := b.FreezeState(b.ctx); state.By != "ann" {
		t.Errorf("the second press took the first one's place: %+v", state)
	}
}

// TestFreezeTakesAnybody works without a name and for a name that nobody has.
func TestFreezeTakesAnybody(t *testing.T) {
	for _, by := range []string{"", "mallory"} {
		t.Run(by, func(t *testing.T) {
			b := setup(t)
			if p := b.Freeze(b.ctx, "", as(by)); !p.Memory || !p.File || !p.Row {
				t.Errorf("pressed %+v", p)
			}
		})
	}
}

// TestFreezeTakesAfterTheCallerLeft does not depend on who waits for the
// answer.
func TestFreezeTakesAfterTheCallerLeft(t *testing.T) {
	b := setup(t)
	gone, leave := context.WithCancel(b.ctx)
	leave()
	if p := b.Freeze(gone, "", ann()); !p.Row {
		t.Errorf("pressed %+v", p)
	}
}

func TestFreezeWithoutTheFile(t *testing.T) {
	b := setup(t)
	b.stop = unwritable(t)
	o := b.reconfigured(func(*office.Settings) {})
	p := o.Freeze(b.ctx, "wrong text", ann())
	if !p.Memory || p.File || !p.Row || p.Says == "" {
		t.Errorf("pressed %+v", p)
	}
	if b.rows("freezes") != 1 {
		t.Error("there is no row")
	}
}

func TestFreezeWithoutTheRow(t *testing.T) {
	b := setup(t)
	broken, err := store.Open(b.ctx, t.TempDir())
	b.no(err)
	b.no(broken.Close())
	o := office.New(broken, b.queue, b.stop, b.settings)
	p := o.Freeze(b.ctx, "wrong text", ann())
	if !p.Memory || !p.File || p.Row || p.Says == "" {
		t.Errorf("pressed %+v", p)
	}
	if state, err := o.FreezeState(b.ctx); err == nil || !state.Frozen {
		t.Errorf("with the database gone: %+v, %v; want frozen and an error", state, err)
	}
}

func TestFreezeByMemoryAlone(t *testing.T) {
	b := setup(t)
	broken, err := store.Open(b.ctx, t.TempDir())
	b.no(err)
	b.no(broken.Close())
	stop := unwritable(t)
	p := office.New(broken, b.queue, stop, b.settings).Freeze(b.ctx, "", ann())
	if !p.Memory || p.File || p.Row || !strings.Contains(p.Says, "; ") {
		t.Errorf("pressed %+v, want two reasons", p)
	}
	if !stop.Frozen() {
		t.Error("memory is not frozen")
	}
}

// TestAdoptFreeze takes over what the file alone holds: deleting the file
// thaws nothing then.
func TestAdoptFreeze(t *testing.T) {
	b := setup(t)
	b.no(b.AdoptFreeze(b.ctx))
	if b.rows("freezes") != 0 {
		t.Fatal("a freeze that nobody pressed was adopted")
	}
	b.no(freeze.PressFile(b.dir, "with the daemon down"))
	b.no(b.AdoptFreeze(b.ctx))
	b.no(b.AdoptFreeze(b.ctx))
	if b.rows("freezes") != 1 {
		t.Fatalf("%d rows, want 1", b.rows("freezes"))
	}
	b.no(os.Remove(filepath.Join(b.dir, freeze.FileName)))
	if b.stop.Frozen() {
		t.Fatal("the file was not all that froze")
	}
	if state, err := b.FreezeState(b.ctx); err != nil || !state.Frozen {
		t.Errorf("thawed by deleting the file: %+v, %v", state, err)
	}
	id := b.approved()
	if claim := b.claim("web", soon()); len(claim.Opened) > 0 {
		t.Error("something was claimed under the row of a freeze")
	}
	b.wants(id, message.Held)
}

// TestThawTakesTwo clears all three parts; what came due stays held.
func TestThawTakesTwo(t *testing.T) {
	b := setup(t)
	_, err := b.Thaw(b.ctx, "", ann())
	b.refused(err, office.Conflict, "nothing is frozen")
	id := b.approved()
	b.holdByFreeze("web")
	b.wants(id, message.Held)
	for range 3 {
		decided, err := b.Thaw(b.ctx, "it is safe", ann())
		b.no(err)
		if decided.Done || !b.stop.Frozen() || b.rows("freezes") != 1 {
			t.Fatalf("ann alone thawed: %+v", decided)
		}
	}
	_, err = b.Thaw(b.ctx, "", as("mallory"))
	b.refused(err, office.Forbidden, "mallory")
	woken := b.queue.woken.Load()
	decided, err := b.Thaw(b.ctx, "it is safe", bob())
	b.no(err)
	if !decided.Done || decided.First != "ann" || b.stop.Frozen() || b.rows("freezes") != 0 || b.queue.woken.Load() == woken {
		t.Errorf("thawed by two: %+v, still frozen %t", decided, b.stop.Frozen())
	}
	if _, err := os.Lstat(filepath.Join(b.dir, freeze.FileName)); !os.IsNotExist(err) {
		t.Errorf("the file is there: %v", err)
	}
	b.wants(id, message.Held)
}

// TestThawOfOneFreezeIsNotOfTheNext forgets a first thaw when the freeze ended
// without a second.
func TestThawOfOneFreezeIsNotOfTheNext(t *testing.T) {
	b := setup(t)
	b.no(freeze.PressFile(b.dir, "with the daemon down"))
	_, err := b.Thaw(b.ctx, "", ann())
	b.no(err)
	b.no(os.Remove(filepath.Join(b.dir, freeze.FileName))) // there was no row
	b.Freeze(b.ctx, "another", cat())
	decided, err := b.Thaw(b.ctx, "", bob())
	b.no(err)
	if decided.Done {
		t.Errorf("thawed with a first of the freeze before: %+v", decided)
	}
}

// TestThawWhoseFileStays stays frozen and says so.
func TestThawWhoseFileStays(t *testing.T) {
	b := setup(t)
	b.no(os.MkdirAll(filepath.Join(b.dir, freeze.FileName, "full"), 0o700))
	_, err := b.Thaw(b.ctx, "", ann())
	b.no(err)
	if _, err = b.Thaw(b.ctx, "", bob()); err == nil || !strings.Contains(err.Error(), "stays frozen") {
		t.Errorf("got %v", err)
	}
	if state, err := b.FreezeState(b.ctx); err != nil || !state.Frozen {
		t.Errorf("state %+v, %v", state, err)
	}
}
