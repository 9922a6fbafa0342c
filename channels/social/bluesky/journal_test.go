package bluesky

import (
	"context"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// failing is a journal that can't record steps of a name.
type failing struct {
	channels.Journal
	step string
	err  error
}

func (j failing) Record(ctx context.Context, s channels.Step) error {
	if strings.HasPrefix(s.Name, j.step) {
		return j.err
	}
	return j.Journal.Record(ctx, s)
}

// unreadable is a journal that can't be read.
type unreadable struct {
	channels.Journal
	err error
}

func (j unreadable) Done(context.Context, string) (string, bool, error)     { return "", false, j.err }
func (j unreadable) Original(context.Context, string) (string, bool, error) { return "", false, j.err }

func TestAnUnreadableJournalStopsEverything(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	for _, action := range []channels.Action{channels.Publish, channels.Reply, channels.Delete} {
		post := gauges()
		post.Action = action
		d := delivery(render(t, c, post), channeltest.NewJournal())
		d.Journal = unreadable{d.Journal, context.DeadlineExceeded}
		_, err := c.Publish(t.Context(), d)
		if channels.AsError(err).Class != channels.Temporary || len(f.methods()) != 0 {
			t.Errorf("%q: %v, asked %q", action, err, f.methods())
		}
		if found, err := c.Find(t.Context(), d); channels.AsError(err).Class != channels.Temporary || found.Verdict != channels.CannotTell {
			t.Errorf("%q: found %+v, %v", action, found, err)
		}
	}
}

// A step that makes no sense begins nothing, for nobody knows what is out.
func TestOddSteps(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	for name, step := range map[string]channels.Step{
		"a post that is none": {Name: "post/1", Value: "{"}, "a post without a key": {Name: "post/1", Value: `{"uri":"at://did:plc:x","cid":"y"}`},
		"a post in a list":   {Name: "post/1", Value: `{"uri":"at://did:plc:x/app.bsky.graph.list/y","cid":"y"}`},
		"a key that is none": {Name: "key/1", Value: "key"},
	} {
		d := delivery(render(t, c, gauges()), channeltest.NewJournal())
		if err := d.Journal.Record(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Publish(t.Context(), d); err == nil || f.count("putRecord") != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRef(f *testing.F) {
	for _, value := range []string{`{"uri":"at://did:plc:x/app.bsky.feed.post/3jzfcijpj2z2a","cid":"bafy"}`, "{", `{"uri":"at://"}`, `{"uri":1}`} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r, err := parseRef(value)
		if err != nil {
			return
		}
		if again, err := parseRef(r.String()); err != nil || again != r {
			t.Errorf("%q reads back as %+v, %v", value, again, err)
		}
		did, key := r.parts()
		if url := r.receipt("").RemoteURL; url != "https://bsky.app/profile/"+did+"/post/"+key {
			t.Errorf("stands at %s", url)
		}
	})
}
