package bluesky

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/request"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer reply
		class  channels.Class
		says   string
	}{
		"deactivated":     {reply{status: 200, body: `{"did":"` + fakeDID + `","active":false,"status":"deactivated"}`}, channels.Unavailable, "is deactivated"},
		"not active":      {reply{status: 200, body: `{"did":"` + fakeDID + `","active":false}`}, channels.Unavailable, "not active"},
		"another account": {reply{status: 200, body: `{"did":"did:plc:x"}`}, channels.Temporary, "another account"},
		"web page":        {reply{status: 200, body: "<html>"}, channels.Temporary, "another account"},
		"broken":          {reply{status: 502}, channels.Temporary, "502"},
		"lost":            {reply{cut: true}, channels.Temporary, "could not be asked"},
		"limited":         {reply{status: 429}, channels.RateLimited, "429"},
		"bare 401":        {reply{status: 401}, channels.Unavailable, "401"},
	} {
		f := newFake(t)
		f.on("getSession", test.answer, test.answer) // what only reads may be asked twice on a connection that was used
		_, err := f.channel(t).Check(t.Context())
		if e := channels.AsError(err); e == nil || e.Class != test.class || !strings.Contains(e.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	ends := time.Date(2040, time.May, 1, 9, 0, 0, 0, time.UTC)
	header := map[string]string{"RateLimit-Limit": "5000", "RateLimit-Remaining": "4998", "RateLimit-Reset": fmt.Sprint(ends.Unix())}
	f.on("putRecord", reply{does: true, status: 500, header: header})
	if _, err := c.Publish(t.Context(), delivery(render(t, c, gauges()), channeltest.NewJournal())); err == nil {
		t.Error("published")
	}
	got, err := c.Check(t.Context())
	want := channels.Standing{
		Account: "@office.example.org (" + fakeDID + ")", Quota: "4998 of 5000 points for writing left until 2040-05-01 09:00 UTC",
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for name, change := range map[string]string{"RateLimit-Limit": "few", "RateLimit-Remaining": "-1", "RateLimit-Reset": "soon"} {
		a := request.Answer{Header: map[string][]string{}}
		for n, v := range header {
			a.Header.Set(n, v)
		}
		a.Header.Set(name, change)
		var q quota
		if q.note(a); q.words(ends.Add(-time.Hour)) != "" {
			t.Errorf("%s %s makes sense", name, change)
		}
	}
	if words := c.quota.words(ends); words != "" {
		t.Errorf("when the limit has ended: %s", words)
	}
}

func TestLimitEnd(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	for _, test := range []struct {
		reset, after string
		want         time.Time
	}{
		{"1800000060", "", now.Add(time.Minute)}, {"1800000060", "5", now.Add(time.Minute)}, {"", "5", now.Add(5 * time.Second)},
		{"1800000000", "5", now.Add(5 * time.Second)}, {"banana", "", time.Time{}}, {"", "", time.Time{}},
		{"1800086400", "", now.Add(24 * time.Hour)}, {"1800086401", "", now.Add(24 * time.Hour)}, {"9223372036854775807", "", now.Add(24 * time.Hour)},
	} {
		a := request.Answer{Header: map[string][]string{"Ratelimit-Reset": {test.reset}, "Retry-After": {test.after}}}
		if got := limitEnd(a, now); !got.Equal(test.want) {
			t.Errorf("%q, %q: %s, want %s", test.reset, test.after, got, test.want)
		}
	}
}

func TestInform(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	c := f.channel(t)
	post := channels.Post{Title: "@a.example.org and @nobody.example.org", Summary: "@A.example.org once more, mail b@c.example.org"}
	inform(t, c, &post)
	if want := `{"accounts":{"a.example.org":"` + fakeDID + `","nobody.example.org":""}}`; string(post.Facts) != want {
		t.Errorf("learned %s", post.Facts)
	}
	if n := len(f.methods()); n != 2 {
		t.Errorf("asked %q", f.methods())
	}
	if _, problems := c.Render(post); len(problems) != 1 || !strings.Contains(problems[0].Says, "@nobody.example.org") {
		t.Errorf("problems %+v", problems)
	}
	many := channels.Post{}
	for i := range maxMentions + 1 {
		many.Title += fmt.Sprintf("@a%d.example.org ", i)
	}
	inform(t, c, &many)
	if _, problems := c.Render(many); f.count("resolveHandle") != 2+maxMentions || len(problems) != 1 || !strings.Contains(problems[0].Try, "20 accounts") {
		t.Errorf("21 mentions: %+v", problems)
	}
}

func TestInformFaults(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]reply{
		"broken": {status: 500}, "lost": {cut: true}, "web page": {status: 200, body: "<html>"}, "bare 400": {status: 400},
		"no account": {status: 200, body: "{}"}, "an odd account": {status: 200, body: `{"did":"x\" onclick"}`}, "limited": {status: 429},
	} {
		f := newFake(t)
		f.on("resolveHandle", answer)
		learned, err := f.channel(t).Inform(t.Context(), channels.Post{Title: "@a.example.org"})
		if err == nil || learned != nil || !strings.Contains(err.Error(), "@a.example.org") {
			t.Errorf("%s: %s, %v", name, learned, err)
		}
	}
}

func TestDescriptions(t *testing.T) {
	t.Parallel()
	c := offline(t)
	if d := c.Destination(); d != (channels.Destination{Kind: "bluesky", Endpoint: "http://127.0.0.1:9", Account: "office.example.org"}) {
		t.Errorf("destination %+v", d)
	}
	caps := c.Capabilities()
	if caps.Edits || !caps.Deletes || !caps.Replies || !caps.Threads || !caps.Media || caps.Limit != 300 || caps.Images != 4 {
		t.Errorf("capabilities %+v", caps)
	}
	if _, ok := channels.Channel(c).(channels.Previewer); !ok {
		t.Error("shows no preview")
	}
	if _, ok := channels.Channel(c).(channels.Informer); !ok {
		t.Error("learns no facts")
	}
}

func TestWording(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		post channels.Post
		want string
	}{
		{channels.Post{Title: "One"}, "One"},
		{channels.Post{Title: "One", Corrects: "It"}, "Correction: One"},
		{channels.Post{Title: "One", Withdraws: "It"}, "Withdrawn: One"},
		{channels.Post{Title: "Un", Corrects: "It", Language: "cy-GB"}, "Cywiriad: Un"},
		{channels.Post{Title: "Un", Withdraws: "It", Language: "CY"}, "Tynnwyd yn ôl: Un"},
		{channels.Post{Title: "One", Corrects: "It", Language: "fr"}, "Correction: One"},
		{channels.Post{Corrects: "It"}, ""},
		{channels.Post{Title: "One", Corrects: "It", Variant: channels.Variant{Text: "Own"}}, "Correction: Own"},
	} {
		if _, got := wording(test.post); got != test.want {
			t.Errorf("%+v: %q", test.post, got)
		}
	}
}
