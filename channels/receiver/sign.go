// Package receiver holds what all who tell a receiver of events have in common,
// as Standard Webhooks 1.0.0 (https://www.standardwebhooks.com) lays down: what
// its address may be, the secrets that are shared with it, and how an event is
// signed. It does no I/O.
//
// Failure rules. What is wrong with a secret or an address is said without
// quoting either.
package receiver

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clarion/channels"
)

// Prefix opens a symmetric secret (Standard Webhooks, "Signature scheme").
const Prefix = "whsec_"

// Bounds of a secret in bytes, by the same source.
const (
	MinKey = 24
	MaxKey = 64
)

// newKey is how long a secret is that is made here, in bytes.
const newKey = 32

// MaxSecrets is how many secrets may sign at once.
const MaxSecrets = 4

// MediaType is an event's.
const MediaType = "application/json"

// NewSecret makes a secret.
func NewSecret() channels.Secret {
	raw := make([]byte, newKey)
	_, _ = rand.Read(raw) // never fails
	return channels.NewSecret(Prefix + base64.StdEncoding.EncodeToString(raw))
}

// Signer signs with one secret.
type Signer struct{ signer *standardwebhooks.Webhook }

// NewSigner takes a secret, or says what is wrong with it, and nothing of it.
func NewSigner(secret channels.Secret) (s Signer, says string) {
	text, found := strings.CutPrefix(secret.Reveal(), Prefix)
	if !found {
		return s, fmt.Sprintf("does not begin with %q", Prefix)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return s, "is no base64"
	}
	if len(raw) < MinKey || len(raw) > MaxKey {
		return s, fmt.Sprintf("has %d bytes, a secret has %d to %d", len(raw), MinKey, MaxKey)
	}
	if s.signer, err = standardwebhooks.NewWebhookRaw(raw); err != nil {
		return s, "can't be used"
	}
	return s, ""
}

// Signers sign each event once with every secret, so that a receiver may know
// any of them.
type Signers []Signer

// Header gives the headers of an attempt at an event.
func (list Signers) Header(id string, at time.Time, body []byte) (http.Header, error) {
	signatures := make([]string, len(list))
	for i, s := range list {
		signature, err := s.signer.Sign(id, at, body)
		if err != nil {
			return nil, fmt.Errorf("sign the event: %w", err)
		}
		signatures[i] = signature
	}
	h := http.Header{}
	h.Set("Content-Type", MediaType)
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return h, nil
}
