package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/message"
)

func TestOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain": "plain", "a\nb\tc": "a b c", "\x1b[31mred": " [31mred", "a\u2028b": "a b", "é ☃": "é ☃", "👩‍🔧": "👩‍🔧",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "abcd": "abcd", "abcde": "abcde", "abcdef": "abcd…", "ééééé": "ééééé", "éééééé": "éééé…", "👩‍🔧👩‍🔧👩‍🔧👩‍🔧👩‍🔧": "👩‍🔧👩‍🔧👩‍🔧👩‍🔧👩‍🔧", "👩‍🔧👩‍🔧👩‍🔧👩‍🔧👩‍🔧👩‍🔧": "👩‍🔧👩‍🔧👩‍🔧👩‍🔧…"} {
		if got := short(in, 5); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for want, c := range map[string][2]string{
		"in review": {"in_review", ""}, "held: freeze": {"held", "freeze"}, "sending, held: manual": {"sending", "manual"},
	} {
		if got := words(c[0], c[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPartlyHeld(t *testing.T) {
	t.Parallel()
	held := func(hold string, run int) api.Send { return api.Send{State: "held", Hold: hold, Run: run} }
	for want, c := range map[string]struct {
		m     api.Message
		sends []api.Send
	}{
		"releasing":                           {api.Message{State: "releasing"}, []api.Send{{State: "sent"}, held("late", 1)}},
		"releasing, some held (freeze, late)": {api.Message{State: "releasing"}, []api.Send{held("late", 0), held("freeze", 0), held("late", 0)}},
		"held: manual":                        {api.Message{State: "held", Hold: "manual"}, []api.Send{held("late", 0)}},
	} {
		if got := partlyHeld(c.m, c.sends); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSettled(t *testing.T) {
	t.Parallel()
	mail, post := api.Send{ID: 1, Addressed: true}, api.Send{ID: 2}
	for want, got := range map[string]string{
		"1 recipient of send 1 will be tried again.":   settled(mail, 1, message.Planned),
		"2 recipients of send 1 are recorded as sent.": settled(mail, 2, message.Sent),
		"1 recipient of send 1 is given up.":           settled(mail, 1, message.Abandoned),
		"send 2 will be tried again.":                  settled(post, 1, message.Planned),
		"send 2 is recorded as sent.":                  settled(post, 1, message.Sent),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPlainUsage(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`required flag(s) "reason" not set`:                                                     "--reason is missing",
		`required flag(s) "digest", "reason" not set`:                                           "--digest, --reason are missing",
		"unknown flag: --x\n\nUsage":                                                            "unknown flag: --x",
		"at least one of the flags in the group [a b] is required":                              "one of --a, --b is needed",
		"if any flags in the group [a b] are set none of the others can be; [a b] were all set": "--a, --b can't go together",
	} {
		if got := plainUsage(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	const total = 500
	for limit, want := range map[int][]int{
		1: {1}, 200: {200}, 201: {200, 1}, 500: {200, 200, 100}, 9999: {200, 200, 200}, 0: {200, 200, 200},
	} {
		var asked []int
		given := 0
		got, err := pages(limit, func(n int) ([]int, bool, error) {
			asked = append(asked, n)
			page := make([]int, min(n, total-given))
			given += len(page)
			return page, given < total, nil
		})
		if err != nil || !slices.Equal(asked, want) {
			t.Errorf("limit %d asked for %v, %v, want %v", limit, asked, err, want)
		}
		if most := min(total, max(limit, total*(1-min(limit, 1)))); len(got) != most {
			t.Errorf("limit %d gave %d, want %d", limit, len(got), most)
		}
	}
	if _, err := pages(-1, func(int) ([]int, bool, error) { return nil, false, nil }); err == nil {
		t.Error("a negative limit passed")
	}
	broken := errors.New("broken")
	if _, err := pages(5, func(int) ([]int, bool, error) { return nil, true, broken }); !errors.Is(err, broken) {
		t.Errorf("a broken page gave %v", err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		began  bool
		err    error
		status int
		says   string
	}{
		"done":     {true, nil, 0, ""},
		"said":     {true, errSaid, 1, ""},
		"failed":   {true, errors.New("it broke; mend it"), 1, "clarion: it broke; mend it\n"},
		"refused":  {true, &api.Error{Detail: "no", Try: "wait"}, 1, "clarion: no; wait\n"},
		"misused":  {true, misused("not %s", "so"), 2, "clarion: not so; see `verb --help`\n"},
		"not read": {false, errors.New("unknown flag\n\nDid you mean this?"), 2, "clarion: unknown flag; see `verb --help`\n"},
	} {
		var errs bytes.Buffer
		cli := &cli{errs: &errs, began: c.began}
		if status := cli.report(&cobra.Command{Use: "verb"}, c.err); status != c.status || errs.String() != c.says {
			t.Errorf("%s: status %d, %q", name, status, &errs)
		}
	}
}

func TestDestination(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]api.Destination{
		"-": {}, "me@example.org": {Sender: "me@example.org"}, "host": {Endpoint: "host"}, "me": {Account: "me"}, "me at host": {Endpoint: "host", Account: "me"},
	} {
		if got := destination(d); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTableKeepsRowsTogether(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := &cli{out: &out}
	tab := table{}
	tab.row("NAME", "TITLE")
	tab.row("a", "one\ntwo")
	tab.row("bb", "")
	if err := c.table(tab); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got != 3 {
		t.Errorf("%d lines:\n%s", got, &out)
	}
}
