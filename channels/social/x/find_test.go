package x

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// page is where the posts under test lead.
const page = "https://news.example.org/news/library-opens-x7"

// on is a post on a timeline, so long after noon.
func on(id string, after time.Duration, text string, more ...string) string {
	return fmt.Sprintf(`{"id":%q,"created_at":%q,"conversation_id":%q,"text":%q%s}`,
		id, noon.Add(after).Format(time.RFC3339), id, text, strings.Join(append([]string{""}, more...), ","))
}

func entity(short, expanded string) string {
	return fmt.Sprintf(`"entities":{"urls":[{"url":%q,"expanded_url":%q}]}`, short, expanded)
}

func repliesTo(id string) string {
	return fmt.Sprintf(`"referenced_tweets":[{"type":"replied_to","id":%q}]`, id)
}

// old is a post from before any send; plain is the one under test, as X shows
// it.
var (
	old   = on("1", -time.Hour, "An older post.")
	plain = on("9", time.Second, "Library opens on Sundays\n\nFrom May the central library opens from 10 to 4.\n\nhttps://t.co/abc", entity("https://t.co/abc", page))
)

// showing is an X with a timeline.
func showing(t *testing.T, posts ...string) *fake {
	t.Helper()
	return newFake(t, func(w http.ResponseWriter, r asked) {
		if r.path == "/2/users/me" {
			_, _ = w.Write([]byte(`{"data":{"id":"42","username":"ExampleOffice"}}`))
			return
		}
		_, _ = fmt.Fprintf(w, `{"data":[%s],"meta":{"result_count":%d}}`, strings.Join(posts, ","), len(posts))
	})
}

func TestFind(t *testing.T) {
	t.Parallel()
	found, absent, cannot := channels.Found, channels.Absent, channels.CannotTell
	text := "Library opens on Sundays\n\nFrom May the central library opens from 10 to 4.\n\n"
	for name, test := range map[string]struct {
		posts   []string
		wait    time.Duration // from the attempt's end to the look
		verdict channels.Verdict
	}{
		"there":                       {[]string{plain, old}, 0, found},
		"there, and nothing older":    {[]string{plain}, 0, found},
		"there, with other words":     {[]string{on("9", 0, "Library opens https://t.co/abc", entity("https://t.co/abc", page)), old}, 0, found},
		"there, the link unwound":     {[]string{on("9", 0, text+"https://t.co/abc", `"entities":{"urls":[{"url":"https://t.co/abc","expanded_url":"https://sho.rt/1","unwound_url":"`+page+`/"}]}`), old}, 0, found},
		"there, by X's clock earlier": {[]string{on("9", -4*time.Minute, text+"https://t.co/abc", entity("https://t.co/abc", page)), old}, 0, found},
		"not there, at once":          {[]string{old}, 0, cannot},
		"not there, before its time":  {[]string{old}, time.Minute - time.Second, cannot},
		"not there, at its time":      {[]string{old}, time.Minute, absent},
		"not there, nothing older":    {[]string{on("8", 0, "Another.")}, time.Hour, cannot},
		"not there, no post at all":   {nil, time.Hour, cannot},
		"older by just too little":    {[]string{on("8", -margin, "Another.")}, time.Hour, cannot},
		"older by just enough":        {[]string{on("8", -margin-time.Second, "Another.")}, time.Hour, absent},
		"the same, but long before":   {[]string{on("9", -time.Hour, text+"https://t.co/abc", entity("https://t.co/abc", page))}, time.Hour, absent},
		"the same, but a reply":       {[]string{on("9", 0, text+"https://t.co/abc", entity("https://t.co/abc", page), repliesTo("3")), old}, time.Hour, absent},
		"the same, but no time":       {[]string{`{"id":"9","text":"Library opens"}`, old}, time.Hour, absent},
		"a link to another page":      {[]string{on("9", 0, "Library https://t.co/abc", entity("https://t.co/abc", page+"-2")), old}, time.Hour, absent},
	} {
		to := showing(t, test.posts...)
		c := made(t, byOAuth1(to.URL), nil)
		d := delivery(t, c, channeltest.Post())
		d.Values.PageAddress, d.Ended = page, noon.Add(30*time.Second)
		c.now = func() time.Time { return d.Ended.Add(test.wait) }
		f, err := c.Find(t.Context(), d)
		if err != nil || f.Verdict != test.verdict || !strings.Contains(f.Evidence, "@ExampleOffice") {
			t.Errorf("%s: %s: %s, %v", name, f.Verdict, f.Evidence, err)
		}
		if f.Verdict == found && f.Receipt.RemoteURL != "https://x.com/ExampleOffice/status/9" {
			t.Errorf("%s: %+v", name, f.Receipt)
		}
		if paths := to.paths(); paths != "GET /2/users/me\nGET /2/users/42/tweets" {
			t.Errorf("%s: asked\n%s", name, paths)
		}
	}
}

