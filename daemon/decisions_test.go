package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/freeze"
)

// TestDecisionsAreLogged lets people decide about everything at once and about
// channels.
func TestDecisionsAreLogged(t *testing.T) {
	b := setup(t, usual)
	const words = "telling words"
	cat, ann := b.api("cat"), b.api("ann")
	b.no(cat.PauseChannel(t.Context(), "wire", words))
	b.no(cat.ResumeChannel(t.Context(), "wire"))
	b.no(ann.RehearseChannel(t.Context(), "wire", true))
	b.no(ann.RehearseChannel(t.Context(), "wire", false))
	_, err := cat.Freeze(t.Context(), words)
	b.no(err)
	for _, by := range []string{"ann", "cat"} {
		_, err := b.api(by).Thaw(t.Context(), words)
		b.no(err)
	}
	b.no(b.stop())
	var all []string
	for _, event := range []string{"channel", "freeze", "thaw"} {
		_, raw, _ := b.log.all(line{"event": event})
		all = append(all, raw...)
	}
	golden(t, "decisions.jsonl", strings.Join(all, ""))
	if strings.Contains(b.log.String(), words) {
		t.Error("the log holds people's words")
	}
}

// TestRefusedDecisionsAreNotLogged: nothing was decided.
func TestRefusedDecisionsAreNotLogged(t *testing.T) {
	b := setup(t, usual)
	if err := b.api("").PauseChannel(t.Context(), "wire", ""); err == nil || !strings.Contains(err.Error(), "not signed in") {
		t.Errorf("somebody who is not signed in paused a channel: %v", err)
	}
	if err := b.api("").With("none").PauseChannel(t.Context(), "wire", ""); err == nil || !strings.Contains(err.Error(), "does not hold") {
		t.Errorf("somebody with a made-up key paused a channel: %v", err)
	}
	if err := b.api("cat").PauseChannel(t.Context(), "absent", ""); err == nil {
		t.Error("an unknown channel was paused")
	}
	if _, err := b.api("cat").Thaw(t.Context(), ""); err == nil {
		t.Error("thawed what is not frozen")
	}
	for _, event := range []string{"channel", "thaw"} {
		b.never(line{"event": event})
	}
}

// TestLongNames are cut: anyone may freeze, under any name.
func TestLongNames(t *testing.T) {
	for _, n := range []int{maxWho - 1, maxWho, maxWho + 1} {
		t.Run("", func(t *testing.T) {
			b := setup(t, usual)
			if pressed := b.office.Freeze(t.Context(), "", as(strings.Repeat("n", n))); !pressed.Row {
				t.Errorf("pressed %+v", pressed)
			}
			got := b.logged(line{"event": "freeze"})
			if by, _ := got["by"].(string); len(by) != min(n, maxWho) {
				t.Errorf("a name of %d bytes is logged with %d", n, len(by))
			}
		})
	}
}

// TestAdoptedFreeze takes over the file at the start and says so; it stays
// frozen when the file is deleted.
func TestAdoptedFreeze(t *testing.T) {
	b := prepare(t, usual)
	b.no(os.MkdirAll(b.dir, 0o700))
	b.no(freeze.PressFile(b.dir, "by hand"))
	b.no(b.tryStart())
	b.logged(line{"event": "freeze", "level": "warn", "adopted": true})
	b.no(b.stop())
	b.no(os.Remove(filepath.Join(b.dir, freeze.FileName)))
	b.start()
	b.logged(line{"event": "freeze", "level": "warn", "adopted": false})
	state, err := b.api("").Frozen(t.Context())
	b.no(err)
	if !state.Frozen {
		t.Error("deleting the file thawed")
	}
}
