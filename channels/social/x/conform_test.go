package x

import (
	"net/http"
	"testing"

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
