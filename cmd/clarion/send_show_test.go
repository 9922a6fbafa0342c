package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"clarion/api"
)

func inDoubt() api.SendDetail {
	at := func(s string) api.Time {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		return api.At(t)
	}
	return api.SendDetail{
		Send: api.Send{
			ID: 12, Message: "m7pw6xggqs4ane", Title: "Bridge opens", Audience: []string{"public"}, Mechanism: "mastodon", State: "unknown",
			Attempts: 1, Class: "unknown", Reason: "the connection was lost before the answer", ScheduledFor: at("2027-05-01T09:00:00Z"), Digest: "b0355a7f",
		},
		Tries: []api.Attempt{{
			ID: 1, Number: 1, OpenedAt: at("2027-05-01T09:00:00Z"), ClosedAt: at("2027-05-01T09:00:01Z"), Outcome: "unknown",
			Class: "unknown", Reason: "the connection was lost before the answer",
		}},
		Steps: []api.Step{{Name: "post/1", Value: "114", Cost: "0.015", At: at("2027-05-01T09:00:01Z")}},
		Looks: []api.Look{
			{At: at("2027-05-01T09:00:06Z"), Verdict: "cannot-tell", Evidence: "none of the 12 newest posts of @office has this text; it may yet appear"},
			{At: at("2027-05-01T09:00:21Z"), Evidence: "it could not look: 502 Bad Gateway"},
		},
		NextLook: at("2027-05-01T09:01:21Z"),
		Advice:   "Clarion looks for it by itself; `clarion send look 12` looks now",
	}
}

func shown(t *testing.T, d api.SendDetail) string {
	t.Helper()
	var out bytes.Buffer
	if err := (&cli{out: &out}).showSend(d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestShowAnUnknownSend shows steps, looks with their evidence, and what comes
// next.
func TestShowAnUnknownSend(t *testing.T) {
	t.Parallel()
	got := shown(t, inDoubt())
	for _, want := range []string{
		"\nNext look", "\nTo do          Clarion looks for it by itself; `clarion send look 12` looks now\n",
		"\nSTEP    IS   COST   DONE\npost/1  114  0.015  ", "\nLOOKED ", "cannot-tell  none of the 12 newest posts", "-            it could not look: 502",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	d := inDoubt()
	d.NextLook = api.Time{}
	if got = shown(t, d); !strings.Contains(got, "\nNext look      soon\n") {
		t.Errorf("before the first look:\n%s", got)
	}
	d.Decide, d.Advice = true, "look at the account yourself"
	if got = shown(t, d); strings.Contains(got, "Next look") || !strings.Contains(got, "\nTo do          a person must decide: look at the account yourself\n") {
		t.Errorf("where a person must decide:\n%s", got)
	}
}

func TestLooked(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]string{"sent": "found", "planned": "tried again", "failed": "send retry", "unknown": "still unknown"} {
		if got := looked(api.Look{State: state}); !strings.Contains(got, want) {
			t.Errorf("a look that makes it %s says %q", state, got)
		}
	}
}

func TestThisMonth(t *testing.T) {
	t.Parallel()
	for want, ch := range map[string]api.Channel{
		"-": {CostThisMonth: "0"}, "3 posts": {PostsThisMonth: 3, CostThisMonth: "0"}, "3 posts, 0.045": {PostsThisMonth: 3, CostThisMonth: "0.045"},
	} {
		if got := thisMonth(ch); got != want {
			t.Errorf("%+v is shown as %q, want %q", ch, got, want)
		}
	}
	if got := thisMonth(api.Channel{Local: true, PostsThisMonth: 1}); got != "-" {
		t.Errorf("a local channel shows %q", got)
	}
}
