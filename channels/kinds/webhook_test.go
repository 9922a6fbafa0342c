package kinds

import (
	"fmt"
	"net/http"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

const signingSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// overWebhook is webhook with a scripted receiver. A receiver takes an event
// once for each webhook-id, so what may have arrived is Temporary: it is sent
// again under the same id.
func overWebhook() channeltest.Subject {
	again := []channels.Class{channels.Temporary}
	return channeltest.Subject{
		Secrets: []string{signingSecret, signingSecret[len("whsec_"):]},
		Also: map[channeltest.Fault][]channels.Class{
			channeltest.CutAfter: again, channeltest.Stall: again, channeltest.StallAnswer: again, channeltest.Break: again,
		},
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			tb.Helper()
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{Accept: channeltest.Answer{Status: http.StatusOK, Body: "taken"}})
			secret := tb.TempDir() + "/secret"
			writeFile(tb, secret, signingSecret+"\n")
			return configured(tb, "webhook", fmt.Sprintf("url = %q\nsecret = \"file:%s\"", to.URL()+"/hooks", secret)), wordless{to}
		},
	}
}

// wordless is a receiver whose answers mean nothing beyond their status, so
// that none can be garbled.
type wordless struct{ *channeltest.HTTPDestination }

func (w wordless) Fail(f channeltest.Fault) bool {
	return f != channeltest.Garble && w.HTTPDestination.Fail(f)
}
