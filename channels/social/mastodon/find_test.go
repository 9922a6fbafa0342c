package mastodon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// later lets the clock of a channel stand so long after the attempt that an
// absence counts.
func later(c *Channel) { c.now = func() time.Time { return time.Now().Add(c.set.settle) } }

func found(t *testing.T, c *Channel, d channels.Delivery, want channels.Verdict, evidence string) channels.Finding {
	t.Helper()
	f, err := c.Find(t.Context(), d)
	if err != nil || f.Verdict != want || !strings.Contains(f.Evidence, evidence) || strings.Contains(f.Evidence, token) {
		t.Errorf("%s: %+v, %v; want %s with %q", f.Verdict, f, err, want, evidence)
	}
	return f
}

func reads(t *testing.T, to *fake) {
	t.Helper()
	for _, line := range to.lines() {
		if !strings.HasPrefix(line, "GET ") {
			t.Errorf("a look asked %s", line)
		}
	}
}

func TestFindLostAnswer(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	mention := edited(func(p *channels.Post) {
		p.Summary, p.HasPage = "With @a@example.org: “quotes” & <b>\n\nend e\u0301", false
	})
	for name, post := range map[string]channels.Post{"plain": channeltest.Post(), "thread": threaded(), "images": pictured(), "mention": mention} {
		d := delivery(rendered(t, c, post))
		steps := len(stepsOf(d.Rendering))
		answers := append(slices.Repeat([]answer{{lost: true}}, 1), []answer{}...)
		to.script(postLine, answers...)
		if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Unknown {
			t.Fatalf("%s: %v", name, err)
		}
		to.lines()
		want := channels.Found
		if steps > 1 {
			want = channels.CannotTell // the rest is missing, and it is early
		}
		found(t, c, d, want, "@office")
		reads(t, to)
		if value, ok, _ := d.Journal.Done(t.Context(), "post/1"); !ok || remembered(value).ID == "" {
			t.Errorf("%s: the first post is not in the journal", name)
		}
		if steps == 1 {
			continue
		}
		later(c)
		found(t, c, d, channels.Absent, fmt.Sprintf("1 of %d posts are there", steps))
		c.now = time.Now
		to.lines()
		if _, err := c.Publish(t.Context(), d); err != nil || len(to.lines()) != steps-1 {
			t.Errorf("%s: %v", name, err)
		}
		found(t, c, d, channels.Found, "all was recorded")
	}
}

func TestFindNothing(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	d := delivery(rendered(t, c, channeltest.Post()))
	found(t, c, d, channels.CannotTell, "looked at the posts of @office: there are none; that counts 1m0s after the attempt")
	later(c)
	found(t, c, d, channels.Absent, "there are none")
	// A server that says there are posts and shows none shows nothing.
	to.script("GET /api/v1/accounts/7/statuses", answer{status: 200, body: "[]"})
	to.add([]byte(`{"status":"something else"}`))
	found(t, c, d, channels.CannotTell, "there are none")
	found(t, c, d, channels.Absent, "looked at the 1 newest posts of @office, back to ")
	reads(t, to)
}

// Absence counts from the settling time on, not before; it begins when the
// attempt ended, as its last request may have left right then.
func TestFindSettles(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "settle_after = \"10s\"")
	d := delivery(rendered(t, c, channeltest.Post()))
	d.Ended = d.Opened.Add(time.Minute)
	for after, want := range map[time.Duration]channels.Verdict{

		9999 * time.Millisecond: channels.CannotTell, 10 * time.Second: channels.Absent, 11 * time.Second: channels.Absent,
	} {
		c.now = func() time.Time { return d.Ended.Add(after) }
		found(t, c, d, want, "there are none")
	}
}