func TestFindEvidence(t *testing.T) {
	t.Parallel()
	to := showing(t, on("8", 0, "Another."), old)
	c := made(t, byOAuth1(to.URL), nil)
	d := delivery(t, c, channeltest.Post())
	c.now = func() time.Time { return noon.Add(time.Hour) }
	f, err := c.Find(t.Context(), d)
	want := "looked at the 2 newest posts of @ExampleOffice, back to 2027-05-01 11:00 UTC; none is of this send"
	if err != nil || f.Evidence != want {
		t.Errorf("got %q, %v", f.Evidence, err)
	}
}

// The texts are as they leave, and as X shows them.
func TestFindKnowsATextAgain(t *testing.T) {
	t.Parallel()
	for ours, theirs := range map[string]string{
		"A & B < C > D":          `"text":"A &amp; B &lt; C &gt; D"`,
		"He said &amp; meant it": `"text":"He said &amp;amp; meant it"`,
		"cafe\u0301":             `"text":"café"`,
		"two\n\n\nlines  here":   `"text":"two\n\nlines here"`,
		"See example.com/a now":  `"text":"See https://t.co/1 now","entities":{"urls":[{"url":"https://t.co/1","expanded_url":"http://example.com/a"}]}`,
		"See http://bücher.de":   `"text":"See https://t.co/1","entities":{"urls":[{"url":"https://t.co/1","expanded_url":"http://xn--bcher-kva.de/"}]}`,
		"(https://a.org/x_(y))":  `"text":"(https://t.co/1)","entities":{"urls":[{"url":"https://t.co/1","expanded_url":"https://a.org/x_(y)"}]}`,
		"https://a.org a.org":    `"text":"https://t.co/1 https://t.co/2","entities":{"urls":[{"url":"https://t.co/1","expanded_url":"https://a.org"},{"url":"https://t.co/2","expanded_url":"http://a.org"}]}`,
		"With a picture":         `"text":"With a picture https://t.co/9","entities":{"urls":[{"url":"https://t.co/9","expanded_url":"https://x.com/o/status/9/photo/1","media_key":"3_1"}]}`,
		"With another":           `"text":"With another https://t.co/9","entities":{"urls":[{"url":"https://t.co/9","expanded_url":"https://x.com/o/status/9/photo/1"}]}`,
		"המקום נפתח 新 👩‍👩‍👧‍👦": `"text":"המקום נפתח 新 👩‍👩‍👧‍👦"`,
	} {
		for text, verdict := range map[string]channels.Verdict{ours: channels.Found, ours + "!": channels.Absent} {
			post := `{"id":"9","created_at":"2027-05-01T12:00:01Z","conversation_id":"9",` + theirs + `}`
			to := showing(t, post, old)
			c := made(t, byOAuth1(to.URL), nil)
			d := delivery(t, c, edited(func(p *channels.Post) { p.Variant.Text, p.HasPage = text, false }))
			c.now = func() time.Time { return noon.Add(time.Hour) }
			if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != verdict {
				t.Errorf("%q as %s: %s, %v", text, theirs, f.Verdict, err)
			}
		}
	}
}

