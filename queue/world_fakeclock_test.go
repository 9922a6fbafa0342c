//go:build !race

package queue_test

// What lives with a real SQLite on a fake clock runs without the race detector:
// the two together crash Go's runtime (1.26) now and then, where it fires a
// timer of the bubble while a thread returns from C. `make test` runs these
// apart. The same code runs under the detector in every other test.

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// inBubble runs one round of a property on a fake clock of its own.
func inBubble(t *testing.T, rt *rapid.T, round func(*rapid.T)) {
	var failed any // rapid ends a round by a panic, which must not leave its goroutine
	synctest.Test(t, func(*testing.T) {
		defer func() { failed = recover() }()
		round(rt)
	})
	if failed != nil {
		panic(failed)
	}
}

func TestFakeClockAnOfficeThroughARandomTime(t *testing.T) {
	t.Parallel()
	root, n := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		inBubble(t, rt, func(rt *rapid.T) { throughARandomTime(rt, fmt.Sprintf("%s/%d", root, n)) })
	})
}

func throughARandomTime(rt *rapid.T, dir string) {
	w := newWorld(rt, dir, rapid.Uint64().Draw(rt, "seed"))
	defer func() {
		_ = w.halt(time.Hour) // again, where all went well
		w.no(w.Close())
	}()
	rt.Repeat(map[string]func(*rapid.T){
		"plan": func(rt *rapid.T) {
			due := time.Now().Add(time.Duration(rapid.IntRange(-1, 8).Draw(rt, "in")) * time.Second)
			w.plan(rapid.IntRange(1, 4).Draw(rt, "messages"), due, w.to[:rapid.IntRange(1, 3).Draw(rt, "channels")]...)
			w.engine.Wake()
		},
		"pass": func(rt *rapid.T) { pass(time.Duration(rapid.IntRange(0, 4_000).Draw(rt, "ms")) * time.Millisecond) },
		"rush": func(rt *rapid.T) {
			time.Sleep(time.Duration(rapid.IntRange(0, 1_500).Draw(rt, "ms")) * time.Millisecond)
		},
		"freeze":  func(rt *rapid.T) { w.stop.press(rapid.IntRange(0, 2).Draw(rt, "on") == 0); w.engine.Wake() },
		"decide":  w.decides,
		"replace": w.replaces,
		"release": func(*rapid.T) { w.releaseAll(); w.engine.Wake() },
		"disk":    func(rt *rapid.T) { w.disk.full.Store(rapid.IntRange(0, 2).Draw(rt, "full") == 0) },
		"restart": func(*rapid.T) { w.restart() },
		"crash":   func(*rapid.T) { w.crash() },
	})
	w.settleDown()
	w.check()
}
