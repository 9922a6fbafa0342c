package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// sealer keeps in a browser what only this process may read or write. A restart
// makes it void.
type sealer struct{ aead cipher.AEAD }

// sealed is what a browser keeps, and until when it counts.
type sealed[T any] struct {
	Until time.Time
	Held  T
}

func newSealer() *sealer {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("web: a key of 32 bytes is one of AES: " + err.Error())
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("web: AES has GCM: " + err.Error())
	}
	return &sealer{aead}
}

func seal[T any](s *sealer, held T, until time.Time) (string, error) {
	text, err := json.Marshal(sealed[T]{until, held})
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, text, nil)), nil //nolint:gosec // it makes a random nonce itself
}

// unseal gives what was sealed; false if it was not by us, or is over.
func unseal[T any](s *sealer, text string, now time.Time) (held T, until time.Time, ok bool) {
	var opened sealed[T]
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return held, until, false
	}
	plain, err := s.aead.Open(nil, nil, raw, nil)
	if err != nil || json.Unmarshal(plain, &opened) != nil || now.After(opened.Until) {
		return held, until, false
	}
	return opened.Held, opened.Until, true
}

// maxSpent bounds how many sign-ins may come back within their time.
const maxSpent = 10_000

// spent remembers what may count once only, for as long as it could.
type spent struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newSpent() *spent { return &spent{until: map[string]time.Time{}} }

// first reports whether a key comes for the first time. With more than can be
// remembered nothing counts.
func (s *spent) first(key string, until, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.until) >= maxSpent {
		for old, over := range s.until {
			if now.After(over) {
				delete(s.until, old)
			}
		}
	}
	if _, known := s.until[key]; known || len(s.until) >= maxSpent {
		return false
	}
	s.until[key] = until
	return true
}
