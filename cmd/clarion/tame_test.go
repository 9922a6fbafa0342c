package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"

	"clarion/api"
	"clarion/config"
)

// evil is what a terminal obeys: colours, titles, the cursor, a bell, and the
// same in one byte of eight bits and as a character.
const evil = "\x1b[31m\x1b]0;title\x07\x1b[2J\rover\b\b\x7f\u009b31m\u0085\x00 end"

func obeyed(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) })
}

func TestNothingIsObeyed(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	c := &cli{out: tame{&out}, errs: tame{&errs}, began: true}
	if err := c.result(nil, "it says %s", evil); err != nil {
		t.Fatal(err)
	}
	tab := table{}
	tab.row("NAME", evil)
	if err := c.table(tab); err != nil {
		t.Fatal(err)
	}
	c.complain(errors.New("the server answered " + evil))
	c.complain(&api.Error{Detail: evil, Try: evil})
	c.complain(config.Faults{{File: evil, Says: evil, Try: evil}})
	for _, got := range []string{out.String(), errs.String()} {
		if obeyed(got) || !strings.Contains(got, "end") || strings.Count(got, "\n") < 2 {
			t.Errorf("written as %q", got)
		}
	}
}

// JSON means the same and is obeyed no more.
func TestJSONIsNotObeyed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := (&cli{out: tame{&out}}).object(map[string]string{"title": evil + "é\u2028"}); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back["title"] != evil+"é\u2028" || obeyed(out.String()) {
		t.Errorf("%q reads as %q, %v", &out, back["title"], err)
	}
}

func TestTame(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a\r\nb\tc\n": "a\nb\tc\n", "a\rb": "a b", "é👩‍🔧\n": "é👩‍🔧\n", "\x9b31m": "\ufffd31m", "": ""} {
		var out bytes.Buffer
		n, err := tame{&out}.Write([]byte(in))
		if n != len(in) || err != nil || out.String() != want {
			t.Errorf("%q is %q, %d, %v", in, &out, n, err)
		}
	}
	var out bytes.Buffer
	if (&cli{out: tame{&out}}).verbatim() != &out {
		t.Error("a file does not get the bytes as they are")
	}
	if asItIs(tame{&out}) != &out || asItIs(&out) != &out {
		t.Error("what is beneath is something else")
	}
}

// TestLogIsNotForged writes what it is told in every place of a line, in both
// forms.
func TestLogIsNotForged(t *testing.T) {
	t.Parallel()
	const forged = evil + "\n2027-01-01T00:00:00Z INF forged event=approved\n{\"event\":\"forged\"}\u2028"
	for _, format := range []string{"json", "text"} {
		var out bytes.Buffer
		log := logger(config.Log{Level: "info", Format: format}, &out)
		log.Error().Err(errors.New(forged)).Str("title", forged).Strs("audiences", []string{forged}).Any("any", map[string]string{forged: forged}).Str("event", forged).Msg(forged)
		if strings.Count(out.String(), "\n") != 1 || obeyed(out.String()) {
			t.Errorf("%s: %q", format, &out)
		}
	}
}
