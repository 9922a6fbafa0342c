// Package hookreceiver is a worked example for those whose systems are told
// what happens in Clarion: an HTTP handler that verifies an event and takes it
// once. docs/webhooks.md walks through it; receiver.py is the same in Python.
//
// Failure rules. What is not signed by Clarion is answered 401, and what is no
// event 400. An event that could not be taken is answered 503 and comes again
// under the same webhook-id. One that was taken before is answered as it was
// then.
package hookreceiver

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// maxEvent is more than Clarion sends, in bytes.
const maxEvent = 32 << 10

// Event is one thing that happened.
type Event struct {
	Type      string          `json:"type"` // docs/webhook-events.md lists them
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// Board takes events.
type Board interface {
	// Take takes an event, unless it took one of that webhook-id before. Both
	// happen together, as in one transaction of a database, or not at all.
	Take(ctx context.Context, webhookID string, e Event) error
}

// Handler receives events for a board. It knows one secret, or two while one
// takes the place of another.
func Handler(to Board, secrets ...string) (http.Handler, error) {
	verifiers := make([]*standardwebhooks.Webhook, len(secrets))
	for i, secret := range secrets {
		var err error
		if verifiers[i], err = standardwebhooks.NewWebhook(secret); err != nil {
			return nil, err
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(receive(w, r, verifiers, to))
	}), nil
}

// receive gives the status to answer with.
func receive(w http.ResponseWriter, r *http.Request, verifiers []*standardwebhooks.Webhook, to Board) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil {
		return http.StatusBadRequest
	}
	// The signature is over the body's very bytes: verify first, decode later.
	if !signed(body, r.Header, verifiers) {
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

// signed reports whether a request was signed lately with one of the secrets.
func signed(body []byte, header http.Header, verifiers []*standardwebhooks.Webhook) bool {
	for _, v := range verifiers {
		if v.Verify(body, header) == nil {
			return true
		}
	}
	return false
}
