package receiver

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// decode reads a channel's table of the configuration file.
func decode(t *testing.T, text string) func(into any) error {
	t.Helper()
	return func(into any) error {
		return toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(into)
	}
}

// signed makes a request as anybody with the secret would.
func signed(t *testing.T, url, body string, at time.Time) *http.Request {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signer.Sign("k1", at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(standardwebhooks.HeaderWebhookID, "k1")
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return r
}

// TestDocumentationQuotesTheCode holds the Go of docs/webhook.md against the
// source: each snippet stands in it, line for line.
func TestDocumentationQuotesTheCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("receiver.go")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "```go\n")[1:]
	if len(parts) == 0 {
		t.Fatal("the page has no Go")
	}
	for _, part := range parts {
		snippet, _, _ := strings.Cut(part, "```")
		if !strings.Contains(string(source), "\n"+snippet) {
			t.Errorf("this snippet is not in the source:\n%s", snippet)
		}
	}
}
