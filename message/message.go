// Package message holds the rules of a message's life: its states, revisions,
// schedule, approval and holds, and the gate that every send passes. It does
// no I/O; time and facts are passed in.
//
// Failure rules. Every rule answers no when a fact is missing: no approval, no
// audience, an unknown state or an unreadable schedule never lets a send pass.
package message

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Message is one announcement, whatever its revision.
type Message struct {
	ID         string
	State      State
	Hold       HoldReason
	HoldBy     string // empty where the gate holds
	Revision   int    // the current one, from 1
	Title      string // of the current revision
	Department string
	Slug       string
	SlugKey    string // the part of the slug that cannot be guessed
	EntryID    string
	Corrects   string // id of the message that this one corrects
	Withdraws  string // id of the message that this one withdraws

	SubmittedDigest string // of what was submitted; empty in draft
	SubmittedBy     string
	ApprovedDigest  string // of the approval in force; empty if there is none
	CreatedAt       time.Time
	ApprovedAt      time.Time
	Schedule        Bounds
}

// Original is the id of the message that this one is about; empty if it is
// about none.
func (m Message) Original() string { return cmp.Or(m.Corrects, m.Withdraws) }

// Bounds is what the gate needs of a schedule.
type Bounds struct {
	Earliest  time.Time // zero: once approved
	LateLimit time.Duration
	Expires   time.Time // zero: never
}

// BoundsOf takes the gate's part out of a schedule.
func BoundsOf(s Schedule) Bounds {
	b := Bounds{LateLimit: s.LateLimit}
	if s.Earliest != nil {
		b.Earliest = s.Earliest.At
	}
	if s.Expires != nil {
		b.Expires = s.Expires.At
	}
	return b
}

// Due is the instant at which a message approved at an instant is due.
func (b Bounds) Due(approved time.Time) time.Time {
	if b.Earliest.Before(approved) {
		return approved
	}
	return b.Earliest
}

// NewID makes an id that cannot be guessed or confused when read aloud: a
// prefix and 13 characters, 65 bits.
func NewID(prefix string) string { return prefix + strings.ToLower(rand.Text()[:13]) }

// NewEntryID makes a feed entry id that never changes (RFC 4287 4.2.6): a
// random UUID as a URN (RFC 9562).
func NewEntryID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return "urn:uuid:" + h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// maxSlugWords bounds the readable part of a slug, in characters, all of them
// ASCII.
const maxSlugWords = 60

// Slug makes the last part of a page's address from a title and a random part
// (of NewID), so that it can be read but not guessed.
func Slug(title, random string) string {
	var words strings.Builder
	gap := false
	for _, r := range strings.ToLower(norm.NFKD.String(title)) {
		if words.Len() >= maxSlugWords-1 { // room for a hyphen and a letter
			break
		}
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if gap && words.Len() > 0 {
				words.WriteByte('-')
			}
			gap = false
			words.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			gap = true
		}
	}
	if words.Len() == 0 {
		return random
	}
	return words.String() + "-" + random
}