func TestFindReadsPages(t *testing.T) {
	t.Parallel()
	for pages, want := range map[int]channels.Verdict{1: channels.Found, 5: channels.Found, 6: channels.CannotTell} {
		n := 0
		to := newFake(t, func(w http.ResponseWriter, r asked) {
			n++
			post, next := on(fmt.Sprint(100+n), 0, "Another."), `"next_token":"more"`
			if n == pages {
				post, next = plain, ""
			}
			if n > 1 && !strings.Contains(r.query, "pagination_token=more") || !strings.Contains(r.query, "max_results=100") {
				t.Errorf("page %d: asked for %s", n, r.query)
			}
			_, _ = fmt.Fprintf(w, `{"data":[%s],"meta":{%s}}`, post, next)
		})
		c := made(t, byOAuth1(to.URL), nil)
		c.remember("42")
		d := delivery(t, c, channeltest.Post())
		d.Values.PageAddress = page
		c.now = func() time.Time { return noon.Add(time.Hour) }
		if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != want || n > maxPages {
			t.Errorf("%d pages: %s after %d, %v", pages, f.Verdict, n, err)
		}
	}
}

func TestFindByTheOtherNameOfTheFields(t *testing.T) {
	t.Parallel()
	to := newFake(t, func(w http.ResponseWriter, r asked) {
		if strings.Contains(r.query, "tweet.fields") {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintf(w, `{"data":[%s,%s],"meta":{}}`, plain, old)
	})
	c := made(t, byOAuth1(to.URL), nil)
	c.remember("42")
	d := delivery(t, c, channeltest.Post())
	d.Values.PageAddress = page
	if f, err := c.Find(t.Context(), d); err != nil || f.Verdict != channels.Found || len(to.requests()) != 2 {
		t.Errorf("%+v, %v", f, err)
	}
}

// What is no timeline decides nothing.
func TestFindCannotLook(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"HTML": {200, "<html>"}, "truncated": {200, `{"data":[{"id":"9"`}, "an object": {200, `{"data":{"id":"9"},"meta":{}}`},
		"errors alone": {200, `{"errors":[{"detail":"x"}]}`}, "empty": {200, ""}, "bad request": {400, ""}, "refused": {401, ""},
		"forbidden": {403, ""}, "not found": {404, ""}, "limited": {429, ""}, "broken": {503, ""}, "elsewhere": {302, ""}, "lost": {0, ""},
	} {
		to := newFake(t, func(w http.ResponseWriter, _ asked) {
			if test.status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		})
		c := made(t, byOAuth1(to.URL), nil)
		c.remember("42")
		d := delivery(t, c, channeltest.Post())
		c.now = func() time.Time { return noon.Add(time.Hour) }
		f, err := c.Find(t.Context(), d)
		if err == nil || f.Verdict != channels.CannotTell || classOf(err) == channels.Unknown {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
		c = made(t, byOAuth1(to.URL), nil) // which does not know its account yet
		if f, err := c.Find(t.Context(), d); err == nil || f.Verdict != channels.CannotTell {
			t.Errorf("%s, whose: %+v, %v", name, f, err)
		}
	}
	c := made(t, byOAuth1(defaultAPI), nil)
	d := delivery(t, c, channeltest.Post())
	d.Journal = brokenJournal{}
	if _, err := c.Find(t.Context(), d); classOf(err) != channels.Temporary {
		t.Errorf("a broken journal: %v", err)
	}
}

// FuzzTimeline reads whatever X may answer.
func FuzzTimeline(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte(on("9", 0, "&amp; https://t.co/1", entity("", "%"), repliesTo("1"))))
	f.Add([]byte(`{"id":"9","entities":null,"referenced_tweets":[{}]}`))
	c := made(f, byOAuth1(defaultAPI), nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		var one tweet
		if json.Unmarshal(data, &one) != nil {
			return
		}
		s := search{account: c, since: noon}
		_, _, _ = one.canonical(), one.links(page), s.candidate(one, "1")
		if c.canonical(one.Text) == "" && strings.TrimSpace(one.Text) != "" {
			t.Fatalf("%q is nothing", one.Text)
		}
	})
}
