package kinds

import (
	"net/http"
	"path/filepath"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// overMastodon is the kind on a server that answers as Mastodon does.
func overMastodon() channeltest.Subject {
	const token = "m4st0d0n-t0k3n"
	return channeltest.Subject{
		Secrets: []string{token},
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{
				Accept:    channeltest.Answer{Status: http.StatusOK, Body: `{"id":"103254962155278888","url":"https://m.example/@office/1"}`},
				Publishes: func(r *http.Request) bool { return r.URL.Path == "/api/v1/statuses" },
			})
			file := filepath.Join(tb.TempDir(), "token")
			writeFile(tb, file, token)
			return configured(tb, "mastodon", `server = "`+to.URL()+`"`+"\ntoken = \"file:"+file+`"`), to
		},
	}
}
