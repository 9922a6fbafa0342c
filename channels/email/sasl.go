package email

import (
	"encoding/base64"
	"errors"

	"github.com/emersion/go-sasl"
)

// encode writes a SASL message for the wire; an empty one is "=" (RFC 4954 4).
func encode(message []byte) string {
	if len(message) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(message)
}

// respond answers a challenge. Its error repeats nothing of the exchange.
func respond(client sasl.Client, challenge string) ([]byte, error) {
	decoded, err := base64.StdEncoding.DecodeString(challenge)
	if err != nil {
		return nil, errors.New("the relay's challenge is not base64")
	}
	response, err := client.Next(decoded)
	if err != nil {
		return nil, errors.New("the relay's challenge does not fit the mechanism")
	}
	return response, nil
}
