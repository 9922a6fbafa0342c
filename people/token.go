package people

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxTokenAge is how long a token may be made to last.
const MaxTokenAge = 366 * 24 * time.Hour

// Prefixes by which a token is recognised, by people and by scanners for leaked
// secrets.
const (
	livePrefix = "clarion_live_"
	testPrefix = "clarion_test_"
)

// Token is a personal key for the API. It is shown once and stored hashed.
type Token struct {
	ID        int64
	Name      string // what its owner calls it
	Owner     string
	Hash      string // SHA-256 of the secret, in lower-case hex
	Scope     Scope
	Test      bool // it can only rehearse
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time // zero while it holds
}

// Scope is what a token may be used for.
type Scope string

// The scopes, each within the next.
const (
	ScopeRead  Scope = "read"  // reads only
	ScopeDraft Scope = "draft" // drafts and submits as well
	ScopeAll   Scope = "all"   // whatever its owner may
)

// NewTokenSecret makes a secret of 260 bits.
func NewTokenSecret(test bool) string {
	prefix := livePrefix
	if test {
		prefix = testPrefix
	}
	return prefix + strings.ToLower(rand.Text()+rand.Text())
}

// HashToken gives what is stored of a secret. It has so many bits that no slow
// hash is needed.
func HashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// IsToken reports whether a text looks like a token's secret.
func IsToken(text string) bool {
	return strings.HasPrefix(text, livePrefix) || strings.HasPrefix(text, testPrefix)
}

func (t *Token) allows(act Act, now time.Time) *Denial {
	switch {
	case !t.RevokedAt.IsZero():
		return &Denial{"the token was revoked", "make a new one"}
	case !now.Before(t.ExpiresAt):
		return &Denial{"the token has expired", "make a new one"}
	case t.Scope == ScopeAll:
	case !slices.Contains(t.Scope.acts(), act):
		return &Denial{fmt.Sprintf("the token is for %q and may not %s", t.Scope, act.Words()), "make one with a wider scope"}
	}
	if t.Test && !slices.Contains(append(ScopeDraft.acts(), RehearseMessage), act) {
		return &Denial{fmt.Sprintf("a test token may not %s: it can only draft and rehearse", act.Words()), "use a live token"}
	}
	return nil
}

// acts lists what a scope allows; nil for one that is unknown or unbounded.
func (s Scope) acts() []Act {
	read := []Act{ReadMessages, ReadChannels, ReadAudiences, ReadLedger, ReadPeople, ReadTemplates}
	switch s {
	case ScopeRead:
		return read
	case ScopeDraft:
		return append(read, AddMessage, EditMessage, SubmitMessage, CommentMessage, RehearseMessage, HoldMessage, EditTemplate, SubmitTemplate)
	default:
		return nil
	}
}
