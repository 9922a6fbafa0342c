package mastodon

import (
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

func TestCheck(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "account = \"@Office\"\ntoken_expires = \"2027-05-01\"")
	c.now = func() time.Time { return time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC) }
	const line = "GET /api/v1/accounts/verify_credentials"
	standing, err := c.Check(t.Context())
	want := channels.Standing{
		Account: "@office@" + strings.TrimPrefix(to.URL, "http://"), Expires: time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC), Quota: "287 of 300 requests left",
	}
	if err != nil || standing != want {
		t.Errorf("%+v %v", standing, err)
	}
	me := func(more string) string { return `{"id":"7","username":"office"` + more + `}` }
	to.script(line, answer{status: 200, body: me(""), header: map[string]string{
		"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "2027-01-01T08:05:00Z",
	}})
	if standing, err = c.Check(t.Context()); err != nil || standing.Quota != "7 of 300 requests left until 08:05:00 UTC" {
		t.Errorf("%+v %v", standing, err)
	}
	to.script(line, answer{status: 200, body: me(""), header: map[string]string{"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "<b>"}})
	if standing, err = c.Check(t.Context()); err != nil || standing.Quota != "" {
		t.Errorf("%+v %v", standing, err)
	}
	for _, test := range []struct {
		answer answer
		class  channels.Class
		says   string
	}{
		{answer{status: 200, body: `{"id":"7","username":"other"}`}, channels.Unavailable, "the token is for @other, the settings say @Office"},
		{answer{status: 200, body: me(`,"suspended":true`)}, channels.Unavailable, "suspended"},
		{answer{status: 200, body: me(`,"moved":{"acct":"new@elsewhere.example"}`)}, channels.Unavailable, "has moved to @new@elsewhere.example"},
		{answer{status: 200, body: me(`,"moved":null`)}, 255, ""},
		{answer{status: 200, body: "{}"}, channels.Temporary, "whose token"},
		{answer{status: 200, body: "<html>"}, channels.Temporary, "something else"},
		{answer{status: 301, header: map[string]string{"Location": "https://new.example/x"}}, channels.Unavailable, "it points to new.example"},
		{answer{status: 401, body: `{"error":"The access token was revoked"}`}, channels.Unavailable, "The access token was revoked"},
		{answer{status: 403, body: `{"error":"a","error_description":"` + token + `"}`}, channels.Unavailable, "a: <secret>"},
		{answer{status: 404, body: "<html>"}, channels.Unavailable, "404"},
		{answer{status: 410}, channels.Unavailable, "410"},
		{answer{status: 422}, channels.Unavailable, "422"},
		{answer{status: 429}, channels.Temporary, "429"},
		{answer{status: 500}, channels.Temporary, "500"},
		{answer{status: 503}, channels.Temporary, "503"},
		{answer{lost: true}, channels.Temporary, "could not be asked"},
	} {
		for range 2 { // a reading request may be repeated on a fresh connection
			to.script(line, test.answer)
		}
		_, err := c.Check(t.Context())
		if classOf(err) != test.class || err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), token)) {
			t.Errorf("%+v: %v", test.answer, err)
		}
		to.mu.Lock()
		to.scripts = map[string][]answer{}
		to.mu.Unlock()
	}
}
