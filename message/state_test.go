package message

import (
	"flag"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file) // a golden file of this test
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%swant\n%s", file, got, want)
	}
}

// matrix writes every pair: a row for each state, with the states it may go to.
func matrix[S ~string](states []S, can func(from, to S) bool) string {
	var b strings.Builder
	for _, from := range states {
		b.WriteString(string(from) + ":")
		for _, to := range states {
			if can(from, to) {
				b.WriteString(" " + string(to))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestEveryPairOfStates(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/states.golden", matrix(States(), State.Can))
}

func TestEveryPairOfSendStates(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/send-states.golden", matrix(SendStates(), SendState.Can))
}

func TestUnknownStatesGoNowhere(t *testing.T) {
	t.Parallel()
	for _, s := range States() {
		if State("").Can(s) || s.Can("") || State("other").Can(s) || s.Can("other") {
			t.Errorf("an unknown state goes to or comes from %s", s)
		}
	}
	for _, s := range SendStates() {
		if SendState("").Can(s) || s.Can("") || SendState("other").Can(s) || s.Can("other") {
			t.Errorf("an unknown state of a send goes to or comes from %s", s)
		}
	}
	if State("other").Editable() || SendState("other").Closed() || SendState("other").Open() {
		t.Error("an unknown state is editable, closed or open")
	}
}

func TestEditable(t *testing.T) {
	t.Parallel()
	for _, s := range States() {
		// An edit goes to draft, so what is editable can, and the other way round.
		if want := s == Draft || s.Can(Draft); s.Editable() != want {
			t.Errorf("%s: editable %v, want %v", s, s.Editable(), want)
		}
	}
}

func TestClosedAndOpenSends(t *testing.T) {
	t.Parallel()
	for _, s := range SendStates() {
		leads := false
		for _, to := range SendStates() {
			leads = leads || s.Can(to)
		}
		if s.Closed() == leads {
			t.Errorf("%s: closed %v, but leads further %v", s, s.Closed(), leads)
		}
		if s.Open() != (s == Failed || s == SendUnknown) {
			t.Errorf("%s: open %v", s, s.Open())
		}
	}
}

// TestNothingUnknownIsRepeated holds rule 2: from unknown and sent nothing
// leads to a further attempt by itself.
func TestNothingUnknownIsRepeated(t *testing.T) {
	t.Parallel()
	for _, from := range []SendState{SendUnknown, Sent, Failed, Abandoned} {
		for _, to := range []SendState{Claimed, Sending, Waiting} {
			if from.Can(to) {
				t.Errorf("%s leads to %s without a person", from, to)
			}
		}
	}
}

func TestTallyMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tally Tally
		want  State
	}{
		{nil, Cancelled},
		{Tally{Sent: 0, Planned: 0}, Cancelled},
		{Tally{Planned: 1, Sent: 9}, Releasing},
		{Tally{Claimed: 1, Failed: 1}, Releasing},
		{Tally{Sending: 1}, Releasing},
		{Tally{Waiting: 1, Failed: 3}, Releasing},
		{Tally{SendHeld: 1, Sent: 1}, Releasing},
		{Tally{"other": 1, Sent: 1}, Releasing},
		{Tally{Failed: 1, Sent: 5}, ReleasedWithOpen},
		{Tally{SendUnknown: 1, SendRehearsed: 1}, ReleasedWithOpen},
		{Tally{Failed: 1}, ReleasedWithOpen},
		{Tally{Sent: 1, SendCancelled: 2, Abandoned: 1, Suppressed: 1, SendRehearsed: 1}, Released},
		{Tally{SendRehearsed: 1, SendCancelled: 1, Suppressed: 1}, Rehearsed},
		{Tally{SendCancelled: 1}, Cancelled},
		{Tally{Suppressed: 1}, Cancelled},
		{Tally{Abandoned: 1}, Cancelled},
	}
	for _, tt := range tests {
		if got := tt.tally.Message(); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.tally, got, tt.want)
		}
	}
}

func TestTallySend(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tally Tally
		want  SendState
	}{
		{nil, Suppressed},
		{Tally{Planned: 1, Sent: 9}, Sending},
		{Tally{SendHeld: 1, Failed: 1}, Sending},
		{Tally{Waiting: 1}, Sending},
		{Tally{SendUnknown: 1, Failed: 2, Sent: 3}, SendUnknown},
		{Tally{Failed: 1, Sent: 3}, Failed},
		{Tally{Sent: 1, Abandoned: 5, SendCancelled: 5, Suppressed: 5, SendRehearsed: 1}, Sent},
		{Tally{SendRehearsed: 1, Abandoned: 1}, SendRehearsed},
		{Tally{Abandoned: 1, SendCancelled: 1, Suppressed: 1}, Abandoned},
		{Tally{SendCancelled: 1, Suppressed: 1}, SendCancelled},
		{Tally{Suppressed: 1}, Suppressed},
	}
	for _, tt := range tests {
		if got := tt.tally.Send(); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.tally, got, tt.want)
		}
	}
}

func drawTally() *rapid.Generator[Tally] {
	return rapid.Custom(func(t *rapid.T) Tally {
		tally := Tally{}
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			tally[rapid.SampledFrom(SendStates()).Draw(t, "state")]++
		}
		return tally
	})
}

// TestTallyProperties holds that a rolled-up state never claims more than the
// counts bear out.
func TestTallyProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tally := drawTally().Draw(t, "tally")
		moving := tally[Planned] + tally[Claimed] + tally[Sending] + tally[Waiting] + tally[SendHeld]
		open := tally[Failed] + tally[SendUnknown]
		closed := tally[Sent] + tally[SendRehearsed] + tally[Suppressed] + tally[SendCancelled] + tally[Abandoned]
		if tally.Total() != moving+open+closed {
			t.Fatalf("total %d", tally.Total())
		}
		m, s := tally.Message(), tally.Send()
		if (m == Releasing) != (moving > 0) || (s == Sending) != (moving > 0) {
			t.Fatalf("with %d moving: %s, %s", moving, m, s)
		}
		if m == Released && (tally[Sent] == 0 || open > 0) || s == Sent && (tally[Sent] == 0 || open > 0) {
			t.Fatalf("with %d sent, %d open: %s, %s", tally[Sent], open, m, s)
		}
		if moving == 0 && (m == ReleasedWithOpen) != (open > 0) || moving == 0 && s.Open() != (open > 0) {
			t.Fatalf("with %d open: %s, %s", open, m, s)
		}
	})
}

func TestPeople(t *testing.T) {
	t.Parallel()
	for reason, want := range map[HoldReason]int{
		HoldFreeze: 2, HoldBlackout: 2, HoldRestored: 2, HoldAudienceDrift: 2, HoldChannelChanged: 2,
		HoldLate: 1, HoldPreflight: 1, HoldGate: 1, HoldOrder: 1, HoldZoneChanged: 1, HoldManual: 1,
		HoldBytesChanged: 0, "": 0, "other": 0,
	} {
		if got := reason.People(); got != want {
			t.Errorf("%q: %d people, want %d", reason, got, want)
		}
	}
}
