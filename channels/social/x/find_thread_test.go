package x

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// threadOf gives a delivery of three posts with the same words in two of them,
// and their texts.
func threadOf(t *testing.T, c *account) (channels.Delivery, []string) {
	t.Helper()
	sentence := strings.Repeat("A sentence of it. ", 15)
	d := delivery(t, c, edited(func(p *channels.Post) {
		p.Variant.Text, p.HasPage = strings.TrimSpace(sentence)+"\n\n"+strings.TrimSpace(sentence)+"\n\nThat was all of it.", false
	}))
	var texts []string
	for _, name := range named(d.Rendering, postPrefix) {
		text, err := textOf(d, name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if len(texts) != 3 || texts[0] != texts[1] {
		t.Fatalf("got %q", texts)
	}
	return d, texts
}

// What is found of a thread is recorded; only what is missing is sent again.
func TestFindThread(t *testing.T) {
	t.Parallel()
	for there := range 4 {
		c := made(t, byOAuth1(defaultAPI), nil)
		d, texts := threadOf(t, c)
		posts := []string{old}
		for i, text := range texts[:there] {
			more := []string{}
			if i > 0 {
				more = append(more, repliesTo(fmt.Sprint(90+i-1)))
			}
			posts = append([]string{on(fmt.Sprint(90+i), time.Duration(i)*time.Second, text, more...)}, posts...)
		}
		to := showing(t, posts...)
		c.API = to.URL
		c.now = func() time.Time { return noon.Add(time.Hour) }
		journal := channeltest.NewJournal()
		d.Journal = journal
		f, err := c.Find(t.Context(), d)
		want := channels.Absent
		if there == 3 {
			want = channels.Found
		}
		if err != nil || f.Verdict != want || len(journal.Steps()) != there {
			t.Errorf("%d there: %s, %q, %v", there, f.Verdict, journal.Steps(), err)
		}
		for i, step := range journal.Steps() {
			if id, _, _ := journal.Done(t.Context(), step); id != fmt.Sprint(90+i) {
				t.Errorf("%d there: %s is %s", there, step, id)
			}
		}
	}
}

// A later attempt looks back to the first one: what that one posted may have
// been slow to show.
func TestFindLooksBackToTheFirstAttempt(t *testing.T) {
	t.Parallel()
	to := showing(t, plain, old)
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, channeltest.Post())
	d.Values.PageAddress = page
	if err := d.Journal.Record(t.Context(), channels.Step{Name: stepBegun, Value: noon.Format(time.RFC3339)}); err != nil {
		t.Fatal(err)
	}
	d.Attempt, d.Opened = 3, noon.Add(6*time.Hour)
	c.now = func() time.Time { return d.Opened }
	if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != channels.Found {
		t.Errorf("%+v, %v", f, err)
	}
}

// The original of a correction leads to the same page, and is not taken for
// it, nor is another reply.
func TestFindTellsAReplyFromItsOriginal(t *testing.T) {
	t.Parallel()
	link := entity("https://t.co/abc", page)
	for name, test := range map[string]struct {
		post    string
		verdict channels.Verdict
	}{
		"the reply":       {on("9", 0, "Corrected https://t.co/abc", link, repliesTo("71")), channels.Found},
		"no parent known": {`{"id":"9","created_at":"2027-05-01T12:00:01Z","conversation_id":"71","text":"Corrected https://t.co/abc",` + link + `}`, channels.Found},
		"the original":    {on("71", 0, "Library https://t.co/abc", link), channels.Absent},
		"another reply":   {on("9", 0, "Corrected https://t.co/abc", link, repliesTo("72")), channels.Absent},
		"no reply":        {on("9", 0, "Corrected https://t.co/abc", link), channels.Absent},
	} {
		to := showing(t, test.post, old)
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, edited(func(p *channels.Post) { p.Action, p.Corrects = channels.Reply, "The old title" }))
		d.Journal, d.Values.PageAddress = following(t), page
		c.now = func() time.Time { return noon.Add(time.Hour) }
		if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != test.verdict {
			t.Errorf("%s: %s, %v", name, f.Verdict, err)
		}
	}
	to := showing(t, on("71", 0, "Library https://t.co/abc", link), old) // the original of a correction that is a post of its own
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, edited(func(p *channels.Post) { p.Corrects = "The old title" }))
	d.Journal, d.Values.PageAddress = following(t), page
	c.now = func() time.Time { return noon.Add(time.Hour) }
	if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != channels.Absent {
		t.Errorf("a post of its own: %s, %v", f.Verdict, err)
	}
}

func TestFindRemoved(t *testing.T) {
	t.Parallel()
	missing := func(id string) string {
		return fmt.Sprintf(`{"resource_id":%q,"type":"https://api.x.com/2/problems/resource-not-found"}`, id)
	}
	for name, test := range map[string]struct {
		body    string
		verdict channels.Verdict
		fails   bool
	}{
		"both gone":      {fmt.Sprintf(`{"errors":[%s,%s]}`, missing("71"), missing("72")), channels.Found, false},
		"one there":      {fmt.Sprintf(`{"data":[{"id":"71"}],"errors":[%s]}`, missing("72")), channels.Absent, false},
		"both there":     {`{"data":[{"id":"71"},{"id":"72"}]}`, channels.Absent, false},
		"one untold":     {fmt.Sprintf(`{"errors":[%s]}`, missing("71")), channels.CannotTell, true},
		"another reason": {fmt.Sprintf(`{"errors":[%s,{"type":"https://api.x.com/2/problems/not-authorized-for-resource"}]}`, missing("71")), channels.CannotTell, true},
		"HTML":           {"<html>", channels.CannotTell, true},
	} {
		to := newFake(t, func(w http.ResponseWriter, _ asked) { _, _ = w.Write([]byte(test.body)) })
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, channels.Post{Action: channels.Delete, OriginalPosts: 2})
		d.Journal = following(t)
		f, err := c.Find(t.Context(), d)
		if f.Verdict != test.verdict || (err != nil) != test.fails {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
		if r := to.requests()[0]; r.method != http.MethodGet || r.query != "ids=71%2C72" {
			t.Errorf("%s: asked %+v", name, r)
		}
	}
}
