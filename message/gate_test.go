package message

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func noon() time.Time { return time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC) }

// passing is facts with which a send goes at noon.
func passing() Facts {
	return Facts{
		Message: Approved, Send: Planned, RevisionCurrent: true, ApprovedDigest: "d", CurrentDigest: "d",
		Due: noon(), LateLimit: time.Minute, ApprovedFor: "f", Current: "f",
		ApprovedMode: Live, CurrentMode: Live, ChannelAvailable: true,
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	rehearsal := func(f *Facts) { *f = Facts{Rehearsal: true, Send: Planned, ChannelAvailable: true, Due: noon()} }
	late := func(f *Facts) { f.Due = noon().Add(-time.Minute - time.Nanosecond) }
	tests := []struct {
		name   string
		change func(*Facts)
		act    Act
		hold   HoldReason
		why    string
	}{
		{"as it is", func(*Facts) {}, Pass, "", ""},
		{"releasing", func(f *Facts) { f.Message = Releasing }, Pass, "", ""},
		{"a retry by a person", func(f *Facts) { f.Message = ReleasedWithOpen }, Pass, "", ""},
		{"waiting", func(f *Facts) { f.Send = Waiting }, Pass, "", ""},
		{"claimed", func(f *Facts) { f.Send = Claimed }, Pass, "", ""},
		{"an addressed send under way", func(f *Facts) { f.Send = Sending }, Pass, "", ""},
		{"too early", func(f *Facts) { f.Due = noon().Add(1) }, NotYet, "", "its instant has not come"},
		{"frozen", func(f *Facts) { f.Frozen = true }, HoldIt, HoldFreeze, "everything is frozen"},
		{"frozen, in rehearsal", func(f *Facts) { rehearsal(f); f.Frozen = true }, HoldIt, HoldFreeze, "everything is frozen"},
		{"no channel", func(f *Facts) { f.ChannelAvailable = false }, HoldIt, HoldChannelChanged, "the channel is no longer configured"},
		{"a rehearsal", rehearsal, Pass, "", ""},
		{"a rehearsal too early", func(f *Facts) { rehearsal(f); f.Due = noon().Add(1) }, NotYet, "", "its instant has not come"},
		{"a held rehearsal", func(f *Facts) { rehearsal(f); f.SendHold = true }, Refuse, "", "it is held"},
		{"a rehearsal that was held", func(f *Facts) { rehearsal(f); f.Send = SendHeld }, Refuse, "", "it is held"},
		{"a closed rehearsal", func(f *Facts) { rehearsal(f); f.Send = SendRehearsed }, Refuse, "", "it is neither planned nor under way"},
		{"held as a message", func(f *Facts) { f.Message = Held }, Refuse, "", "its message is held"},
		{"held as a send", func(f *Facts) { f.Send = SendHeld }, Refuse, "", "it is held"},
		{"held by flag", func(f *Facts) { f.SendHold = true }, Refuse, "", "it is held"},
		{"in review", func(f *Facts) { f.Message = InReview }, Discard, "", "its message is in_review"},
		{"another revision", func(f *Facts) { f.RevisionCurrent = false }, Discard, "", "its revision is not the current one"},
		{"no approval", func(f *Facts) { f.ApprovedDigest = "" }, HoldIt, HoldBytesChanged, "what is stored is not what was approved"},
		{"no digest at all", func(f *Facts) { f.ApprovedDigest, f.CurrentDigest = "", "" }, HoldIt, HoldBytesChanged, "what is stored is not what was approved"},
		{"other bytes", func(f *Facts) { f.CurrentDigest = "e" }, HoldIt, HoldBytesChanged, "what is stored is not what was approved"},
		{"another destination", func(f *Facts) { f.Current = "g" }, HoldIt, HoldChannelChanged, "the channel's destination is not the approved one"},
		{"no destination", func(f *Facts) { f.Current, f.ApprovedFor = "", "" }, HoldIt, HoldChannelChanged, "the channel's destination is not the approved one"},
		{"approved for rehearsal", func(f *Facts) { f.ApprovedMode = Rehearsal }, HoldIt, HoldChannelChanged, "the channel was not approved to go live"},
		{"approved for nothing", func(f *Facts) { f.ApprovedMode = "" }, HoldIt, HoldChannelChanged, "the channel was not approved to go live"},
		{"no mode", func(f *Facts) { f.CurrentMode = "" }, HoldIt, HoldChannelChanged, "the channel was not approved to go live"},
		{"switched to rehearsal", func(f *Facts) { f.CurrentMode = Rehearsal }, Pass, "", ""},
		{"rehearsal as approved", func(f *Facts) { f.ApprovedMode, f.CurrentMode = Rehearsal, Rehearsal }, Pass, "", ""},
		{"no instant", func(f *Facts) { f.Due, f.Late = time.Time{}, true }, Refuse, "", "it has no instant"},
		{"expires later", func(f *Facts) { f.Expires = noon().Add(1) }, Pass, "", ""},
		{"expires now", func(f *Facts) { f.Expires = noon() }, Expire, "", "its message expired"},
		{"late at the limit", func(f *Facts) { f.Due = noon().Add(-time.Minute) }, Pass, "", ""},
		{"late over it", late, HoldIt, HoldLate, "it is later than its message allows"},
		{"late and released", func(f *Facts) { late(f); f.Late = true }, Pass, "", ""},
		{"late but a retry", func(f *Facts) { late(f); f.Attempts = 1 }, Pass, "", ""},
		{"a retry, expired", func(f *Facts) { f.Attempts, f.Expires = 1, noon() }, Expire, "", "its message expired"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := passing()
			tt.change(&f)
			if got, want := Decide(f, noon()), (Verdict{tt.act, tt.hold, tt.why}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestOnlyLivingStatesPass(t *testing.T) {
	t.Parallel()
	for _, s := range append(States(), "", "other") {
		f := passing()
		f.Message = s
		want := s == Approved || s == Releasing || s == ReleasedWithOpen
		if got := Decide(f, noon()); (got.Act == Pass) != want {
			t.Errorf("message %q: %+v", s, got)
		}
	}
	for _, s := range append(SendStates(), "", "other") {
		for _, rehearsal := range []bool{false, true} {
			f := passing()
			f.Send, f.Rehearsal = s, rehearsal
			want := s == Planned || s == Waiting || s == Claimed || s == Sending
			if got := Decide(f, noon()); (got.Act == Pass) != want {
				t.Errorf("send %q, rehearsal %v: %+v", s, rehearsal, got)
			}
		}
	}
}

func TestZeroFactsNeverPass(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "now"), 0)
		if v := Decide(Facts{}, now); v.Act == Pass {
			t.Fatalf("at %s: %+v", now, v)
		}
	})
}

// drawPassing gives facts that pass, as far from each other as can be.
func drawPassing(t *rapid.T) Facts {
	f := passing()
	f.Message = rapid.SampledFrom([]State{Approved, Releasing, ReleasedWithOpen}).Draw(t, "message")
	f.Send = rapid.SampledFrom([]SendState{Planned, Waiting, Claimed, Sending}).Draw(t, "send")
	f.CurrentMode = rapid.SampledFrom([]Mode{Live, Rehearsal}).Draw(t, "mode")
	f.Attempts = rapid.IntRange(0, 3).Draw(t, "attempts")
	f.Late = rapid.Bool().Draw(t, "late")
	f.Due = noon().Add(-time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "since")))
	if rapid.Bool().Draw(t, "expires") {
		f.Expires = noon().Add(time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "until")))
	}
	return f
}

