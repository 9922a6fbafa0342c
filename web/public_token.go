package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// Sizes within an unsubscribe token, in bytes.
const (
	tokenID  = 8
	tokenMAC = 16 // of HMAC-SHA256 (RFC 2104), truncated
)

// UnsubscribeToken names a recipient in an unsubscribe link so that nobody can
// make up another: base64url of the id and its MAC, 32 characters.
func UnsubscribeToken(key []byte, recipient int64) string {
	id := binary.BigEndian.AppendUint64(nil, uint64(recipient)) //nolint:gosec // the same bits
	return base64.RawURLEncoding.EncodeToString(append(id, tokenSum(key, id)...))
}

func tokenSum(key, id []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("clarion/unsubscribe/1\n"))
	mac.Write(id)
	return mac.Sum(nil)[:tokenMAC]
}

// parseUnsubscribeToken gives the recipient of a token that the key made. An
// empty key made none.
func parseUnsubscribeToken(key []byte, token string) (recipient int64, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != tokenID+tokenMAC || len(token) != base64.RawURLEncoding.EncodedLen(len(raw)) || len(key) == 0 {
		return 0, false
	}
	id := raw[:tokenID]
	if !hmac.Equal(raw[tokenID:], tokenSum(key, id)) {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(id)), true //nolint:gosec // the same bits
}
