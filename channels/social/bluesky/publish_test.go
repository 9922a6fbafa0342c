package bluesky

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// threadOf is a post that makes a thread of three, with an image.
func threadOf(t *testing.T) channels.Post {
	t.Helper()
	drawing := assetOf("map.png", pngOf(t, line(64, 32)))
	return channels.Post{
		Title: strings.TrimSpace(strings.Repeat(strings.Repeat("x", 98)+". ", 7)), HasPage: true,
		Assets: []channels.Asset{drawing}, Content: contentOf(t, drawing),
	}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	at := time.Date(2027, time.May, 1, 8, 0, 0, 123456000, time.UTC)
	c.now = func() time.Time { return at }
	journal := channeltest.NewJournal()
	d := delivery(render(t, c, threadOf(t)), journal)
	begun := 0
	d.Begin = func() error { begun++; return nil }
	got, err := c.Publish(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	key := newTID(at, d.Key, 1)
	if want := (channels.Receipt{
		RemoteID: "at://" + fakeDID + "/app.bsky.feed.post/" + key, RemoteURL: "https://bsky.app/profile/" + fakeDID + "/post/" + key,
		Detail: "record bafy" + key,
	}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	steps := journal.Steps()
	if want := []string{"media/", "key/1", "post/1", "key/2", "post/2", "key/3", "post/3"}; len(steps) != len(want) || !slices.EqualFunc(steps, want, strings.HasPrefix) {
		t.Errorf("recorded %q", steps)
	}
	if want := []string{"createSession", "uploadBlob", "putRecord", "putRecord", "putRecord"}; !cmp.Equal(f.methods(), want) || begun != 4 {
		t.Errorf("asked %q, begun %d times", f.methods(), begun)
	}
	if again, err := c.Publish(t.Context(), d); err != nil || again != got || begun != 4 {
		t.Errorf("again: %+v, %v, begun %d times", again, err, begun)
	}
}

// What is sent is what was approved, and the post's time is its key's.
func TestWhatLeaves(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	at := time.Date(2027, time.May, 1, 8, 0, 5, 0, time.UTC)
	c.now = func() time.Time { return at }
	r := render(t, c, gauges())
	d := delivery(r, channeltest.NewJournal())
	f.on("putRecord", reply{cut: true})
	if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Unknown {
		t.Fatal(err)
	}
	first := f.body("putRecord")
	v := d.Values
	v.MessageID, v.PublishedAt = newTID(at, d.Key, 1), at
	if want, err := mustDocument(t, r, "post/1").Fill(v); err != nil || first != string(want) {
		t.Errorf("sent %s, %v", first, err)
	}
	c.now = func() time.Time { return at.Add(time.Hour) }
	d.Values.PublishedAt = at.Add(time.Hour)
	if _, err := c.Publish(t.Context(), d); err != nil || f.body("putRecord") != first {
		t.Errorf("then sent %s, %v", f.body("putRecord"), err)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	reset := time.Now().Add(10 * time.Minute).Truncate(time.Second)
	limited := map[string]string{"RateLimit-Reset": fmt.Sprint(reset.Unix())}
	for name, test := range map[string]struct {
		answer reply
		class  channels.Class
		says   string
	}{
		"invalid record":    {says(400, "InvalidRequest", "Invalid app.bsky.feed.post record"), channels.Permanent, "Invalid app.bsky"},
		"another stands":    {says(400, "InvalidSwap", "Record was at bafy"), channels.Unknown, "under this key already"},
		"bare 400":          {reply{status: 400, body: "no"}, channels.Permanent, "400"},
		"bare 401":          {reply{status: 401}, channels.Unavailable, "401"},
		"no permission":     {says(401, "AuthMissing", "Authentication Required"), channels.Unavailable, "AuthMissing"},
		"taken down":        {says(401, "AccountTakedown", "Account has been taken down"), channels.Unavailable, "taken down"},
		"deactivated":       {says(401, "AccountDeactivated", "Account is deactivated"), channels.Unavailable, "deactivated"},
		"taken down by 400": {says(400, "RepoTakendown", "Repo has been taken down"), channels.Unavailable, "taken down"},
		"no account":        {says(403, "AccountNotFound", "Account not found"), channels.Unavailable, "not found"},
		"payment":           {reply{status: 402}, channels.Unavailable, "402"},
		"not there":         {reply{status: 404, body: "<html>"}, channels.Unavailable, "404"},
		"request timeout":   {reply{status: 408}, channels.Unknown, "408"},
		"too large":         {says(413, "PayloadTooLarge", "request entity too large"), channels.Permanent, "too large"},
		"limited":           {reply{status: 429, header: limited, body: `{"error":"RateLimitExceeded"}`}, channels.RateLimited, "RateLimitExceeded"},
		"broken":            {says(500, "InternalServerError", "Internal Server Error"), channels.Unknown, "500"},
		"no method":         {says(501, "MethodNotImplemented", "Method Not Implemented"), channels.Unavailable, "Method"},
		"upstream":          {says(502, "UpstreamFailure", "Upstream"), channels.Unknown, "502"},
		"not now":           {says(503, "NotEnoughResources", "busy"), channels.Unknown, "503"},
		"upstream is slow":  {says(504, "UpstreamTimeout", "slow"), channels.Unknown, "504"},
		"redirect":          {reply{status: 307, header: map[string]string{"Location": "http://169.254.169.254/"}}, channels.Unknown, "307"},
		"web page":          {reply{status: 200, body: "<html>it works!"}, channels.Unknown, "something else"},
		"cut short":         {reply{status: 200, body: `{"uri":"at://`}, channels.Unknown, "something else"},
		"nothing":           {reply{status: 200, body: `{}`}, channels.Unknown, "names another post"},
		"another's post":    {reply{status: 200, body: `{"uri":"at://did:plc:x/app.bsky.feed.post/y","cid":"z"}`}, channels.Unknown, "names another post"},
		"lost":              {reply{cut: true}, channels.Unknown, "did not come"},
		"says the password": {says(400, "InvalidRequest", "abcd-efgh-ijkl-mnop is no way to sign in"), channels.Permanent, "… is no way"},
		"many words":        {says(400, "InvalidRequest", strings.Repeat("word ", 1000)), channels.Permanent, "…"},
	} {
		f := newFake(t)
		c := f.channel(t)
		f.on("putRecord", test.answer)
		_, err := c.Publish(t.Context(), delivery(render(t, c, gauges()), channeltest.NewJournal()))
		e := channels.AsError(err)
		if e == nil || e.Class != test.class || !strings.Contains(e.Error(), test.says) || len(e.Reason) > 1000 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := map[bool]time.Time{true: reset}[name == "limited"]; !e.Until.Equal(want) {
			t.Errorf("%s: until %s", name, e.Until)
		}
		if strings.Contains(err.Error(), "abcd-efgh") || f.count("putRecord") != 1 {
			t.Errorf("%s: %v, asked %q", name, err, f.methods())
		}
	}
}

// A refused token did nothing: it is renewed, and the request made once more.
func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	refusals := map[string]reply{
		"ended":      says(400, "ExpiredToken", "Token has expired"),
		"not known":  says(400, "InvalidToken", "Token could not be verified"),
		"ended, 401": says(401, "ExpiredToken", "Token has expired"),
	}
	for name, refusal := range refusals {
		f := newFake(t)
		c := f.channel(t)
		f.on("putRecord", refusal)
		begun := 0
		d := delivery(render(t, c, gauges()), channeltest.NewJournal())
		d.Begin = func() error { begun++; return nil }
		if _, err := c.Publish(t.Context(), d); err != nil || begun != 2 || f.count("refreshSession") != 1 || f.count("putRecord") != 2 {
			t.Errorf("%s: %v, begun %d times, asked %q", name, err, begun, f.methods())
		}
		f.on("putRecord", refusal, refusal)
		d = delivery(render(t, c, gauges()), channeltest.NewJournal())
		if _, err := c.Publish(t.Context(), d); channels.AsError(err).Class != channels.Unavailable || f.count("putRecord") != 4 {
			t.Errorf("%s twice: %v, asked %q", name, err, f.methods())
		}
		if mustCheck(t, c); f.count("createSession") != 2 {
			t.Errorf("%s twice: the session was kept", name)
		}
	}
}

func TestAThreadGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	frozen := &channels.Error{Class: channels.NotBegun, Reason: "everything is frozen"}
	for name, test := range map[string]struct {
		script []reply
		freeze int // at this call of Begin; 0 for never
		class  channels.Class
		says   string
		puts   int // in all, over two attempts
	}{
		"refused at the third": {[]reply{well(), well(), says(400, "InvalidRequest", "no")}, 0, channels.Permanent, "no; 2 of 3 posts are out", 4},
		"lost at the second":   {[]reply{well(), {cut: true, does: true}}, 0, channels.Unknown, "; 1 of 3 posts are out", 4},
		"limited at the first": {[]reply{{status: 429}}, 0, channels.RateLimited, "429", 4},
		"frozen at the upload": {nil, 1, channels.NotBegun, "frozen", 3},
		"frozen in the middle": {nil, 3, channels.NotBegun, "frozen", 3},
	} {
		f := newFake(t)
		c := f.channel(t)
		journal := channeltest.NewJournal()
		d := delivery(render(t, c, threadOf(t)), journal)
		f.on("putRecord", test.script...)
		begun := 0
		d.Begin = func() error {
			if begun++; begun == test.freeze {
				return frozen
			}
			return nil
		}
		_, err := c.Publish(t.Context(), d)
		if e := channels.AsError(err); e == nil || e.Class != test.class || !strings.Contains(e.Reason, test.says) {
			t.Errorf("%s: %v", name, err)
		}
		if test.freeze > 0 && !errors.Is(err, frozen) {
			t.Errorf("%s: the error of Begin came back as %v", name, err)
		}
		if _, err := c.Publish(t.Context(), d); err != nil {
			t.Errorf("%s: then %v", name, err)
		}
		if n := f.count("putRecord"); n != test.puts || len(postsIn(t, journal)) != 3 || f.standing() != 3 || f.count("uploadBlob") != 1 {
			t.Errorf("%s: %d requests, %d posts at the server, asked %q", name, n, f.standing(), f.methods())
		}
	}
}

func TestThreadsAreTied(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	journal := channeltest.NewJournal()
	if _, err := c.Publish(t.Context(), delivery(render(t, c, threadOf(t)), journal)); err != nil {
		t.Fatal(err)
	}
	posts := postsIn(t, journal)
	follows(t, recordOf(t, f), posts[0], posts[1])

	answer := channels.Post{Title: strings.Repeat("What was wrong was this. ", 20), Action: channels.Reply, Corrects: "It", OriginalPosts: 3}
	answers := journal.Following()
	got, err := c.Publish(t.Context(), delivery(render(t, c, answer), answers))
	if err != nil {
		t.Fatal(err)
	}
	own := postsIn(t, answers)
	if len(own) != 2 || own[0].URI != got.RemoteID {
		t.Fatalf("%d posts, %+v", len(own), got)
	}
	follows(t, recordOf(t, f), posts[0], own[0])
}

// recordOf gives the record that was put last.
func recordOf(t *testing.T, f *fake) map[string]any {
	t.Helper()
	var asked struct{ Record map[string]any }
	if err := json.Unmarshal([]byte(f.body("putRecord")), &asked); err != nil {
		t.Fatal(err)
	}
	return asked.Record
}

func TestAnAnswerToNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	for name, action := range map[string]channels.Action{"answer": channels.Reply, "deletion": channels.Delete} {
		post := gauges()
		post.Action = action
		_, err := c.Publish(t.Context(), delivery(render(t, c, post), channeltest.NewJournal()))
		if channels.AsError(err).Class != channels.Permanent || len(f.methods()) != 0 {
			t.Errorf("%s: %v, asked %q", name, err, f.methods())
		}
	}
}

func TestJournalFaults(t *testing.T) {
	t.Parallel()
	gone := errors.New("disk gone")
	for name, test := range map[string]struct {
		step  string // that can't be recorded
		class channels.Class
		puts  int
	}{
		"the upload": {"media/", channels.Temporary, 0}, "the key": {"key/1", channels.Temporary, 0},
		"the post": {"post/1", channels.Unknown, 1}, "the second key": {"key/2", channels.Temporary, 1},
	} {
		f := newFake(t)
		c := f.channel(t)
		d := delivery(render(t, c, threadOf(t)), channeltest.NewJournal())
		d.Journal = failing{d.Journal, test.step, gone}
		_, err := c.Publish(t.Context(), d)
		if channels.AsError(err).Class != test.class || !errors.Is(err, gone) || f.count("putRecord") != test.puts {
			t.Errorf("%s: %v, asked %q", name, err, f.methods())
		}
	}
}
