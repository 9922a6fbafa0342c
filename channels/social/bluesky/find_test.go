package bluesky

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// doubtful publishes with the answers that a script gives, the last of which
// leaves a doubt.
func doubtful(t *testing.T, post channels.Post, script ...reply) (*fake, *Channel, channels.Delivery, *channeltest.Journal) {
	t.Helper()
	f := newFake(t)
	c := f.channel(t)
	f.on("putRecord", script...)
	journal := channeltest.NewJournal()
	d := delivery(render(t, c, post), journal)
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Unknown {
		t.Fatalf("no doubt: %v", err)
	}
	return f, c, d, journal
}

func TestFind(t *testing.T) {
	t.Parallel()
	lost, done := reply{cut: true}, reply{cut: true, does: true}
	for name, test := range map[string]struct {
		post    channels.Post
		script  []reply
		after   time.Duration // the attempt ended
		verdict channels.Verdict
		says    string
		posts   int // recorded in the end
	}{
		"it is there":               {gauges(), []reply{done}, 0, channels.Found, "stands there as approved", 1},
		"it is not there yet":       {gauges(), []reply{lost}, time.Minute - time.Second, channels.CannotTell, "too early to tell before 1m0s", 0},
		"it is not there":           {gauges(), []reply{lost}, time.Minute, channels.Absent, "not there, 1m0s after the attempt", 0},
		"the rest was lost":         {threadOf(t), []reply{well(), lost}, time.Hour, channels.Absent, "; 1 of 3 posts are out", 1},
		"the rest was not begun":    {threadOf(t), []reply{well(), done}, 0, channels.Absent, "post 3 was begun", 2},
		"the last of a thread":      {threadOf(t), []reply{well(), well(), done}, 0, channels.Found, "stands there", 3},
		"an answer of another kind": {gauges(), []reply{{does: true, status: 200, body: "<html>"}}, 0, channels.Found, "stands there", 1},
	} {
		f, c, d, journal := doubtful(t, test.post, test.script...)
		d.Ended = d.Opened.Add(time.Minute)
		c.now = func() time.Time { return d.Ended.Add(test.after) }
		puts := f.count("putRecord")
		got := find(t, c, d)
		if got.Verdict != test.verdict || !strings.Contains(got.Evidence, test.says) || len(postsIn(t, journal)) != test.posts {
			t.Errorf("%s: %+v, %d posts recorded", name, got, len(postsIn(t, journal)))
		}
		if f.count("putRecord") != puts || f.count("uploadBlob") > 1 {
			t.Errorf("%s: looking changed something", name)
		}
		receipt, err := c.Publish(t.Context(), d)
		if err != nil || f.standing() != len(postsOf(d.Rendering)) || got.Verdict == channels.Found && receipt != got.Receipt {
			t.Errorf("%s: then %+v, %v, %d posts stand", name, receipt, err, f.standing())
		}
	}
}

func TestFindFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer reply
		class  channels.Class
	}{
		"broken":           {reply{status: 500}, channels.Temporary},
		"lost":             {reply{cut: true}, channels.Temporary},
		"web page":         {reply{status: 200, body: "<html>"}, channels.Temporary},
		"another's post":   {reply{status: 200, body: `{"uri":"at://did:plc:x/app.bsky.feed.post/y","cid":"z"}`}, channels.Temporary},
		"not kept here":    {says(400, "InvalidRequest", "Could not locate record"), channels.Permanent},
		"limited":          {reply{status: 429}, channels.RateLimited},
		"account is gone":  {says(400, "RepoNotFound", "Could not find repo"), channels.Unavailable},
		"never understood": {reply{status: 404}, channels.Unavailable},
	} {
		f, c, d, _ := doubtful(t, gauges(), reply{cut: true})
		c.now = func() time.Time { return d.Opened.Add(time.Hour) }
		f.on("getRecord", test.answer, test.answer) // what only reads may be asked twice on a connection that was used
		got, err := c.Find(t.Context(), d)
		if channels.AsError(err).Class != test.class || got.Verdict != channels.CannotTell {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAnotherTextUnderTheKey(t *testing.T) {
	t.Parallel()
	f, c, d, _ := doubtful(t, gauges(), reply{cut: true, does: true})
	f.rewrite("Something else")
	c.now = func() time.Time { return d.Opened.Add(time.Hour) }
	if got := find(t, c, d); got.Verdict != channels.CannotTell || !strings.Contains(got.Evidence, "another text") {
		t.Errorf("got %+v", got)
	}
}

func TestDeletion(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	original := channeltest.NewJournal()
	if _, err := c.Publish(t.Context(), delivery(render(t, c, threadOf(t)), original)); err != nil {
		t.Fatal(err)
	}
	post := gauges()
	post.Action, post.OriginalPosts = channels.Delete, 3
	d := delivery(render(t, c, post), original.Following())
	f.on("deleteRecord", well(), reply{cut: true})
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Unknown || !strings.Contains(err.Error(), "1 of 3 posts are deleted") {
		t.Errorf("got %v", err)
	}
	for after, want := range map[time.Duration]channels.Verdict{0: channels.CannotTell, time.Minute: channels.Absent} {
		c.now = func() time.Time { return d.Opened.Add(after) }
		if got := find(t, c, d); got.Verdict != want || !strings.Contains(got.Evidence, "still stands") {
			t.Errorf("%s after: %+v", after, got)
		}
	}
	got, err := c.Publish(t.Context(), d)
	if err != nil || f.standing() != 0 || got == (channels.Receipt{}) {
		t.Errorf("then %+v, %v, %d posts stand", got, err, f.standing())
	}
	if found := find(t, c, d); found.Verdict != channels.Found || !strings.Contains(found.Evidence, "none of the 3 posts") {
		t.Errorf("found %+v", found)
	}
	f.on("deleteRecord", says(400, "InvalidRequest", "no"))
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Permanent {
		t.Errorf("refused: %v", err)
	}
	f.on("getRecord", reply{status: 500})
	if _, err := c.Find(t.Context(), d); channels.AsError(err).Class != channels.Temporary {
		t.Errorf("can't look: %v", err)
	}
}

// Whatever goes wrong and in whatever order, every post stands once in the end.
func TestNothingDoubledNothingLost(t *testing.T) {
	t.Parallel()
	post := threadOf(t)
	post.Assets = nil
	answers := []reply{
		well(), {cut: true}, {cut: true, does: true}, {status: 500}, {status: 500, does: true}, {status: 200, body: "<html>", does: true},
		{status: 429}, says(400, "ExpiredToken", "Token has expired"), says(401, "AuthMissing", "?"), {status: 503},
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := newFake(t)
		defer f.Close()
		c := f.channel(t)
		for range rapid.IntRange(0, 8).Draw(rt, "faults") {
			f.on("putRecord", rapid.SampledFrom(answers).Draw(rt, "answer"))
		}
		journal := channeltest.NewJournal()
		d := delivery(render(t, c, post), journal)
		c.now = func() time.Time { return d.Opened.Add(time.Hour) }
		for attempt := 1; ; attempt++ {
			got, err := c.Publish(t.Context(), d)
			if err == nil {
				if n := f.standing(); n != 3 || len(postsIn(t, journal)) != 3 || got.RemoteID != postsIn(t, journal)[0].URI {
					rt.Fatalf("%d posts stand, recorded %q", n, journal.Steps())
				}
				return
			}
			if attempt > 20 {
				rt.Fatalf("does not end: %v", err)
			}
			if channels.AsError(err).Class != channels.Unknown {
				continue
			}
			if found := find(t, c, d); found.Verdict == channels.Found && f.standing() != 3 || found.Verdict == channels.CannotTell {
				rt.Fatalf("found %+v, %d posts stand", found, f.standing())
			}
		}
	})
}
