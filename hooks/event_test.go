package hooks

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/ledger"
	"clarion/message"
)

var update = flag.Bool("update", false, "write the golden files anew")

// example is how an event of a type comes about.
type example struct {
	typ  Type
	says string
	kind ledger.Kind
	body any
}

var (
	due    = time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	toldOf = ledger.SendBody{Send: 41, Message: "m7d2kq5xw3a9ce", Audiences: []string{"press"}, Mechanism: "newsletter"}
)

func about(from, to message.State) ledger.MessageBody {
	return ledger.MessageBody{Message: "m7d2kq5xw3a9ce", Revision: 2, From: from, To: to, By: "aref", Reason: "aref", Why: "a phrase"}
}

func became(to message.SendState) ledger.SendBody {
	b := toldOf
	b.To, b.By, b.Reason = to, "aref", "aref"
	return b
}

// bare is of an entry that tells nothing but the state.
func bare(to message.State) ledger.MessageBody {
	return ledger.MessageBody{Message: "m7d2kq5xw3a9ce", To: to}
}

func tried(outcome message.SendState, class string) ledger.AttemptBody {
	return ledger.AttemptBody{
		Send: 40, Message: "m7d2kq5xw3a9ce", Audiences: []string{"public"}, Mechanism: "newsroom", Attempt: 1, Outcome: outcome, Class: class,
		Digest: strings.Repeat("5c", 32), Key: "urn:uuid:0", Due: due.UnixMilli(), Opened: due.UnixMilli(), Closed: due.Add(time.Second).UnixMilli(),
		RemoteID: "x1", RemoteURL: "https://news.example.org/news/bridge-opens-x1",
	}
}

func held(b ledger.SendBody) ledger.SendBody {
	b.Hold = message.HoldFreeze
	return b
}

// examples has one of every type, in the order of Types.
func examples() []example {
	whole := became(message.Sent)
	whole.Tally = message.Tally{message.Sent: 1204, message.Suppressed: 3}
	manual := about(message.Approved, message.Held)
	manual.Hold = message.HoldManual
	return []example{
		{MessageAdded, "A message was drafted.", ledger.MessageAdded, about("", message.Draft)},
		{MessageEdited, "A message was edited: it is a draft again, and every approval is void.", ledger.MessageEdited, about(message.Approved, message.Draft)},
		{MessageSubmitted, "A message was put up for approval.", ledger.MessageSubmitted, about(message.Draft, message.InReview)},
		{MessageApproved, "A message was approved by as many people as it takes. The first of two approvals is not told.", ledger.MessageApproved, about(message.InReview, message.Approved)},
		{MessageReturned, "A message went back to its authors.", ledger.MessageReturned, about(message.InReview, message.Draft)},
		{MessageHeld, "A message is held, by a person or by a rule. One that was under way goes on as `releasing`: its sends are held.", ledger.MessageHeld, manual},
		{MessageHoldReleased, "What was held goes on.", ledger.MessageReleased, about(message.Held, "")},
		{MessageEmergency, "A message was released in an emergency, without the usual approval.", ledger.MessageEmergency, about(message.InReview, message.Approved)},
		{MessageSettled, "The approval that an emergency owed was given.", ledger.DebtSettled, bare("")},
		{MessageReleased, "Every send of a message is closed, and at least one was sent.", ledger.MessageDone, bare(message.Released)},
		{MessageReleasedWithOpen, "Nothing of a message moves any more, and a send has failed or is unknown: a person must look.", ledger.MessageDone, bare(message.ReleasedWithOpen)},
		{MessageRehearsed, "Every send of a message is closed, and they were rehearsed: nothing left.", ledger.MessageDone, bare(message.Rehearsed)},
		{MessageCancelled, "A message was cancelled, or what of it had not started. In that case `state` is the one that it keeps.", ledger.MessageCancelled, about(message.Approved, message.Cancelled)},
		{MessageExpired, "A message expired before it began.", ledger.MessageExpired, bare("")},
		{SendSent, "A send was accepted by its destination, or was found there. Of one that addresses people: nothing of it moves any more. `tally` counts its recipients by state.", ledger.SendDone, whole},
		{SendFailed, "A send has failed: nothing was published. A person can retry it.", ledger.SendAttempt, tried(message.Failed, "permanent")},
		{SendUnknown, "Nobody knows whether a send was published. Clarion looks for it, or a person decides.", ledger.SendAttempt, tried(message.SendUnknown, "unknown")},
		{SendHeld, "A send is held while its message is under way.", ledger.SendHeld, held(toldOf)},
		{SendDropped, "A send was cancelled or suppressed before it began.", ledger.SendDropped, toldOf},
		{SendAbandoned, "A person gave up a send that had failed or was unknown.", ledger.SendRetried, became(message.Abandoned)},
		{ChannelPaused, "A channel was paused: by a person, or by Clarion, since it is unusable (`by_clarion`).", ledger.ChannelPaused, ledger.DecisionBody{Subject: "newsroom"}},
		{ChannelResumed, "A paused channel goes on.", ledger.ChannelResumed, ledger.DecisionBody{Subject: "newsroom", By: "aref"}},
		{ChannelMode, "A channel was switched to rehearsal, or live.", ledger.ChannelMode, ledger.DecisionBody{Subject: "newsroom", By: "aref", Mode: "rehearsal"}},
		{FreezePressed, "Everything is frozen: nothing more leaves.", ledger.Frozen, ledger.DecisionBody{By: "aref", Reason: "aref"}},
		{FreezeThawed, "The freeze has ended. What came due meanwhile stays held.", ledger.Thawed, ledger.DecisionBody{By: "aref", With: "aref"}},
		{AlarmDoubt, "Clarion gave up looking for an unknown send: a person must decide.", ledger.AlarmDoubt, became(message.SendUnknown)},
		{AlarmCredentials, "The credentials of a channel expire in 30, 14, 7, 3 days or one, or have expired.", ledger.AlarmCredentials, ledger.AlarmBody{Subject: "mastodon", Expires: due.Add(72 * time.Hour).UnixMilli()}},
		{AlarmHook, "A hook was disabled, since its receiver does not answer. Told to hooks of the whole office only.", ledger.HookFailed, ledger.AlarmBody{Subject: "dashboard", Why: "the receiver answered 410: it wants no more events"}},
	}
}