// wrongs is every fact turned in the direction that must stop a live send.
func wrongs() map[string]func(*Facts) {
	return map[string]func(*Facts){
		"held message":     func(f *Facts) { f.Message = Held },
		"expired message":  func(f *Facts) { f.Message = Expired },
		"no state":         func(f *Facts) { f.Message = "" },
		"held send":        func(f *Facts) { f.Send = SendHeld },
		"sent already":     func(f *Facts) { f.Send = Sent },
		"unknown":          func(f *Facts) { f.Send = SendUnknown },
		"no send state":    func(f *Facts) { f.Send = "" },
		"held by flag":     func(f *Facts) { f.SendHold = true },
		"old revision":     func(f *Facts) { f.RevisionCurrent = false },
		"no approval":      func(f *Facts) { f.ApprovedDigest = "" },
		"another approval": func(f *Facts) { f.ApprovedDigest += "x" },
		"other bytes":      func(f *Facts) { f.CurrentDigest += "x" },
		"frozen":           func(f *Facts) { f.Frozen = true },
		"too early":        func(f *Facts) { f.Due = noon().Add(1) },
		"too late":         func(f *Facts) { f.Due, f.Late, f.Attempts = noon().Add(-time.Hour), false, 0 },
		"no instant":       func(f *Facts) { f.Due = time.Time{} },
		"no late limit":    func(f *Facts) { f.Due, f.LateLimit, f.Late, f.Attempts = noon().Add(-1), 0, false, 0 },
		"expired":          func(f *Facts) { f.Expires = noon() },
		"not approved for": func(f *Facts) { f.ApprovedFor = "" },
		"elsewhere":        func(f *Facts) { f.Current += "x" },
		"live unapproved":  func(f *Facts) { f.ApprovedMode, f.CurrentMode = Rehearsal, Live },
		"no mode":          func(f *Facts) { f.CurrentMode = "" },
		"no channel":       func(f *Facts) { f.ChannelAvailable = false },
	}
}

func TestOneWrongFactStopsASend(t *testing.T) {
	t.Parallel()
	for name, turn := range wrongs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				f := drawPassing(t)
				if v := Decide(f, noon()); v.Act != Pass || v.Hold != "" {
					t.Fatalf("before the turn: %+v", v)
				}
				turn(&f)
				v := Decide(f, noon())
				if v.Act == Pass || v.Why == "" || strings.HasSuffix(v.Why, " is ") != (f.Message == "") {
					t.Fatalf("got %+v", v)
				}
				if (v.Act == HoldIt) != (v.Hold != "") {
					t.Fatalf("held without a reason, or a reason without a hold: %+v", v)
				}
			})
		})
	}
}
