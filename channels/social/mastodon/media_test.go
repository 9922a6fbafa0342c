package mastodon

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/channels/channeltest"
)

func TestImages(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	paused := []time.Duration{}
	c.wait = func(ctx context.Context, d time.Duration) error {
		paused = append(paused, d)
		return ctx.Err()
	}
	const look = "GET /api/v1/media/m1"
	r := rendered(t, c, pictured())
	step := mediaName + channeltest.Image().SHA256
	working := answer{status: 206}
	accepted := answer{status: 202, body: `{"id":"m1","url":null}`}
	for _, test := range []struct {
		name    string
		before  string // in the journal
		media   []answer
		looks   []answer
		class   channels.Class
		want    []string
		shows   string
		waiting int
	}{
		{"at once", "", []answer{{status: 200, body: `{"id":"m1"}`}}, nil, 255, []string{mediaLine, postLine}, "m1", 0},
		{"after a while", "", []answer{accepted}, []answer{working, working}, 255, []string{mediaLine, look, look, look, postLine}, "m1", 2},
		{"not in time", "", []answer{accepted}, slices.Repeat([]answer{working}, 6), channels.Temporary, []string{mediaLine, look, look, look, look, look, look}, "", 6},
		{"refused later", "", []answer{accepted}, []answer{working, {status: 422, body: `{"error":"bad"}`}}, channels.Permanent, []string{mediaLine, look, look}, "", 1},
		{"lost later", "", []answer{accepted}, []answer{{status: 404, body: `{"error":"Record not found"}`}}, channels.Temporary, []string{mediaLine, look}, "", 0},
		{"broken later", "", []answer{accepted}, []answer{{status: 500}}, channels.Temporary, []string{mediaLine, look}, "", 0},
		{"uploaded before", "m1", nil, nil, 255, []string{look, postLine}, "m1", 0},
		{"dropped since", "m1", []answer{{status: 200, body: `{"id":"m2"}`}}, []answer{{status: 404, body: `{"error":"Record not found"}`}}, 255, []string{look, mediaLine, postLine}, "m2", 0},
	} {
		d := delivery(r)
		if test.before != "" {
			_ = d.Journal.Record(t.Context(), channels.Step{Name: step, Value: test.before})
		}
		paused = paused[:0]
		to.script(mediaLine, test.media...)
		to.script(look, test.looks...)
		_, err := c.Publish(t.Context(), d)
		seen := to.requests()
		var lines []string
		for _, r := range seen {
			lines = append(lines, r.line)
		}
		if diff := cmp.Diff(test.want, lines); diff != "" || classOf(err) != test.class || len(paused) != test.waiting {
			t.Errorf("%s: %v, waited %v\n%s", test.name, err, paused, diff)
		}
		if test.shows != "" && !strings.Contains(seen[len(seen)-1].body, `"media_ids":["`+test.shows+`"]`) {
			t.Errorf("%s: %s", test.name, seen[len(seen)-1].body)
		}
		to.mu.Lock()
		to.scripts = map[string][]answer{}
		to.mu.Unlock()
	}
}
