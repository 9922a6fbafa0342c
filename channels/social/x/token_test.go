package x

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// renewing is an X that takes each refresh token once, in their order, and
// posts.
func renewing(t *testing.T) *fake {
	t.Helper()
	var mu sync.Mutex
	n := 0
	return newFake(t, func(w http.ResponseWriter, r asked) {
		mu.Lock()
		defer mu.Unlock()
		form, _ := url.ParseQuery(r.body)
		switch {
		case r.path != "/2/oauth2/token":
			if want := fmt.Sprintf("Bearer bearer-%d", n); r.authorization != want {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = w.Write([]byte(`{"data":{"id":"5"}}`))
		case form.Get("refresh_token") != fmt.Sprintf("refresh-%d", n) || form.Get("grant_type") != "refresh_token" || form.Get("client_id") != "client-1":
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, `{"error":"invalid_request","error_description":"Value passed for the token was invalid: %s"}`, form.Get("refresh_token"))
		default:
			n++
			_, _ = fmt.Fprintf(w, `{"token_type":"bearer","expires_in":7200,"access_token":"bearer-%d","refresh_token":"refresh-%d"}`, n, n)
		}
	})
}

func publishes(t *testing.T, c *account) error {
	t.Helper()
	_, err := c.Publish(t.Context(), delivery(t, c, channeltest.Post()))
	return err
}

func renewals(to *fake) int { return strings.Count(to.paths(), "POST /2/oauth2/token") }

func TestTokensAreRenewedAndKept(t *testing.T) {
	t.Parallel()
	to, kept := renewing(t), newVault()
	c := made(t, byOAuth2(to.URL), kept)
	for i, step := range []struct {
		at   time.Duration
		want int // renewals so far
	}{{0, 1}, {time.Hour, 1}, {2*time.Hour - early - time.Second, 1}, {2*time.Hour - early, 2}, {3 * time.Hour, 2}} {
		c.now = func() time.Time { return noon.Add(step.at) }
		if err := publishes(t, c); err != nil || renewals(to) != step.want {
			t.Errorf("step %d: %v after %d renewals", i, err, renewals(to))
		}
	}
	again := made(t, byOAuth2(to.URL), kept) // a new start
	again.now = c.now
	if err := publishes(t, again); err != nil || renewals(to) != 2 {
		t.Errorf("after a start: %v, %d renewals", err, renewals(to))
	}
	again.now = func() time.Time { return noon.Add(24 * time.Hour) }
	if err := publishes(t, again); err != nil || renewals(to) != 3 {
		t.Errorf("a day later: %v, %d renewals", err, renewals(to))
	}
	var stored token
	if err := json.Unmarshal(kept.values["x-town"], &stored); err != nil || stored.Refresh != "refresh-3" || strings.Contains(string(kept.values["x-town"]), secrets[5]) {
		t.Errorf("kept %+v, %v", stored, err)
	}
	first := to.requests()[0]
	if want := "Basic " + base64.StdEncoding.EncodeToString([]byte("client-1:"+secrets[4])); first.authorization != want || first.contentType != "application/x-www-form-urlencoded" {
		t.Errorf("asked as %+v", first)
	}
}

