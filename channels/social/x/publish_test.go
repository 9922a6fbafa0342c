package x

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// numbered answers each request with the next id, and the n-th of those to a
// path with a failure.
func numbered(failAt int, path string, fail func(w http.ResponseWriter)) func(http.ResponseWriter, asked) {
	n, id := 0, 100
	return func(w http.ResponseWriter, r asked) {
		if r.path == path {
			if n++; n == failAt {
				fail(w)
				return
			}
		}
		id++
		_, _ = fmt.Fprintf(w, `{"data":{"id":"%d"}}`, id)
	}
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

func never(http.ResponseWriter) {}

func threadWithImages() channels.Post {
	return edited(func(p *channels.Post) {
		p.Summary = strings.TrimSpace(strings.Repeat("A sentence of it. ", 50))
		p.Assets = []channels.Asset{channeltest.Image(), second()}
	})
}

func TestPublishThreadWithImages(t *testing.T) {
	t.Parallel()
	to := newFake(t, numbered(0, "", never))
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, threadWithImages())
	journal := channeltest.NewJournal()
	d.Journal = journal
	begun := 0
	d.Begin = func() error { begun++; return nil }
	receipt, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	want := channels.Receipt{RemoteID: "105", RemoteURL: "https://x.com/ExampleOffice/status/105", Detail: "4 posts"}
	if receipt != want || begun != 8 {
		t.Errorf("got %+v, begun %d times", receipt, begun)
	}
	image, other := channeltest.Image().SHA256, second().SHA256
	steps := []string{"begun", "upload/" + image, "media/" + image, "upload/" + other, "media/" + other, "post/1", "post/2", "post/3", "post/4"}
	if got := journal.Steps(); !slices.Equal(got, steps) {
		t.Errorf("steps %q", got)
	}
	all := to.requests()
	for i, has := range []string{
		"tweet_image", `{"id":"101","metadata":`, "tweet_image", `{"id":"103","metadata":`,
		`"media":{"media_ids":["101","103"]}}`, `"in_reply_to_tweet_id":"105"}`, `"in_reply_to_tweet_id":"106"}`, `"in_reply_to_tweet_id":"107"}`,
	} {
		if !strings.Contains(all[i].body, has) || !regexp.MustCompile(`^OAuth .*oauth_signature="`).MatchString(all[i].authorization) {
			t.Errorf("request %d: %+v", i, all[i])
		}
	}
	if !strings.Contains(all[7].body, "https://news.example.org/news/library-opens-x7") || strings.Contains(all[4].body, "https://") {
		t.Error("the link is not in the last post alone")
	}
}

// Whatever fails in between, the next attempt goes on where the last one
// stopped, and no step is done twice.
func TestPublishGoesOn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path string
		at   int
		out  string // what the reason says is out
	}{
		{"/2/media/upload", 1, ""}, {"/2/media/upload", 2, ""}, {"/2/media/metadata", 1, ""}, {"/2/media/metadata", 2, ""},
		{"/2/tweets", 1, ""}, {"/2/tweets", 2, "1 of 4 posts are out"}, {"/2/tweets", 4, "3 of 4 posts are out"},
	} {
		to := newFake(t, numbered(test.at, test.path, status(http.StatusTooManyRequests)))
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, threadWithImages())
		_, err := c.Publish(t.Context(), d)
		if e := channels.AsError(err); e == nil || e.Class != channels.RateLimited || !strings.Contains(e.Reason, test.out) {
			t.Errorf("%s %d: got %v", test.path, test.at, err)
		}
		if _, err := c.Publish(t.Context(), d); err != nil {
			t.Errorf("%s %d, again: %v", test.path, test.at, err)
		}
		if n := len(to.requests()); n != 9 {
			t.Errorf("%s %d: %d requests, want 8 and the one that failed", test.path, test.at, n)
		}
	}
}

