package mastodon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

const (
	postLine  = "POST /api/v1/statuses"
	mediaLine = "POST /api/v2/media"
)

func journalOf(d channels.Delivery) *channeltest.Journal { return d.Journal.(*channeltest.Journal) }

func TestPublish(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	d := delivery(rendered(t, c, threaded()))
	receipt, err := c.Publish(t.Context(), d)
	want := channels.Receipt{RemoteID: "100", RemoteURL: "https://m.example/@office/100", Detail: "published 3 posts"}
	if err != nil || receipt != want {
		t.Fatalf("%+v %v", receipt, err)
	}
	for i, r := range to.requests() {
		key := []string{"key-1", "key-1-2", "key-1-3"}[i]
		if r.line != postLine || r.header.Get("Idempotency-Key") != key || r.header.Get("User-Agent") != agent || r.header.Get("Content-Type") != jsonType {
			t.Errorf("request %d: %s %v", i, r.line, r.header)
		}
		if parent := fmt.Sprintf(`"in_reply_to_id":"%d"`, 99+i); strings.Contains(r.body, "in_reply_to_id") != (i > 0) || i > 0 && !strings.Contains(r.body, parent) {
			t.Errorf("request %d: %s", i, r.body)
		}
	}
	if steps := journalOf(d).Steps(); !slices.Equal(steps, []string{"post/1", "post/2", "post/3"}) {
		t.Errorf("steps %q", steps)
	}
	d.Attempt = 2
	if again, err := c.Publish(t.Context(), d); err != nil || again != receipt || len(to.lines()) != 0 {
		t.Errorf("a second attempt: %+v %v", again, err)
	}
}

// Every status that a server can answer has its class, for a post, a post of a
// thread, and an upload.
func TestStatuses(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	now := time.Now()
	c.now = func() time.Time { return now }
	const unknown, unavailable, permanent, limited, temporary = channels.Unknown, channels.Unavailable, channels.Permanent, channels.RateLimited, channels.Temporary
	said := `{"error":"no, ` + token + `"}`
	single, reply, upload := rendered(t, c, channeltest.Post()), rendered(t, c, goldens()["reply"]), rendered(t, c, pictured())
	for _, test := range []struct {
		answer              answer
		post, reply, upload channels.Class
	}{
		{answer{status: 200, body: "<html>"}, unknown, unknown, temporary},
		{answer{status: 200, body: `{"id":"1`}, unknown, unknown, temporary},
		{answer{status: 200, body: `{"id":""}`}, unknown, unknown, temporary},
		{answer{status: 200, body: `{"id":"../x"}`}, unknown, unknown, temporary},
		{answer{status: 200, body: `[]`}, unknown, unknown, temporary},
		{answer{status: 201}, unknown, unknown, temporary},
		{answer{status: 204}, unknown, unknown, temporary},
		{answer{status: 301, header: map[string]string{"Location": "https://other.example/x"}}, unknown, unknown, temporary},
		{answer{status: 303}, unknown, unknown, temporary},
		{answer{status: 307, header: map[string]string{"Location": "http://127.0.0.1/"}}, unknown, unknown, temporary},
		{answer{status: 400, body: said}, permanent, permanent, permanent},
		{answer{status: 401, body: said}, unavailable, unavailable, unavailable},
		{answer{status: 402}, unavailable, unavailable, unavailable},
		{answer{status: 403, body: said}, unavailable, unavailable, unavailable},
		{answer{status: 404, body: "<html>not here"}, unavailable, unavailable, unavailable},
		{answer{status: 404, body: said}, unavailable, permanent, unavailable},
		{answer{status: 405}, unavailable, unavailable, unavailable},
		{answer{status: 406, body: said}, permanent, permanent, permanent},
		{answer{status: 408}, unknown, unknown, temporary},
		{answer{status: 410, body: said}, permanent, permanent, permanent},
		{answer{status: 413}, permanent, permanent, permanent},
		{answer{status: 422, body: said}, permanent, permanent, permanent},
		{answer{status: 429, body: said}, limited, limited, limited},
		{answer{status: 500, body: said}, unknown, unknown, temporary},
		{answer{status: 502, body: "<html>"}, unknown, unknown, temporary},
		{answer{status: 503}, unknown, unknown, temporary},
		{answer{status: 504}, unknown, unknown, temporary},
		{answer{status: 530}, unknown, unknown, temporary},
		{answer{lost: true}, unknown, unknown, temporary},
	} {
		name := fmt.Sprintf("%d %s", test.answer.status, test.answer.body)
		for _, try := range []struct {
			line string
			r    channels.Rendering
			want channels.Class
		}{{postLine, single, test.post}, {postLine, reply, test.reply}, {mediaLine, upload, test.upload}} {
			d := delivery(try.r)
			original := channeltest.NewJournal()
			_ = original.Record(t.Context(), channels.Step{Name: "post/1", Value: "55 https://m.example/55"})
			d.Journal = original.Following()
			to.script(try.line, test.answer)
			receipt, err := c.Publish(t.Context(), d)
			if classOf(err) != try.want || receipt != (channels.Receipt{}) {
				t.Errorf("%s to %s of %s: %+v %v, want %s", name, try.line, try.r.Documents[1].Name, receipt, err, try.want)
			}
			if err != nil && strings.Contains(err.Error(), token) {
				t.Errorf("%s: shows the token: %v", name, err)
			}
			if lines := to.lines(); len(lines) != 1 {
				t.Errorf("%s: %d requests: %q", name, len(lines), lines)
			}
		}
	}
}

