package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/receiver"
)

// The vector that the official libraries of every language test against.
func TestSignature(t *testing.T) {
	t.Parallel()
	list, err := newSigners("secret", channels.NewSecret(secretA))
	if err != nil {
		t.Fatal(err)
	}
	h, err := list.Header("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
		"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "content-type": "application/json",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// What a receiver got is verified by the official library, whichever of the
// secrets the receiver knows, and by HMAC written out after the standard.
func TestReceiversVerify(t *testing.T) {
	t.Parallel()
	r := receive(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c := to(t, r.URL, secretA, secretB)
	c.now = time.Now // the library reads the clock
	post := channeltest.Post()
	post.Title = "Öffnungszeiten “on Sundays” <now>\u2028 👩‍👩‍👧‍👦"
	if _, err := c.Publish(t.Context(), delivery(t, c, post)); err != nil {
		t.Fatal(err)
	}
	event := r.seen()[0]
	for _, secret := range []string{secretA, secretB} {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.Verify(event.Body, event.Header); err != nil {
			t.Error(err)
		}
		if err := verifier.Verify(append(event.Body, ' '), event.Header); err == nil {
			t.Error("a changed body is verified")
		}
		raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, receiver.Prefix))
		mac := hmac.New(sha256.New, raw)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", event.Header.Get("webhook-id"), event.Header.Get("webhook-timestamp"), event.Body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if got := strings.Fields(event.Header.Get("webhook-signature")); len(got) != 2 || got[0] != want && got[1] != want {
			t.Errorf("got %q, want %q among them", got, want)
		}
	}
	stranger, err := standardwebhooks.NewWebhook("whsec_" + strings.Repeat("A", 32))
	if err != nil || stranger.Verify(event.Body, event.Header) == nil {
		t.Error("a secret that nobody signed with verifies")
	}
}
