package message

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"clarion/channels"
)

// Limits of a message's content.
const (
	MaxTitle     = 300       // characters
	MaxSummary   = 1_000     // characters
	MaxBody      = 256 << 10 // bytes
	MaxNotes     = 32 << 10  // bytes
	MaxField     = 500       // characters of any other single field
	MaxTopics    = 20
	MaxAudiences = 50
	MaxChannels  = 50
	MaxAssets    = 20
	MaxAsset     = 10 << 20 // bytes of one asset
	MaxAssetsAll = 25 << 20 // bytes of a message's assets together
)

// Content is what an author writes: everything of a revision.
type Content struct {
	Title      string                      `json:"title"`
	Summary    string                      `json:"summary,omitempty"`
	Body       string                      `json:"body"` // CommonMark
	Language   string                      `json:"language"`
	Objective  string                      `json:"objective,omitempty"` // the outcome it serves; never published
	Department string                      `json:"department"`
	Topics     []string                    `json:"topics,omitempty"`
	Assets     []channels.Asset            `json:"assets,omitempty"`
	Notes      string                      `json:"notes,omitempty"` // to editors
	Contact    string                      `json:"contact,omitempty"`
	Embargo    *Instant                    `json:"embargo,omitempty"`
	Variants   map[string]channels.Variant `json:"variants,omitempty"` // by channel name
	Plan       Plan                        `json:"plan"`
	Schedule   Schedule                    `json:"schedule"`
	// Corrects and Withdraws name another message by its id; at most one of
	// them does.
	Corrects  string `json:"corrects,omitempty"`
	Withdraws string `json:"withdraws,omitempty"`
}

// Original is the id of the message that this one is about; empty if it is
// about none.
func (c Content) Original() string { return cmp.Or(c.Corrects, c.Withdraws) }

// Plan is the author's choice of audiences and mechanisms.
type Plan struct {
	Audiences []string `json:"audiences"`
	// Channels that are to serve the audiences; none named means all that
	// reach them, resolved and frozen at submit.
	Channels []string `json:"channels,omitempty"`
}

// Digest identifies a revision's content.
func (c Content) Digest() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic("message: content always marshals: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte("clarion/content/1\n"), b...))
	return hex.EncodeToString(sum[:])
}

// PlannedSend is one send of a frozen plan, before it is scheduled.
type PlannedSend struct {
	Channel     string               `json:"channel"`
	Audiences   []channels.Audience  `json:"audiences"`
	Rendering   string               `json:"rendering"` // its digest
	Destination channels.Destination `json:"destination"`
	Mode        Mode                 `json:"mode"` // the channel's at submit
	Addressed   bool                 `json:"addressed"`
	// Action is what it does at its destination, and Of the send by which the
	// channel published what it is about; 0 if the channel did not.
	Action channels.Action `json:"action,omitempty"`
	Of     int64           `json:"of,omitempty"`
}

// Approvable is everything an approval covers. Its digest is what an approver
// names.
type Approvable struct {
	Message  string           `json:"message"`
	Content  string           `json:"content"` // digest of the revision's content
	Sends    []PlannedSend    `json:"sends"`   // sorted by channel
	Assets   []channels.Asset `json:"assets"`
	Rules    []AudienceRule   `json:"rules"` // sorted by audience
	Schedule Schedule         `json:"schedule"`
	EntryID  string           `json:"entry_id"`
}

// AudienceRule says who is in an audience.
type AudienceRule struct {
	Audience string `json:"audience"`
	Rule     string `json:"rule"`
}

// Digest is what an approval is bound to.
func (a Approvable) Digest() string {
	b, err := json.Marshal(a)
	if err != nil {
		panic("message: an approvable always marshals: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte("clarion/approval/1\n"), b...))
	return hex.EncodeToString(sum[:])
}

// Schedule is when a message may leave. With no instant it leaves once it is
// approved.
type Schedule struct {
	Earliest *Instant `json:"earliest,omitempty"`
	// LateLimit is how late a send may still go by itself; beyond it is held.
	LateLimit time.Duration `json:"late_limit"`
	// Expires, if set, is when an unsent message is no longer worth sending.
	Expires *Instant `json:"expires,omitempty"`
}

// DefaultLateLimit is how late a send may go unless its message says
// otherwise.
const DefaultLateLimit = 10 * time.Minute

// Past reports the fault of a schedule that lies behind now, or nil.
func (s Schedule) Past(now time.Time) error {
	if s.Earliest != nil && s.Earliest.At.Before(now) {
		return fmt.Errorf("the time %s is past; choose a later one, or `when approved`", s.Earliest)
	}
	if s.Expires != nil && !s.Expires.At.After(now) {
		return fmt.Errorf("the message expired at %s; choose a later time", s.Expires)
	}
	return nil
}
