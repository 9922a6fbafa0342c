package hooks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/receiver"
	"clarion/ledger"
	"clarion/message"
)

func TestParseTypes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		words          []string
		types, unknown int
	}{
		{nil, 0, 0},
		{[]string{"send.sent", "send.sent"}, 1, 0},
		{[]string{"send.failed", "send.*"}, 6, 0},
		{[]string{"*"}, len(Types()), 0},
		{[]string{"send*", "sends.*", "", ".*", "SEND.SENT", "hook.test", "message.added "}, 0, 7},
		{[]string{"freeze.*", "nonsense"}, 2, 1},
	} {
		types, unknown := ParseTypes(test.words)
		if len(types) != test.types || len(unknown) != test.unknown {
			t.Errorf("%q: got %v, %v", test.words, types, unknown)
		}
	}
	if types, _ := ParseTypes([]string{"send.failed", "message.added"}); !slices.Equal(types, []Type{MessageAdded, SendFailed}) {
		t.Errorf("got %v", types)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const good = "https://h.example/hooks"
	address := func(n int) string { return good + strings.Repeat("x", n-len(good)) }
	for _, test := range []struct {
		name, url string
		types     []string
		fields    string
	}{
		{"dashboard-2", good, []string{"*"}, ""},
		{strings.Repeat("a", 40), address(MaxAddress), []string{"*"}, ""},
		{strings.Repeat("a", 41), address(MaxAddress + 1), []string{"*"}, "name url"},
		{"", "", nil, "name url types"},
		{"A", "http://h.example/", []string{"send.sent", "x\ny"}, "name url types"},
		{"a\n", "https://u:p@h.example/", []string{"*"}, "name url"},
	} {
		var fields []string
		for _, f := range Check(test.name, test.url, test.types) {
			fields = append(fields, f.Field)
			if f.Says == "" || f.Try == "" || strings.Contains(f.Says+f.Try, "\n") {
				t.Errorf("%q: %+v", test.name, f)
			}
		}
		if got := strings.Join(fields, " "); got != test.fields {
			t.Errorf("%q, %q: got %q, want %q", test.name, test.url, got, test.fields)
		}
	}
}

// Who is told of what.
func TestWants(t *testing.T) {
	t.Parallel()
	ours := Event{Type: MessageAdded, Department: "Rivers"}
	office := Event{Type: FreezePressed, Everyone: true}
	admins := Event{Type: AlarmHook}
	for _, test := range []struct {
		types, department string
		event             Event
		want              bool
	}{
		{"message.*", "", ours, true}, {"message.*", "Rivers", ours, true}, {"message.*", "Roads", ours, false}, {"send.*", "Rivers", ours, false},
		{"freeze.*", "", office, true}, {"freeze.*", "Roads", office, true}, {"message.*", "Roads", office, false},
		{"alarm.*", "", admins, true}, {"alarm.*", "Roads", admins, false},
	} {
		types, _ := ParseTypes([]string{test.types})
		if got := (Hook{Types: types, Department: test.department}).Wants(test.event); got != test.want {
			t.Errorf("%s of %q, %s: got %t", test.types, test.department, test.event.Type, got)
		}
	}
}

// A hook looks at every kind of entry of which an event of its may come.
func TestKindsCoverTypes(t *testing.T) {
	t.Parallel()
	for _, x := range examples() {
		if h := (Hook{Types: []Type{x.typ}}); !slices.Contains(h.Kinds(), x.kind) {
			t.Errorf("%s does not look at %s", x.typ, x.kind)
		}
	}
	outcomes := message.SendStates()
	for _, kind := range []ledger.Kind{ledger.SendAttempt, ledger.SendDone, ledger.SendFound, ledger.SendResolved, ledger.SendRetried, ledger.SendRecovered} {
		for _, to := range outcomes {
			body := any(became(to))
			if kind == ledger.SendAttempt {
				body = tried(to, "")
			}
			event, is, err := entryOf(kind, body).Event()
			reachable := kind != ledger.SendRecovered && to != message.SendHeld && to != message.SendCancelled && to != message.Suppressed ||
				kind == ledger.SendDone && to != message.SendHeld || kind == ledger.SendAttempt && to == message.SendHeld || kind == ledger.SendRecovered && to == message.SendUnknown
			if err != nil || is && reachable && !slices.Contains((Hook{Types: []Type{event.Type}}).Kinds(), kind) {
				t.Errorf("%s of %s: %s is not looked at there, %v", to, kind, event.Type, err)
			}
		}
	}
}

func TestSigners(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	h := Hook{Name: "h", Secret: receiver.NewSecret(), OldSecret: receiver.NewSecret(), OldUntil: now}
	for at, want := range map[time.Time]int{now.Add(-time.Millisecond): 2, now: 1, now.Add(time.Hour): 1} {
		list, err := h.Signers(at)
		if err != nil || len(list) != want {
			t.Errorf("%s: %d sign, %v", at, len(list), err)
		}
	}
	h.Secret = channels.NewSecret("whsec_s3cret")
	if _, err := h.Signers(now); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", h, h, h); strings.Contains(text, "s3cret") {
		t.Errorf("it prints its secret: %s", text)
	}
}

// An event is told ten times in about three days.
func TestSchedule(t *testing.T) {
	t.Parallel()
	start := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	d, now := Delivery{}, start
	for i := range MaxAttempts {
		d = d.After(Answer{Status: 500, Says: "answered 500", Took: time.Second, Began: now})
		if d.Attempts != i+1 || d.FirstAt != start || d.LastAt != now {
			t.Fatalf("%d: got %+v", i, d)
		}
		if d.Attempts == MaxAttempts {
			break
		}
		least := now.Add(time.Second + waits()[i])
		if d.State != Waiting || d.NextAt.Before(least) || d.NextAt.After(least.Add(waits()[i]/spread)) {
			t.Fatalf("%d: got %+v, want %s or a little later", i, d, least)
		}
		now = d.NextAt
	}
	if d.State != Failed || !d.NextAt.IsZero() {
		t.Errorf("at last %+v", d)
	}
	if took := now.Sub(start); took < 75*time.Hour || took > 84*time.Hour {
		t.Errorf("it was told for %s", took)
	}
	if len(waits()) != MaxAttempts-1 {
		t.Errorf("%d waits", len(waits()))
	}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	for status, want := range map[int]State{199: Waiting, 200: Delivered, 204: Delivered, 299: Delivered, 300: Waiting, 404: Waiting, 410: Failed, 429: Waiting, 500: Waiting, 0: Waiting} {
		if got := (Delivery{}).After(Answer{Status: status, Began: now}); got.State != want || (want == Waiting) == got.NextAt.IsZero() {
			t.Errorf("%d: got %+v", status, got)
		}
	}
	late := now.Add(time.Hour)
	if got := (Delivery{}).After(Answer{Status: 429, Began: now, Until: late}); got.NextAt != late {
		t.Errorf("asked to wait an hour: got %s", got.NextAt)
	}
	if got := (Delivery{}).After(Answer{Status: 429, Began: now, Until: now.Add(time.Second)}); got.NextAt.Before(now.Add(5 * time.Second)) {
		t.Errorf("asked to wait a second: got %s", got.NextAt)
	}
}
