package web

import (
	"fmt"
	"testing"
	"time"
)

func TestSealed(t *testing.T) {
	t.Parallel()
	s, now := newSealer(), time.Now()
	text, err := seal(s, "held", now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if got, _, ok := unseal[string](s, text, now); !ok || got != "held" {
		t.Errorf("it gives %q, %v", got, ok)
	}
	for name, c := range map[string]struct {
		sealer *sealer
		text   string
		at     time.Time
	}{
		"over": {s, text, now.Add(time.Minute + time.Second)}, "another process": {newSealer(), text, now}, "cut": {s, text[:len(text)-4], now},
		"changed": {s, "A" + text[1:] + "AAAA", now}, "empty": {s, "", now}, "no base64": {s, "!", now},
	} {
		if got, _, ok := unseal[string](c.sealer, c.text, c.at); ok || got != "" {
			t.Errorf("%s: it gives %q", name, got)
		}
	}
}

func TestSpent(t *testing.T) {
	t.Parallel()
	s, now := newSpent(), time.Now()
	if !s.first("a", now, now) || s.first("a", now, now) {
		t.Error("it counts twice or never")
	}
	for i := range maxSpent - 1 {
		if !s.first(fmt.Sprint(i), now.Add(time.Hour), now) {
			t.Fatalf("%d does not count", i)
		}
	}
	if !s.first("b", now.Add(time.Hour), now.Add(time.Second)) { // in place of a, which is over
		t.Error("what is over is remembered")
	}
	if s.first("c", now.Add(time.Hour), now.Add(time.Second)) {
		t.Error("it counts although it can't be remembered")
	}
}
