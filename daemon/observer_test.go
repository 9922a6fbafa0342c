package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/message"
)

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", path, got, want)
	}
}

// mask hides what differs from run to run.
func mask(text string) string {
	for _, m := range [][2]string{
		{`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`, `"TIME"`},
		{`"lateness_ms":\d+`, `"lateness_ms":N`},
		{`"digest":"[0-9a-f]{64}"`, `"digest":"DIGEST"`},
		{`"message":"[^"]+"`, `"message":"ID"`},
		{`urn:uuid:[0-9a-f-]{36}`, `urn:uuid:RANDOM`},
		{`/news/bridge-opens-[a-z0-9]+`, `/news/bridge-opens-RANDOM`},
	} {
		text = regexp.MustCompile(m[0]).ReplaceAllString(text, m[1])
	}
	return text
}

// TestSendLines holds the line of every outcome of an attempt against a golden
// file.
func TestSendLines(t *testing.T) {
	b := setup(t, usual)
	b.becomes(b.approve("web"), message.Released)
	b.becomes(b.approve("social"), message.Rehearsed)
	b.becomes(b.approve("wire"), message.Released)
	for _, c := range []struct {
		answers []error
		ends    message.State
	}{
		{[]error{&channels.Error{Class: channels.Temporary, Reason: "503 busy"}}, message.Released},
		{[]error{&channels.Error{Class: channels.Temporary, Reason: "503 busy"}, &channels.Error{Class: channels.Temporary, Reason: "503 still busy"}}, message.ReleasedWithOpen},
		{[]error{&channels.Error{Class: channels.RateLimited, Reason: "429 slow down"}}, message.Released},
		{[]error{&channels.Error{Class: channels.Permanent, Reason: "422 too rude"}}, message.ReleasedWithOpen},
		{[]error{errors.New("something with secrets")}, message.ReleasedWithOpen},
		{[]error{&channels.Error{Class: channels.NotBegun, Reason: "stopped in time"}}, message.Released},
	} {
		b.wire().answer(c.answers...)
		b.becomes(b.approve("wire"), c.ends)
	}
	b.no(b.stop())
	_, raw, _ := b.log.all(line{"event": "send"})
	golden(t, "attempts.jsonl", mask(strings.Join(raw, "")))
}

// TestStoppedLines holds the line of everything that the gate can say.
func TestStoppedLines(t *testing.T) {
	b := setup(t, usual)
	verdicts := []message.Verdict{
		{Act: message.HoldIt, Hold: message.HoldFreeze, Why: "everything is frozen"},
		{Act: message.Expire, Why: "its message expired"},
		{Act: message.Discard, Why: "its message is cancelled"},
		{Act: message.NotYet, Why: "its instant has not come"},
		{Act: message.Refuse, Why: "it is held"},
	}
	for _, v := range verdicts {
		b.observer.Stopped(message.Stopped{
			Send: 1, Message: "m1", Channel: "wire", Audiences: []string{"press", "public"}, Due: time.Now(), Verdict: v,
		})
	}
	_, raw, _ := b.log.all(line{"event": "send"})
	golden(t, "stopped.jsonl", mask(strings.Join(raw, "")))
}

// TestFreezeStopsASend goes the whole way from the button to the line.
func TestFreezeStopsASend(t *testing.T) {
	b := setup(t, usual)
	pressed, err := b.api("cat").Freeze(t.Context(), "wrong figures")
	b.no(err)
	if !pressed.Memory || !pressed.File || !pressed.Row {
		t.Errorf("frozen: %+v", pressed)
	}
	b.becomes(b.approve("web"), message.Held)
	b.logged(line{"event": "send", "level": "warn", "outcome": "held", "hold": "freeze", "mechanism": "web"})
	b.never(line{"event": "send", "outcome": "sent"})
}

// TestChannelPaused tells of a channel that is unusable.
func TestChannelPaused(t *testing.T) {
	b := setup(t, usual)
	b.wire().answer(&channels.Error{Class: channels.Unavailable, Reason: "the token has expired"})
	id := b.approve("wire")
	b.logged(line{"event": "channel_paused", "level": "error", "mechanism": "wire", "reason": "the token has expired"})
	b.logged(line{"event": "send", "outcome": "waiting", "class": "unavailable", "reason": "the token has expired"})
	b.no(b.api("cat").ResumeChannel(t.Context(), "wire"))
	b.becomes(id, message.Released)
}