// Posts from before the attempt are none of it, and only a look that reaches
// back there proves an absence.
func TestFindWindow(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	d := delivery(rendered(t, c, edited(func(p *channels.Post) { p.HasPage = false })))
	text := strings.ReplaceAll(edited(func(*channels.Post) {}).Title+"\n\n"+channeltest.Post().Summary, "\n", `\n`)
	same := []byte(`{"status":"` + text + `"}`)
	to.now = func() time.Time { return d.Opened.Add(-skew - time.Minute) }
	to.add(same)
	later(c)
	found(t, c, d, channels.Absent, "none has this text")
	to.now = func() time.Time { return d.Opened.Add(-skew + time.Minute) }
	to.add(same) // within the margin for clocks that differ
	f := found(t, c, d, channels.Found, "has this text")
	if f.Receipt.RemoteID != "101" {
		t.Errorf("%+v", f)
	}
	// More posts since than a look reads.
	d.Journal = channeltest.NewJournal()
	to.now = time.Now
	for range pageSize * maxPages {
		to.add([]byte(`{"status":"another"}`))
	}
	found(t, c, d, channels.CannotTell, fmt.Sprintf("looked at the %d newest posts", pageSize*maxPages))
	reads(t, to)
}

// A server that shows a text in another way than it was written.
func TestFindByOtherMarks(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	post := channeltest.Post()
	for name, test := range map[string]struct {
		change   func(p map[string]any)
		source   answer
		want     channels.Verdict
		evidence string
	}{
		"no source": {func(p map[string]any) { p["text"] = nil }, answer{}, channels.Found, "links to the message's page"},
		"source asked": {func(p map[string]any) { p["content"] = p["content"].(string) + "<p>via us</p>" }, answer{}, channels.Found,
			"has this text"},
		"link":         {func(p map[string]any) { p["text"] = nil }, answer{status: 404, body: `{"error":"x"}`}, channels.Found, "links to the message's page"},
		"edited since": {func(p map[string]any) { p["edited_at"] = "2027-05-01T00:00:00Z"; p["text"] = "now else" }, answer{}, channels.Found, "was edited since"},
		"another":      {func(p map[string]any) { p["text"] = "now else" }, answer{}, channels.CannotTell, "none has this text"},
		"a reply":      {func(p map[string]any) { p["in_reply_to_id"] = "5" }, answer{}, channels.CannotTell, "none has this text"},
	} {
		to.mu.Lock()
		to.posts = nil
		to.mu.Unlock()
		d := delivery(rendered(t, c, post))
		to.script(postLine, answer{lost: true})
		if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Unknown {
			t.Fatal(err)
		}
		to.mu.Lock()
		p := to.posts[0]
		p["content"] = "<p>" + p["content"].(string) + "!</p>"
		test.change(p)
		text := p["text"]
		delete(p, "text") // Mastodon does not list it
		to.mu.Unlock()
		line := "GET /api/v1/statuses/100/source"
		source := test.source
		if source.status == 0 {
			source = answer{status: 200, body: fmt.Sprintf(`{"id":"100","text":%s}`, quoted(text))}
		}
		to.script(line, source)
		t.Log(name)
		found(t, c, d, test.want, test.evidence)
		to.mu.Lock()
		to.scripts = map[string][]answer{}
		to.mu.Unlock()
		reads(t, &fake{seen: only(to.requests())})
	}
}

// only leaves out the lost post itself.
func only(all []asked) []asked { return all[1:] }

func quoted(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return "null"
}

// So many similar posts that not all can be asked: nobody can tell.
func TestFindAsksWithinBounds(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	d := delivery(rendered(t, c, channeltest.Post()))
	for range maxSources + 1 {
		p := to.add([]byte(`{"status":"Library opens on Sundays From May the central library opens from 10 to 5."}`))
		delete(p, "text")
	}
	later(c)
	found(t, c, d, channels.CannotTell, "none has this text")
	sources := 0
	for _, line := range to.lines() {
		if strings.HasSuffix(line, "/source") {
			sources++
		}
	}
	if sources != maxSources {
		t.Errorf("%d posts were asked, the limit is %d", sources, maxSources)
	}
}