func entryOf(kind ledger.Kind, body any) Entry {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	e := Entry{Place: Place{1, 1207}, Writer: "wq3fz5r2t8b6ya", Title: "Bridge opens", Department: "Rivers", Due: due}
	e.Entry = ledger.Entry{Seq: 1207, At: due.Add(1500 * time.Millisecond), Kind: kind, Body: b}
	return e
}

const eventsPage = "../docs/webhook-events.md"

// TestEvents holds docs/webhook-events.md against what is told.
func TestEvents(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	page.WriteString("# Events\n\nEvery type of event that [a hook](webhooks.md) can be told of, with an example. This page is written from the program.\n")
	types := Types()
	for i, x := range examples() {
		if i >= len(types) || x.typ != types[i] {
			t.Fatalf("example %d is of %s", i, x.typ)
		}
		event, is, err := entryOf(x.kind, x.body).Event()
		if err != nil || !is || event.Type != x.typ {
			t.Fatalf("%s: got %s, %t, %v", x.typ, event.Type, is, err)
		}
		body, err := event.Body()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), "aref") || strings.Contains(string(body), "a phrase") {
			t.Errorf("%s tells who or why: %s", x.typ, body)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n```json\n%s\n```\n", x.typ, x.says, pretty.String())
	}
	if n := len(examples()); n != len(types) {
		t.Fatalf("there are %d types and %d examples", len(types), n)
	}
	if *update {
		if err := os.WriteFile(eventsPage, page.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(eventsPage)
	if err != nil || !bytes.Equal(want, page.Bytes()) {
		t.Errorf("%s is not what is told (%v); run go test ./hooks -run TestEvents -update", eventsPage, err)
	}
}

// What goes on by itself, is rehearsed, or is told otherwise, is no event.
func TestWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	rehearsal, run := tried(message.Sent, ""), tried(message.Sent, "")
	rehearsal.Rehearsal, run.Run = true, 1
	heldRun := held(toldOf)
	heldRun.Run = 1
	for name, e := range map[string]Entry{
		"waiting":               entryOf(ledger.SendAttempt, tried(message.Waiting, "temporary")),
		"not begun":             entryOf(ledger.SendAttempt, tried(message.Planned, "")),
		"rehearsed":             entryOf(ledger.SendAttempt, tried(message.SendRehearsed, "")),
		"a rehearsal":           entryOf(ledger.SendAttempt, rehearsal),
		"a rehearsal's run":     entryOf(ledger.SendAttempt, run),
		"held in a rehearsal":   entryOf(ledger.SendHeld, heldRun),
		"one of two approvals":  entryOf(ledger.MessageApproved, about(message.InReview, message.InReview)),
		"releasing":             entryOf(ledger.MessageDone, bare(message.Releasing)),
		"goes again":            entryOf(ledger.SendRetried, became(message.Planned)),
		"recovered and planned": entryOf(ledger.SendRecovered, became(message.Planned)),
		"a comment":             entryOf(ledger.MessageCommented, about("", "")),
		"an order to rehearse":  entryOf(ledger.MessageRehearsed, about("", "")),
		"a first decision":      entryOf(ledger.Countersigned, ledger.DecisionBody{Act: "thaw"}),
		"a person":              entryOf(ledger.PersonAdded, ledger.DecisionBody{Subject: "aref"}),
		"a hook":                entryOf(ledger.HookChanged, ledger.DecisionBody{Subject: "h"}),
		"a subscriber":          entryOf(ledger.Unsubscribed, ledger.UnsubscribedBody{Recipient: 7}),
		"candidates":            entryOf(ledger.SendCandidates, toldOf),
	} {
		if event, is, err := e.Event(); is || err != nil {
			t.Errorf("%s is told as %s, %v", name, event.Type, err)
		}
	}
	some := entryOf(ledger.SendResolved, became(message.Sent))
	if _, is, _ := some.Event(); !is {
		t.Error("a resolved send is not told")
	}
	some.Addressed = true
	if _, is, _ := some.Event(); is {
		t.Error("of a send that addresses people a part is told")
	}
	if _, _, err := (Entry{Writer: "w", Entry: ledger.Entry{Seq: 1, Kind: ledger.MessageAdded, Body: []byte("{")}}).Event(); err == nil {
		t.Error("what can't be read is no error")
	}
}

