package channels

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Destination is what a channel's fingerprint is taken of.
type Destination struct {
	Kind     string `json:"kind"`
	Endpoint string `json:"endpoint"`
	Account  string `json:"account"`
	Sender   string `json:"sender"`
}

// Fingerprint identifies a destination: the SHA-256 of its fields, in
// lower-case hex.
func (d Destination) Fingerprint() string {
	b, err := json.Marshal(d)
	if err != nil {
		panic("channels: a destination always marshals: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte("clarion/destination/1\n"), b...))
	return hex.EncodeToString(sum[:])
}
