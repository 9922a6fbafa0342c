package receiver

import (
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clarion/channels"
)

// A secret that is made here is good here, is never made twice, and verifies by
// the official library.
func TestNewSecret(t *testing.T) {
	t.Parallel()
	secret := NewSecret()
	if secret.Reveal() == NewSecret().Reveal() {
		t.Fatal("two secrets are the same")
	}
	signer, says := NewSigner(secret)
	if says != "" {
		t.Fatal(says)
	}
	body := []byte(`{"type":"hook.test"}`)
	h, err := Signers{signer}.Header("evt_1", time.Now(), body)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := standardwebhooks.NewWebhook(secret.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(body, h); err != nil {
		t.Error(err)
	}
}

func TestNothingIsQuoted(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "s3cret", "whsec_s3cret", "whsec_c2VjcmV0"} {
		if _, says := NewSigner(channels.NewSecret(secret)); says == "" || strings.Contains(says, "s3cret") || strings.Contains(says, "c2VjcmV0") {
			t.Errorf("%q: got %q", secret, says)
		}
	}
	for _, address := range []string{"s3cret", "https://u:s3cret@h.example/", "https://h.example/?s3cret", "http://s3cret.example/"} {
		if says, try := CheckAddress(address); says == "" || try == "" || strings.Contains(says+try, "s3cret") {
			t.Errorf("%q: got %q, %q", address, says, try)
		}
	}
	if says, try := CheckAddress("https://h.example/hooks"); says+try != "" {
		t.Errorf("a good one: got %q, %q", says, try)
	}
}
