package mastodon

import (
	"net/http"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

func TestConforms(t *testing.T) {
	t.Setenv("CLARION_TEST_TOKEN", token)
	channeltest.Run(t, channeltest.Subject{
		Secrets: []string{token},
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{
				Accept:    channeltest.Answer{Status: http.StatusOK, Body: `{"id":"103254962155278888","url":"https://m.example/@office/1"}`},
				Publishes: func(r *http.Request) bool { return r.URL.Path == "/api/v1/statuses" },
			})
			c, err := configured(`server = "` + to.URL() + `"` + "\ntoken = \"env:CLARION_TEST_TOKEN\"")
			if err != nil {
				tb.Fatal(err)
			}
			return c, to
		},
	})
}
