package kinds

import (
	"fmt"
	"net/http"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// overX is X with a scripted destination.
func overX() channeltest.Subject {
	secrets := []string{"c0nsumer-key", "c0nsumer-secret", "acc3ss-token", "acc3ss-secret"}
	return channeltest.Subject{
		Secrets: secrets,
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			tb.Helper()
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{
				Accept: channeltest.Answer{Status: http.StatusCreated, Body: `{"data":{"id":"1700000000000000001","text":""}}`},
			})
			text := fmt.Sprintf("api = %q\nhandle = \"ExampleOffice\"\n", to.URL())
			for i, key := range []string{"consumer_key", "consumer_secret", "access_token", "access_secret"} {
				path := tb.TempDir() + "/" + key
				writeFile(tb, path, secrets[i])
				text += fmt.Sprintf("%s = \"file:%s\"\n", key, path)
			}
			return configured(tb, "x", text), to
		},
	}
}