// States that depend on where the message was.
func TestStates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind     ledger.Kind
		from, to message.State
		want     message.State
	}{
		{ledger.MessageHeld, message.Approved, message.Held, message.Held},
		{ledger.MessageHeld, "", "", message.Held}, // by the gate
		{ledger.MessageHeld, message.Releasing, "", message.Releasing},
		{ledger.MessageReleased, message.Held, "", message.Approved},
		{ledger.MessageReleased, message.Releasing, "", message.Releasing},
		{ledger.MessageCancelled, message.Draft, message.Cancelled, message.Cancelled},
		{ledger.MessageCancelled, message.Releasing, "", message.Releasing},
		{ledger.MessageDone, "", message.Cancelled, message.Cancelled},
	} {
		event, _, _ := entryOf(test.kind, about(test.from, test.to)).Event()
		if d, _ := event.Data.(MessageData); d.State != test.want {
			t.Errorf("%s from %q to %q: got %q, want %q", test.kind, test.from, test.to, d.State, test.want)
		}
	}
}

// An entry is the same event whenever it is read.
func TestIDIsTheEntrys(t *testing.T) {
	t.Parallel()
	e := entryOf(ledger.MessageAdded, about("", ""))
	first, _, _ := e.Event()
	e.Title, e.Department = "Another", "Roads"
	second, _, _ := e.Event()
	if first.ID != "evt_wq3fz5r2t8b6ya_1207" || second.ID != first.ID {
		t.Errorf("got %s and %s", first.ID, second.ID)
	}
}

// Whatever is told is bounded, and is JSON that says what it should.
func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := tried(message.Failed, "permanent")
		b.Audiences = rapid.SliceOfN(rapid.StringN(0, 40, -1), 0, message.MaxAudiences).Draw(t, "audiences")
		b.RemoteURL = strings.Repeat(rapid.StringN(1, 1, -1).Draw(t, "url"), rapid.IntRange(0, 5_000).Draw(t, "times"))
		e := entryOf(ledger.SendAttempt, b)
		e.Title = strings.Repeat(rapid.StringN(1, 1, -1).Draw(t, "title"), rapid.IntRange(0, message.MaxTitle).Draw(t, "long"))
		event, _, err := e.Event()
		if err != nil {
			t.Fatal(err)
		}
		body, err := event.Body()
		if err != nil || len(body) > MaxBody || !json.Valid(body) {
			t.Fatalf("%d bytes, %v: %s", len(body), err, body)
		}
	})
}

// What fits is told whole; what does not by a byte is shortened.
func TestBodyUpToItsLimit(t *testing.T) {
	t.Parallel()
	of := func(n int) ([]byte, SendData) {
		b := tried(message.Sent, "")
		b.RemoteURL = strings.Repeat("x", n)
		event, _, _ := entryOf(ledger.SendAttempt, b).Event()
		body, err := event.Body()
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Data SendData }
		_ = json.Unmarshal(body, &got)
		return body, got.Data
	}
	bare, _ := of(1)
	room := MaxBody - len(bare) + 1
	for _, n := range []int{room - 1, room} {
		if body, d := of(n); len(d.RemoteURL) != n || len(body) > MaxBody {
			t.Errorf("%d: %d of it in %d bytes", n, len(d.RemoteURL), len(body))
		}
	}
	if _, d := of(room + 1); len([]rune(d.RemoteURL)) != maxShortText {
		t.Errorf("one more: %d are left", len(d.RemoteURL))
	}
	if _, err := (Event{Data: strings.Repeat("x", MaxBody)}).Body(); err == nil {
		t.Error("what can't be shortened is told")
	}
}
