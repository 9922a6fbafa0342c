package kinds

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

const (
	appPassword  = "abcd-efgh-ijkl-mnop"
	accessToken  = "access-0a1b2c"
	refreshToken = "refresh-3d4e5f"
	did          = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
)

// overXRPC is bluesky with a scripted server. Only what puts a record
// publishes.
func overXRPC() channeltest.Subject {
	return channeltest.Subject{
		Secrets: []string{appPassword, accessToken, refreshToken},
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			tb.Helper()
			to := channeltest.NewHTTPDestination(tb, channeltest.Script{
				Accept:    channeltest.Answer{Status: http.StatusOK},
				Respond:   recordAnswer,
				Publishes: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, ".repo.putRecord") },
				Other:     http.HandlerFunc(signIn),
			})
			secret := tb.TempDir() + "/app-password"
			writeFile(tb, secret, appPassword)
			return configured(tb, "bluesky", fmt.Sprintf(`
				service = %q
				identifier = "office.example.org"
				app_password = "file:%s"
			`, to.URL(), secret)), to
		},
	}
}

func recordAnswer(r channeltest.Request) string {
	var asked struct{ Rkey string }
	if err := json.Unmarshal(r.Body, &asked); err != nil {
		return err.Error()
	}
	return fmt.Sprintf(`{"uri":"at://%s/app.bsky.feed.post/%s","cid":"bafyreigh2akiscaildc"}`, did, asked.Rkey)
}

func signIn(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, ".server.createSession") {
		http.NotFound(w, r)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body) // it is the same each time
	fmt.Fprintf(w, `{"accessJwt":%q,"refreshJwt":%q,"did":%q,"handle":"office.example.org","active":true}`, accessToken, refreshToken, did)
}