func TestPublishStopsAtBegin(t *testing.T) {
	t.Parallel()
	frozen := &channels.Error{Class: channels.NotBegun, Reason: "everything is frozen"}
	for at := range 8 {
		to := newFake(t, numbered(0, "", never))
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, threadWithImages())
		begun := 0
		d.Begin = func() error {
			if begun++; begun > at {
				return frozen
			}
			return nil
		}
		if _, err := c.Publish(t.Context(), d); channels.AsError(err) != frozen {
			t.Errorf("at %d: got %v", at, err)
		}
		if n := len(to.requests()); n != at {
			t.Errorf("at %d: %d requests", at, n)
		}
	}
}

func TestPublishJournalFaults(t *testing.T) {
	t.Parallel()
	to := newFake(t, numbered(0, "", never))
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, channeltest.Post())
	d.Journal = brokenJournal{}
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Temporary || len(to.requests()) != 0 {
		t.Errorf("before anything: %v after %s", err, to.paths())
	}
	journal := channeltest.NewJournal()
	d = delivery(t, c, threadWithImages())
	d.Journal = journal
	d.Begin = func() error {
		if slices.Contains(journal.Steps(), "media/"+second().SHA256) {
			journal.Fail(errDisk) // what is posted now can't be recorded
		}
		return nil
	}
	_, err := c.Publish(t.Context(), d)
	if classOf(err) != channels.Unknown || strings.Count(to.paths(), "POST /2/tweets") != 1 || !errors.Is(err, errDisk) {
		t.Errorf("after a post: %v after\n%s", err, to.paths())
	}
}

// A post that is out is recorded even if the time of its attempt is up.
func TestPublishRecordsAfterItsTime(t *testing.T) {
	t.Parallel()
	to := newFake(t, numbered(0, "", never))
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, channeltest.Post())
	strict := &strictJournal{Journal: channeltest.NewJournal()}
	d.Journal = strict
	ctx, cancel := context.WithCancel(t.Context())
	strict.onPost = cancel
	if _, err := c.Publish(ctx, d); err != nil {
		t.Fatal(err)
	}
	if _, done, _ := strict.Done(t.Context(), "post/1"); !done {
		t.Error("the post is not recorded")
	}
}

// strictJournal refuses whatever comes after its context has ended.
type strictJournal struct {
	*channeltest.Journal
	onPost func()
}

func (j *strictJournal) Record(ctx context.Context, s channels.Step) error {
	if s.Name == "post/1" {
		j.onPost()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return j.Journal.Record(ctx, s)
}

func TestCost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"Open on Sundays.": 15_000, "See example.com now": 200_000, "": 200_000} {
		to := newFake(t, numbered(0, "", never))
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, edited(func(p *channels.Post) { p.Variant.Text, p.HasPage = text, text == "" }))
		costs := &costJournal{Journal: channeltest.NewJournal()}
		d.Journal = costs
		if _, err := c.Publish(t.Context(), d); err != nil || costs.sum != want {
			t.Errorf("%q costs %d, %v", text, costs.sum, err)
		}
	}
}

type costJournal struct {
	*channeltest.Journal
	sum int64
}

func (j *costJournal) Record(ctx context.Context, s channels.Step) error {
	j.sum += s.Cost
	return j.Journal.Record(ctx, s)
}