// Many deliveries at once spend one refresh token.
func TestTokensAreRenewedOnce(t *testing.T) {
	t.Parallel()
	to := renewing(t)
	c := made(t, byOAuth2(to.URL), newVault())
	done := make(chan error)
	d := delivery(t, c, channeltest.Post())
	for range 8 {
		go func() {
			mine := d
			mine.Journal = channeltest.NewJournal()
			_, err := c.Publish(t.Context(), mine)
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := renewals(to); n != 1 {
		t.Errorf("%d renewals", n)
	}
}

// A token that could not be kept is not used, nor lost: it is kept before the
// next request.
func TestTokenThatCannotBeKept(t *testing.T) {
	t.Parallel()
	to, kept := renewing(t), newVault()
	c := made(t, byOAuth2(to.URL), kept)
	kept.fail = errDisk
	for range 2 {
		if err := publishes(t, c); classOf(err) != channels.Temporary || strings.Contains(to.paths(), "/2/tweets") {
			t.Errorf("got %v after\n%s", err, to.paths())
		}
	}
	kept.fail = nil
	if err := publishes(t, c); err != nil || renewals(to) != 1 || kept.saves != 1 {
		t.Errorf("got %v after %d renewals", err, renewals(to))
	}
}

func TestAnotherConfiguredTokenBeginsAnew(t *testing.T) {
	t.Parallel()
	to, kept := renewing(t), newVault()
	kept.values["x-town"] = []byte(`{"access_token":"old","refresh_token":"old","expires":"2099-01-01T00:00:00Z","origin":"of another"}`)
	if err := publishes(t, made(t, byOAuth2(to.URL), kept)); err != nil || renewals(to) != 1 {
		t.Errorf("got %v after %d renewals", err, renewals(to))
	}
	kept.values["x-town"] = []byte(`{"access_`)
	to = renewing(t)
	if err := publishes(t, made(t, byOAuth2(to.URL), kept)); err != nil || renewals(to) != 1 {
		t.Errorf("what makes no sense: got %v after %d renewals", err, renewals(to))
	}
}

// An access token that X refuses is given up; the channel pauses, and the next
// request renews it.
func TestRefusedAccessTokenIsRenewed(t *testing.T) {
	t.Parallel()
	to, kept := renewing(t), newVault()
	kept.values["x-town"] = fmt.Appendf(nil, `{"access_token":"revoked","refresh_token":"refresh-0","expires":"2099-01-01T00:00:00Z","origin":%q}`, origin(secrets[5]))
	c := made(t, byOAuth2(to.URL), kept)
	if err := publishes(t, c); classOf(err) != channels.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := publishes(t, c); err != nil || renewals(to) != 1 {
		t.Errorf("got %v after %d renewals", err, renewals(to))
	}
}

func TestRenewalFails(t *testing.T) {
	t.Parallel()
	good := `{"access_token":"a","refresh_token":"b","expires_in":7200}`
	for name, test := range map[string]struct {
		status int
		body   string
		class  channels.Class
	}{
		"spent":         {400, `{"error":"invalid_request","error_description":"` + secrets[5] + ` was invalid"}`, channels.Unavailable},
		"client":        {401, `{"error":"invalid_client"}`, channels.Unavailable},
		"limited":       {429, "", channels.RateLimited},
		"broken":        {503, "", channels.Temporary},
		"elsewhere":     {302, "", channels.Temporary},
		"HTML":          {200, "<html>", channels.Temporary},
		"truncated":     {200, good[:20], channels.Temporary},
		"no token":      {200, `{"expires_in":7200}`, channels.Temporary},
		"no lifetime":   {200, `{"access_token":"a"}`, channels.Temporary},
		"endless":       {200, `{"access_token":"a","expires_in":9223372036854775807}`, channels.Temporary},
		"lost":          {0, "", channels.Temporary},
		"good by bound": {200, `{"access_token":"a","expires_in":31622401}`, channels.Temporary},
	} {
		to := newFake(t, func(w http.ResponseWriter, _ asked) {
			if test.status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		})
		err := publishes(t, made(t, byOAuth2(to.URL), newVault()))
		if classOf(err) != test.class || strings.Contains(to.paths(), "/2/tweets") || strings.Contains(err.Error(), secrets[5]) {
			t.Errorf("%s: got %v after\n%s", name, err, to.paths())
		}
	}
}

func TestTokensWithoutAPlace(t *testing.T) {
	t.Parallel()
	to := renewing(t)
	if err := publishes(t, made(t, byOAuth2(to.URL), nil)); classOf(err) != channels.Unavailable || len(to.requests()) != 0 {
		t.Errorf("got %v", err)
	}
	c := made(t, byOAuth2(to.URL), newVault())
	ctx, cancel := context.WithCancel(t.Context())
	held := c.credentials.(*tokens)
	<-held.turn // another renews
	cancel()
	if _, err := held.header(ctx, "", ""); classOf(err) != channels.Temporary {
		t.Errorf("got %v", err)
	}
}
