// Package receiver is a worked example for those who receive Clarion's
// webhooks: an HTTP handler that verifies an event and takes it once.
// docs/webhook.md walks through it.
//
// Failure rules. What is not signed by Clarion is answered 401, and what is no
// event 400. An event that could not be taken is answered 503 and comes again
// under the same webhook-id. One that was taken before is answered as it was
// then.
package receiver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// maxEvent is more than Clarion sends, in bytes.
const maxEvent = 1 << 20

// Event is what this receiver reads of an event.
type Event struct {
	Type      string    `json:"type"` // message.published, message.corrected or message.withdrawn
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		EntryID  string `json:"entry_id"` // the same for a message, its corrections and its withdrawal
		URL      string `json:"url"`
		Title    string `json:"title"`
		BodyHTML string `json:"body_html"`
	} `json:"data"`
}

// Library takes events.
type Library interface {
	// Take takes an event, unless it took one of that webhook-id before. Both
	// happen together, as in one transaction of a database, or not at all.
	Take(ctx context.Context, webhookID string, e Event) error
}

// Handler receives events for a library.
func Handler(secret string, to Library) (http.Handler, error) {
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(receive(w, r, verifier, to))
	}), nil
}

// receive gives the status to answer with.
func receive(w http.ResponseWriter, r *http.Request, verifier *standardwebhooks.Webhook, to Library) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil {
		return http.StatusBadRequest
	}
	// The signature is over the body's very bytes: verify first, decode later.
	if err := verifier.Verify(body, r.Header); err != nil {
		return http.StatusUnauthorized
	}
	var event Event
	if err := json.Unmarshal(body, &event); err != nil {
		return http.StatusBadRequest
	}
	if err := to.Take(r.Context(), r.Header.Get(standardwebhooks.HeaderWebhookID), event); err != nil {
		return http.StatusServiceUnavailable
	}
	return http.StatusNoContent
}