// following is the journal of a send about one with two posts.
func following(t *testing.T) *channeltest.Journal {
	t.Helper()
	j := channeltest.NewJournal()
	for _, s := range []channels.Step{{Name: "post/1", Value: "71"}, {Name: "post/2", Value: "72"}} {
		if err := j.Record(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return j.Following()
}

func TestReply(t *testing.T) {
	t.Parallel()
	to := newFake(t, numbered(0, "", never))
	c := made(t, byOAuth1(to.URL), nil)
	post := edited(func(p *channels.Post) { p.Action, p.Corrects = channels.Reply, "The old title" })
	d := delivery(t, c, post)
	d.Journal = following(t)
	if _, err := c.Publish(t.Context(), d); err != nil || !strings.Contains(to.requests()[0].body, `"in_reply_to_tweet_id":"71"`) {
		t.Errorf("%v after %+v", err, to.requests())
	}
	d = delivery(t, c, post) // whose original is not known
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Permanent || len(to.requests()) != 1 {
		t.Errorf("got %v", err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	gone := `{"data":{"deleted":true}}`
	tests := map[string]struct {
		status int
		body   string
		class  channels.Class
		ok     bool
	}{
		"deleted":            {200, gone, 0, true},
		"gone before":        {404, said("resource-not-found", "x"), 0, true},
		"another 404":        {404, "<html>", channels.Permanent, false},
		"not deleted":        {200, `{"data":{"deleted":false}}`, channels.Temporary, false},
		"nonsense":           {200, "<html>", channels.Temporary, false},
		"broken":             {503, "", channels.Temporary, false},
		"lost":               {0, "", channels.Temporary, false},
		"refused":            {401, "", channels.Unavailable, false},
		"limited":            {429, "", channels.RateLimited, false},
		"forbidden as whole": {403, "", channels.Unavailable, false},
	}
	for name, test := range tests {
		to := newFake(t, func(w http.ResponseWriter, r asked) {
			switch {
			case r.path == "/2/tweets/71":
				_, _ = w.Write([]byte(gone))
			case test.status == 0:
				panic(http.ErrAbortHandler)
			default:
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}
		})
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, channels.Post{Action: channels.Delete, OriginalPosts: 2})
		d.Journal = following(t)
		receipt, err := c.Publish(t.Context(), d)
		if paths := to.paths(); paths != "DELETE /2/tweets/71\nDELETE /2/tweets/72" {
			t.Errorf("%s: asked %s", name, paths)
		}
		if test.ok && (err != nil || receipt.Detail != "2 posts deleted") {
			t.Errorf("%s: %+v, %v", name, receipt, err)
		}
		if e := channels.AsError(err); !test.ok && (e == nil || e.Class != test.class || !strings.Contains(e.Reason, "1 of 2 posts are deleted")) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := c.Publish(t.Context(), d); test.ok && (err != nil || len(to.requests()) != 2) {
			t.Errorf("%s, again: %v after %s", name, err, to.paths())
		}
	}
}

func TestRemoveOfWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	to := newFake(t, numbered(0, "", never))
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, channels.Post{Action: channels.Delete, OriginalPosts: 1})
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Permanent || len(to.requests()) != 0 {
		t.Errorf("got %v", err)
	}
}

// X works on an animation after its upload; the next attempt asks how far it
// is, and uploads nothing again.
func TestUploadThatTakesTime(t *testing.T) {
	t.Parallel()
	state := "pending"
	to := newFake(t, func(w http.ResponseWriter, r asked) {
		info := ""
		if strings.HasPrefix(r.path, "/2/media/upload") {
			info = fmt.Sprintf(`,"processing_info":{"state":%q}`, state)
		}
		_, _ = fmt.Fprintf(w, `{"data":{"id":"5"%s}}`, info)
	})
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, edited(func(p *channels.Post) {
		a := channeltest.Image()
		a.MediaType = "image/gif"
		p.Assets = []channels.Asset{a}
	}))
	for _, step := range []struct {
		state string
		class channels.Class
	}{{"pending", channels.Temporary}, {"in_progress", channels.Temporary}, {"failed", channels.Permanent}} {
		state = step.state
		if _, err := c.Publish(t.Context(), d); classOf(err) != step.class {
			t.Errorf("%s: got %v", state, err)
		}
	}
	state = "succeeded"
	if _, err := c.Publish(t.Context(), d); err != nil {
		t.Error(err)
	}
	if got := to.paths(); strings.Count(got, "POST /2/media/upload") != 1 || strings.Count(got, "GET /2/media/upload") != 3 {
		t.Errorf("asked\n%s", got)
	}
	if q := to.requests()[1].query; q != "command=STATUS&media_id=5" {
		t.Errorf("asked for %s", q)
	}
}