func TestRateLimits(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	now := time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC)
	c.now = func() time.Time { return now }
	for _, test := range []struct {
		header map[string]string
		want   time.Time
	}{
		{nil, time.Time{}},
		{map[string]string{"X-RateLimit-Reset": "2027-05-01T08:05:00.123Z"}, now.Add(5*time.Minute + 123*time.Millisecond)},
		{map[string]string{"X-RateLimit-Reset": "1809159000"}, time.Unix(1809159000, 0)},
		{map[string]string{"X-RateLimit-Reset": "2027-05-01T07:00:00Z"}, time.Time{}},
		{map[string]string{"X-RateLimit-Reset": "soon", "Retry-After": "60"}, now.Add(time.Minute)},
		{map[string]string{"X-RateLimit-Reset": "2029-05-01T07:00:00Z"}, now.Add(24 * time.Hour)},
		{map[string]string{"X-RateLimit-Reset": "9223372036854775807"}, time.Time{}},
		{map[string]string{"X-RateLimit-Reset": "99999999999"}, now.Add(24 * time.Hour)},
		{map[string]string{"X-RateLimit-Reset": "-1"}, time.Time{}},
	} {
		to.script(postLine, answer{status: 429, header: test.header})
		_, err := c.Publish(t.Context(), delivery(rendered(t, c, channeltest.Post())))
		if e := channels.AsError(err); e.Class != channels.RateLimited || !e.Until.Equal(test.want) {
			t.Errorf("%v: %v, want %v", test.header, e.Until, test.want)
		}
	}
}

// A thread that fails in the middle says how far it came, and goes on there.
func TestThreadGoesOn(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	d := delivery(rendered(t, c, threaded()))
	to.script(postLine, answer{status: 200, body: `{"id":"100","url":"https://m.example/100"}`}, answer{status: 422, body: `{"error":"Validation failed"}`})
	_, err := c.Publish(t.Context(), d)
	if e := channels.AsError(err); e.Class != channels.Permanent || e.Reason != "1 of 3 posts are done; the destination answered 422 Unprocessable Entity: Validation failed" {
		t.Errorf("%v", err)
	}
	to.lines()
	receipt, err := c.Publish(t.Context(), d)
	if err != nil || receipt.RemoteID != "100" || len(to.lines()) != 2 {
		t.Errorf("%+v %v", receipt, err)
	}
}

func TestJournalFaults(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	broken := errors.New("disk full")
	for name, test := range map[string]struct {
		post     channels.Post
		class    channels.Class
		requests []string
	}{
		"a post":    {threaded(), channels.Unknown, []string{postLine}},
		"an upload": {pictured(), channels.Temporary, []string{mediaLine}},
	} {
		d := delivery(rendered(t, c, test.post))
		journalOf(d).Fail(broken)
		_, err := c.Publish(t.Context(), d)
		if got := to.lines(); classOf(err) != test.class || !errors.Is(err, broken) || !slices.Equal(got, test.requests) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
	for name, post := range goldens() {
		d := delivery(rendered(t, c, post))
		d.Journal = deaf{}
		if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Temporary || !errors.Is(err, errDeaf) || len(to.lines()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.Find(t.Context(), d); err == nil || slices.Contains(to.lines(), postLine) {
			t.Errorf("find %s: %v", name, err)
		}
	}
}

// What Begin says comes back as it is, at each request of a thread with images.
func TestBeginAtEachRequest(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	post := threaded()
	post.Assets = pictured().Assets
	r := rendered(t, c, post)
	for stop := 1; stop <= 4; stop++ {
		for _, said := range []error{errors.New("frozen"), &channels.Error{Class: channels.Unknown, Reason: "frozen"}} {
			d := delivery(r)
			begun := 0
			d.Begin = func() error {
				if begun++; begun == stop {
					return said
				}
				return nil
			}
			if _, err := c.Publish(t.Context(), d); err != said { //nolint:errorlint // as it is
				t.Errorf("stopped at %d: %v", stop, err)
			}
			if lines := to.lines(); len(lines) != stop-1 {
				t.Errorf("stopped at %d: %q", stop, lines)
			}
		}
	}
}

// What the journal does not know of the original can't be edited or answered.
func TestUnknownOriginal(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	for _, name := range []string{"edit", "reply", "delete"} {
		if _, err := c.Publish(t.Context(), delivery(rendered(t, c, goldens()[name]))); classOf(err) != channels.Permanent || len(to.lines()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Publish(t.Context(), delivery(channels.Rendering{})); classOf(err) != channels.Permanent {
		t.Errorf("nothing: %v", err)
	}
}

func TestPauseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := wait(t.Context(), 0); err != nil {
		t.Errorf("%v", err)
	}
}
