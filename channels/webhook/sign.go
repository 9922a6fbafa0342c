package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"clarion/channels"
)

// prefix opens a symmetric secret (Standard Webhooks, "Signature scheme").
const prefix = "whsec_"

// Bounds of a secret in bytes, by the same source.
const (
	minKey = 24
	maxKey = 64
)

// signers sign each event once with every secret, so that a receiver may know
// any of them.
type signers []*standardwebhooks.Webhook

func newSigners(key string, secrets ...channels.Secret) (signers, error) {
	var list signers
	var faults []error
	for i, s := range secrets {
		signer, says := newSigner(s.Reveal())
		if says != "" {
			if len(secrets) > 1 {
				says = fmt.Sprintf("number %d %s", i+1, says)
			}
			faults = append(faults, fault(key, says, `write "whsec_" and 24 to 64 random bytes in base64; docs/webhook.md shows how to make one`))
		}
		list = append(list, signer)
	}
	return list, errors.Join(faults...)
}

// newSigner says what is wrong with a secret, and nothing of the secret.
func newSigner(secret string) (signer *standardwebhooks.Webhook, says string) {
	text, found := strings.CutPrefix(secret, prefix)
	if !found {
		return nil, fmt.Sprintf("does not begin with %q", prefix)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, "is no base64"
	}
	if len(raw) < minKey || len(raw) > maxKey {
		return nil, fmt.Sprintf("has %d bytes, a secret has %d to %d", len(raw), minKey, maxKey)
	}
	signer, err = standardwebhooks.NewWebhookRaw(raw)
	if err != nil {
		return nil, "can't be used"
	}
	return signer, ""
}

// header gives the headers of an attempt at an event.
func (list signers) header(id string, at time.Time, body []byte) (http.Header, error) {
	signatures := make([]string, len(list))
	for i, s := range list {
		signature, err := s.Sign(id, at, body)
		if err != nil {
			return nil, fmt.Errorf("sign the event: %w", err)
		}
		signatures[i] = signature
	}
	h := http.Header{}
	h.Set("Content-Type", mediaType)
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return h, nil
}
