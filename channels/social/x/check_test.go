package x

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

const (
	oldName = `{"id":42,"id_str":"42","screen_name":"exampleoffice"}`
	newName = `{"data":{"id":"42","name":"The office","username":"ExampleOffice"}}`
)

// answering is an X with one answer for each version.
func answering(t *testing.T, status1 int, body1 string, status2 int, body2 string) *fake {
	t.Helper()
	return newFake(t, func(w http.ResponseWriter, r asked) {
		status, body := status1, body1
		if r.path == "/2/users/me" {
			status, body = status2, body2
		}
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const ok = channels.NotBegun // no class: it is good
	tests := map[string]struct {
		status1 int
		body1   string
		status2 int
		body2   string
		class   channels.Class
		asks    int
	}{
		"1.1 knows it":             {200, oldName, 500, "", ok, 1},
		"1.1 is closed to it":      {403, `{"errors":[{"code":453,"message":"subset"}]}`, 200, newName, ok, 2},
		"1.1 is gone":              {404, "", 200, newName, ok, 2},
		"1.1 says 503":             {503, "", 200, newName, ok, 2},
		"1.1 says 503 in words":    {503, `{"title":"Service Unavailable","status":503}`, 200, newName, ok, 2},
		"1.1 limits as 2 does":     {429, `{"title":"Too Many Requests","status":429}`, 200, newName, ok, 2},
		"1.1 names nobody":         {200, `{}`, 200, newName, ok, 2},
		"1.1 says it in doubt":     {203, oldName, 200, newName, ok, 2},
		"1.1 says HTML":            {200, "<html>", 200, newName, ok, 2},
		"1.1 names id 0":           {200, `{"id":0,"id_str":"0","screen_name":"ExampleOffice"}`, 200, newName, ok, 2},
		"1.1 cuts":                 {0, "", 200, newName, ok, 2},
		"1.1 redirects":            {302, "", 200, newName, ok, 2},
		"1.1 refuses, 2 does not":  {401, `{"errors":[{"code":89}]}`, 200, newName, ok, 2},
		"both refuse":              {401, "", 401, `{"title":"Who are you?"}`, channels.Unavailable, 2},
		"2 is not paid":            {503, "", 402, "", channels.Unavailable, 2},
		"2 forbids":                {503, "", 403, "", channels.Unavailable, 2},
		"2 limits":                 {503, "", 429, "", channels.Temporary, 2},
		"2 is not there":           {503, "", 404, "", channels.Unavailable, 2},
		"2 breaks":                 {503, "", 503, "", channels.Temporary, 2},
		"2 redirects":              {503, "", 302, "", channels.Temporary, 2},
		"2 cuts":                   {503, "", 0, "", channels.Temporary, 2},
		"2 says HTML":              {503, "", 200, "<html>", channels.Temporary, 2},
		"2 is cut short":           {503, "", 200, newName[:20], channels.Temporary, 2},
		"2 names nobody":           {503, "", 200, `{"errors":[{}]}`, channels.Temporary, 2},
		"another account by 1.1":   {200, `{"id":43,"id_str":"43","screen_name":"someone"}`, 200, newName, channels.Unavailable, 1},
		"another account by 2":     {503, "", 200, `{"data":{"id":"43","username":"someone"}}`, channels.Unavailable, 2},
		"an account that is no id": {503, "", 200, `{"data":{"id":"x","username":"ExampleOffice"}}`, channels.Temporary, 2},
	}
	for name, test := range tests {
		to := answering(t, test.status1, test.body1, test.status2, test.body2)
		c := made(t, byOAuth1(to.URL), nil)
		standing, err := c.Check(t.Context())
		if test.class == ok && (err != nil || !strings.EqualFold(standing.Account, "@ExampleOffice") || c.known() != "42") {
			t.Errorf("%s: %+v, %v", name, standing, err)
		}
		if e := channels.AsError(err); test.class != ok && (e == nil || e.Class != test.class || e.Reason == "") {
			t.Errorf("%s: got %v", name, err)
		}
		if paths := to.paths(); len(to.requests()) != test.asks || !strings.HasPrefix(paths, "GET /1.1/account/verify_credentials.json") {
			t.Errorf("%s: asked\n%s", name, paths)
		}
	}
}

func TestCheckSignsBothVersions(t *testing.T) {
	t.Parallel()
	to := answering(t, 503, "", 200, newName)
	if _, err := made(t, byOAuth1(to.URL), nil).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range to.requests() {
		if !strings.HasPrefix(r.authorization, "OAuth ") || !strings.Contains(r.authorization, `oauth_consumer_key="`+secrets[0]+`"`) {
			t.Errorf("%s: %s", r.path, r.authorization)
		}
	}
}

func TestCheckByOAuth2AsksVersion2Alone(t *testing.T) {
	t.Parallel()
	to := newFake(t, func(w http.ResponseWriter, r asked) {
		if r.path == "/2/oauth2/token" {
			_, _ = io.WriteString(w, `{"access_token":"bearer-1","refresh_token":"refresh-1","expires_in":7200}`)
			return
		}
		_, _ = io.WriteString(w, newName)
	})
	if _, err := made(t, byOAuth2(to.URL), newVault()).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := to.paths(); got != "POST /2/oauth2/token\nGET /2/users/me" {
		t.Errorf("asked\n%s", got)
	}
}

func TestCheckFindsAnAppThatMayOnlyRead(t *testing.T) {
	t.Parallel()
	to := newFake(t, func(w http.ResponseWriter, r asked) {
		w.Header().Set("X-Access-Level", "read")
		if r.path == "/2/users/me" {
			_, _ = io.WriteString(w, newName)
			return
		}
		_, _ = io.WriteString(w, oldName)
	})
	if _, err := made(t, byOAuth1(to.URL), nil).Check(t.Context()); classOf(err) != channels.Unavailable || !strings.Contains(err.Error(), "only read") {
		t.Errorf("got %v", err)
	}
}

// A body that never ends holds a check no longer than its context.
func TestCheckOfASlowServer(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	to := newFake(t, func(w http.ResponseWriter, _ asked) {
		_, _ = io.WriteString(w, `{"id":`)
		_ = http.NewResponseController(w).Flush()
		<-stop
	})
	t.Cleanup(func() { close(stop) })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := made(t, byOAuth1(to.URL), nil).Check(ctx); classOf(err) != channels.Temporary || time.Since(begun) > 5*time.Second {
		t.Errorf("got %v after %s", err, time.Since(begun))
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	headers := map[string]string{}
	to := newFake(t, func(w http.ResponseWriter, r asked) {
		if r.path != "/2/tweets" {
			_, _ = io.WriteString(w, newName)
			return
		}
		for key, value := range headers {
			w.Header().Set(key, value)
		}
		_, _ = io.WriteString(w, `{"data":{"id":"5"}}`)
	})
	c := made(t, byOAuth1(to.URL), nil)
	for i, test := range []struct {
		headers map[string]string
		want    string
	}{
		{nil, ""},
		{map[string]string{"x-rate-limit-limit": "100", "x-rate-limit-remaining": "99", "x-rate-limit-reset": fmt.Sprint(noon.Unix())}, "99 of 100 posts left in this window, until 2027-05-01 12:00 UTC"},
		{map[string]string{"x-user-limit-24hour-limit": "50", "x-user-limit-24hour-remaining": "0"}, "99 of 100 posts left in this window, until 2027-05-01 12:00 UTC; 0 of 50 posts left of the account in 24 hours"},
		{map[string]string{"x-rate-limit-limit": "<b>", "x-rate-limit-remaining": "-98"}, "99 of 100 posts left in this window, until 2027-05-01 12:00 UTC; 0 of 50 posts left of the account in 24 hours"},
	} {
		headers = test.headers
		if _, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post())); err != nil {
			t.Fatal(err)
		}
		if standing, err := c.Check(t.Context()); err != nil || standing.Quota != test.want {
			t.Errorf("%d: %q, %v", i, standing.Quota, err)
		}
	}
}
