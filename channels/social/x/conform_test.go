package x

import (
	"io"
	"net/http"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

func TestConforms(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{
		Secrets: secrets,
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{
				Accept: channeltest.Answer{Status: http.StatusCreated, Body: `{"data":{"id":"1700000000000000001","text":"…"}}`},
				Answers: map[channeltest.Fault]channeltest.Answer{
					channeltest.Refuse: {Status: http.StatusBadRequest, Body: `{"title":"Invalid Request","detail":"no",` +
						`"type":"https://api.x.com/2/problems/invalid-request"}`},
				},
			})
			return signedIn(tb, to.URL()), to
		},
	})
}

// By OAuth 2.0 a first request renews the token; it publishes nothing and is
// not counted.
func TestConformsByOAuth2(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{
		Secrets: secrets,
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{
				Accept:    channeltest.Answer{Status: http.StatusCreated, Body: `{"data":{"id":"1700000000000000001","text":"…"}}`},
				Publishes: func(r *http.Request) bool { return r.URL.Path == "/2/tweets" },
				Other: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					_, _ = io.WriteString(w, `{"access_token":"bearer-1","refresh_token":"refresh-1","expires_in":7200}`)
				}),
			})
			c := made(tb, byOAuth2(to.URL()), newVault())
			c.now = time.Now
			return c, to
		},
	})
}
