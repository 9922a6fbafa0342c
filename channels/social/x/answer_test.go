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

// said is an answer of X with a problem in it.
func said(kind, detail string) string {
	return fmt.Sprintf(`{"title":"T","detail":%q,"type":"https://api.x.com/2/problems/%s","status":0}`, detail, kind)
}

func TestWhatEachAnswerMeans(t *testing.T) {
	t.Parallel()
	const html = "<html><body>Over capacity</body></html>"
	unknown, unavailable, permanent, limited := channels.Unknown, channels.Unavailable, channels.Permanent, channels.RateLimited
	tests := []struct {
		status int
		body   string
		class  channels.Class
		has    string // in the reason
	}{
		{200, `{"data":{}}`, unknown, "no id"},
		{201, `{"data":{"id":"12x"}}`, unknown, "no id"},
		{201, `{"data":{"id":12}}`, unknown, "201"},
		{201, `{"data":{"id":"17000000`, unknown, "201"},
		{201, html, unknown, "201"},
		{201, ``, unknown, "201"},
		{204, ``, unknown, "204"},
		{200, `{"errors":[{"detail":"x"}]}`, unknown, "no id"},
		{301, ``, unknown, "301"},
		{303, ``, unknown, "303"},
		{400, said("invalid-request", "One or more parameters"), permanent, "One or more parameters"},
		{400, html, permanent, "400"},
		{401, said("about", "Who are you?"), unavailable, "refuses the account's credentials"},
		{402, said("credits", "Your account has no credits"), unavailable, "credits"},
		{402, ``, unavailable, "buy more"},
		{403, said("about", "You are not allowed to create a Tweet with duplicate content."), unknown, "live already"},
		{403, `{"errors":[{"code":187,"message":"Status is a duplicate."}]}`, unknown, "live already"},
		{403, `{"errors":[{"code":185,"message":"User is over daily status update limit."}]}`, limited, "daily"},
		{403, said("about", "You are not permitted to perform this action."), unavailable, "developer console"},
		{403, `{"errors":[{"code":64,"message":"Your account is suspended"}]}`, unavailable, "suspended"},
		{403, `{"title":"Client Forbidden","reason":"client-not-enrolled","type":"https://api.twitter.com/2/problems/client-forbidden"}`, unavailable, "Client Forbidden"},
		{403, said("about", "Reply to this conversation is not allowed because you have not been mentioned."), permanent, "does not take this post"},
		{403, said("about", "Your Tweet text is too long."), permanent, "too long"},
		{403, said("not-authorized-for-resource", "x"), permanent, "does not take this post"},
		{403, html, unavailable, "developer console"},
		{404, html, permanent, "404"},
		{408, ``, unknown, "408"},
		{413, ``, permanent, "413"},
		{422, ``, permanent, "422"},
		{429, ``, limited, "429"},
		{429, said("usage-capped", "Usage cap exceeded: Monthly product cap"), unavailable, "this month"},
		{451, ``, permanent, "451"},
		{500, html, unknown, "500"}, {502, html, unknown, "502"}, {503, said("about", "Service Unavailable"), unknown, "503"},
		{504, ``, unknown, "504"}, {520, ``, unknown, "520"},
	}
	for _, test := range tests {
		to := newFake(t, func(w http.ResponseWriter, _ asked) {
			w.Header().Set("Location", "http://169.254.169.254/latest")
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		})
		c := made(t, byOAuth1(to.URL), nil)
		_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
		e := channels.AsError(err)
		if e == nil || e.Class != test.class || !strings.Contains(e.Reason, test.has) {
			t.Errorf("%d %.60s: got %v", test.status, test.body, err)
		}
		if n := len(to.requests()); n != 1 {
			t.Errorf("%d: %d requests", test.status, n)
		}
	}
}

// Uploads and descriptions show nowhere, so nothing that becomes of them may
// make a send unknown.
func TestWhatComesBeforeThePostIsNeverUnknown(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/2/media/upload", "/2/media/metadata"} {
		for status, class := range map[int]channels.Class{
			200: channels.Temporary, 400: channels.Permanent, 401: channels.Unavailable, 402: channels.Unavailable,
			429: channels.RateLimited, 500: channels.Temporary, 503: channels.Temporary, 303: channels.Temporary, 0: channels.Temporary,
		} {
			to := newFake(t, func(w http.ResponseWriter, r asked) {
				switch {
				case r.path != path:
					_, _ = w.Write([]byte(`{"data":{"id":"5"}}`))
				case status == 0:
					panic(http.ErrAbortHandler)
				default:
					w.WriteHeader(status)
				}
			})
			c := made(t, byOAuth1(to.URL), nil)
			_, err := c.Publish(t.Context(), delivery(t, c, edited(func(p *channels.Post) { p.Assets = []channels.Asset{channeltest.Image()} })))
			if classOf(err) != class || strings.Contains(to.paths(), "/2/tweets") {
				t.Errorf("%s %d: got %v after\n%s", path, status, err, to.paths())
			}
		}
	}
}

func TestErrorsHideCredentials(t *testing.T) {
	t.Parallel()
	to := newFake(t, func(w http.ResponseWriter, r asked) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `{"detail":%q}`, strings.Join(secrets, " ")+r.authorization)
	})
	c := made(t, byOAuth1(to.URL), nil)
	_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
	for i, secret := range secrets[:4] {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("secret %d shows in %v", i, err)
		}
	}
}

func TestUntil(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return fmt.Sprint(noon.Add(d).Unix()) }
	for name, test := range map[string]struct {
		headers map[string]string
		want    time.Duration // 0: X does not say
	}{
		"nothing":                {nil, 0},
		"the window":             {map[string]string{"x-rate-limit-reset": at(time.Minute)}, time.Minute},
		"the day of the account": {map[string]string{"x-rate-limit-reset": at(time.Minute), "x-rate-limit-remaining": "5", "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": at(9 * time.Hour)}, 9 * time.Hour},
		"the day of the app":     {map[string]string{"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": at(3 * time.Hour), "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": at(2 * time.Hour)}, 3 * time.Hour},
		"another day is not up":  {map[string]string{"x-rate-limit-reset": at(time.Minute), "x-user-limit-24hour-remaining": "7", "x-user-limit-24hour-reset": at(9 * time.Hour)}, time.Minute},
		"in the past":            {map[string]string{"x-rate-limit-reset": at(-time.Minute)}, 0},
		"in the past, and after": {map[string]string{"x-rate-limit-reset": at(-time.Minute), "Retry-After": "30"}, 30 * time.Second},
		"at the bound":           {map[string]string{"x-rate-limit-reset": at(25 * time.Hour)}, 25 * time.Hour},
		"beyond it":              {map[string]string{"x-rate-limit-reset": at(26 * time.Hour)}, 25 * time.Hour},
		"no number":              {map[string]string{"x-rate-limit-reset": "soon"}, 0},
		"too great a number":     {map[string]string{"x-rate-limit-reset": "99999999999999999999"}, 0},
	} {
		to := newFake(t, func(w http.ResponseWriter, _ asked) {
			for key, value := range test.headers {
				w.Header().Set(key, value)
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
		c := made(t, byOAuth1(to.URL), nil)
		_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
		got := channels.AsError(err).Until
		if test.want == 0 && !got.IsZero() || test.want != 0 && !got.Equal(noon.Add(test.want)) {
			t.Errorf("%s: until %s", name, got)
		}
	}
}