func TestFindEditReplyDelete(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	original := delivery(rendered(t, c, channeltest.Post()))
	if _, err := c.Publish(t.Context(), original); err != nil {
		t.Fatal(err)
	}
	about := func(name string, posts int) channels.Delivery {
		post := goldens()[name]
		post.OriginalPosts = posts
		d := delivery(rendered(t, c, post))
		d.Journal = journalOf(original).Following()
		return d
	}
	again := func(name string) channels.Delivery { return about(name, 1) }
	found(t, c, again("edit"), channels.CannotTell, "it was not edited since the attempt")
	later(c)
	found(t, c, again("edit"), channels.Absent, "it was not edited since the attempt")
	to.script("PUT /api/v1/statuses/100", answer{lost: true})
	edit := again("edit")
	if _, err := c.Publish(t.Context(), edit); classOf(err) != channels.Unknown {
		t.Fatal(err)
	}
	if f := found(t, c, edit, channels.Found, "they are edited"); f.Receipt.RemoteID != "100" || f.Receipt.Detail != "edited 1 post" {
		t.Errorf("%+v", f)
	}
	other := again("welsh-correction")
	other.Rendering = rendered(t, c, edited(func(p *channels.Post) { p.Action, p.OriginalPosts, p.Title = channels.Edit, 1, "Other" }))
	found(t, c, other, channels.Absent, "it was edited and does not have the new text")

	to.script(postLine, answer{lost: true})
	reply := again("reply")
	if _, err := c.Publish(t.Context(), reply); classOf(err) != channels.Unknown {
		t.Fatal(err)
	}
	found(t, c, reply, channels.Absent, "1 of 3 posts are there")

	found(t, c, again("delete"), channels.Absent, "it is still there")
	to.script("DELETE /api/v1/statuses/100", answer{lost: true})
	remove := again("delete")
	if _, err := c.Publish(t.Context(), remove); classOf(err) != channels.Unknown {
		t.Fatal(err)
	}
	if f := found(t, c, remove, channels.Found, "they are deleted"); f.Receipt.RemoteID != "100" || f.Receipt.Detail != "deleted 1 post" {
		t.Errorf("%+v", f)
	}
	found(t, c, again("edit"), channels.CannotTell, "it is no longer there")
}

// A look that can't be taken says nothing.
func TestFindFaults(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	later(c)
	d := delivery(rendered(t, c, channeltest.Post()))
	for _, line := range []string{"GET /api/v1/accounts/verify_credentials", "GET /api/v1/accounts/7/statuses"} {
		for _, a := range []answer{
			{status: 200, body: "<html>"}, {status: 200, body: `{"id":`}, {status: 200, body: `[{"id":"1"}]`}, {status: 200, body: `[{"id":"../","created_at":"2027-05-01T00:00:00Z"}]`},
			{status: 401}, {status: 403}, {status: 404}, {status: 429}, {status: 500}, {status: 302}, {lost: true},
		} {
			to.script(line, a)
			if a.lost { // a reading request may be repeated on a fresh connection
				to.script(line, a)
			}
			f, err := c.Find(t.Context(), d)
			if err == nil || f.Verdict != channels.CannotTell || classOf(err) == channels.Unknown {
				t.Errorf("%s %+v: %+v %v", line, a, f, err)
			}
		}
	}
	to.script("GET /api/v1/accounts/7/statuses", answer{status: 200, body: `[{"id":"1","created_at":"2007-05-01T00:00:00Z"}]`})
	d.Journal.(*channeltest.Journal).Fail(errDeaf)
	found(t, c, d, channels.Absent, "none has this text")
	if _, err := c.Find(t.Context(), channels.Delivery{}); classOf(err) != channels.Permanent {
		t.Errorf("nothing: %v", err)
	}
}
