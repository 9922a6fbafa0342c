package web

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/api"
	"clarion/channels"
	"clarion/message"
	"clarion/office"
)

func TestDecimal(t *testing.T) {
	t.Parallel()
	for millionths, want := range map[int64]string{
		0: "0", 1: "0.000001", 15_000: "0.015", 200_000: "0.2", 999_999: "0.999999", 1_000_000: "1", 1_000_001: "1.000001",
		12_340_000: "12.34", 100_000_000: "100", -15_000: "-0.015", -1_000_000: "-1",
	} {
		if got := decimal(millionths); got != want {
			t.Errorf("%d millionths are %q, want %q", millionths, got, want)
		}
	}
}

// A decimal read again is what it was written of.
func TestDecimalIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64Range(-1<<53, 1<<53).Draw(t, "millionths")
		text, got, sign, seen, places := decimal(want), int64(0), int64(1), false, 0
		for _, r := range text {
			switch r {
			case '-':
				sign = -1
			case '.':
				seen = true
			default:
				got = 10*got + int64(r-'0')
				if seen {
					places++
				}
			}
		}
		for ; places < 6; places++ {
			got *= 10
		}
		if sign*got != want {
			t.Errorf("%q is read as %d, not %d", text, sign*got, want)
		}
	})
}

func TestEvidenceShape(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 5, 1, 9, 0, 0, 0, time.UTC)
	var out api.SendDetail
	evidenceOf(office.Evidence{
		Steps: []message.Step{{Name: "post/1", Value: "77", Cost: 15_000, At: at}},
		Looks: []message.Seen{{At: at, Verdict: "absent", Evidence: "none is it", NextAt: at.Add(time.Hour)}},
	}, &out)
	if out.Steps[0] != (api.Step{Name: "post/1", Value: "77", Cost: "0.015", At: api.At(at)}) || out.Looks[0].NextAt != api.At(at.Add(time.Hour)) || out.Looks[0].Evidence != "none is it" {
		t.Errorf("shaped %+v", out)
	}
	look := message.Look{At: at, Verdict: channels.Found, To: message.Sent, Evidence: "there"}
	if got := lookOf(look); got != (api.Look{At: api.At(at), Verdict: "found", Evidence: "there", State: "sent"}) {
		t.Errorf("shaped %+v", got)
	}
	look.Failed = true
	if got := lookOf(look).Verdict; got != "" {
		t.Errorf("a look that failed has the verdict %q", got)
	}
}
