// Package channels holds what every channel adapter and its callers share: the
// Channel interface, renderings with their typed slots, and the classes of
// error an adapter answers with.
//
// Failure rules. A channel publishes once and reports; it never retries, never
// sleeps and never decides: the queue does. Publish returns nil only when the
// destination accepted the send. Every other outcome is an *Error with a
// Class; an error without a class counts as Unknown, so that forgetting to
// classify can never publish twice. An adapter calls Delivery.Begin right
// before the first byte of a new envelope or request leaves, and returns the
// error of Begin as it is, having written nothing.
package channels

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"
)

// Channel publishes to one destination.
type Channel interface {
	// Capabilities tells what the channel can do. It does no I/O.
	Capabilities() Capabilities
	// Destination identifies where the channel publishes to. It does no I/O
	// and holds no secret.
	Destination() Destination
	// Render makes what the channel would publish for a post. It does no I/O
	// and is deterministic: equal posts give equal renderings. With a problem
	// among the answers the rendering must not be used.
	Render(post Post) (Rendering, []Problem)
	// Publish delivers once. A nil error means that the destination accepted.
	Publish(ctx context.Context, d Delivery) (Receipt, error)
}

// Connector is a channel whose deliveries share a connection. The queue opens
// no attempt before a connection stands.
type Connector interface {
	Connect(ctx context.Context) (Session, error)
}

// Session is one connection of a Connector. It is used by one goroutine.
type Session interface {
	// Publish delivers once over the connection, like Channel.Publish.
	Publish(ctx context.Context, d Delivery) (Receipt, error)
	// Alive reports whether the connection can carry another delivery.
	Alive() bool
	io.Closer
}

// Checker is a channel that can tell whether its destination and credentials
// are usable, without publishing anything.
type Checker interface {
	Check(ctx context.Context) error
}

// Notifier is a channel that can carry a short operational notice to staff,
// outside of the queue.
type Notifier interface {
	Notify(ctx context.Context, to []string, subject, text string) error
}

// Capabilities is what a channel can do; the rest of the product reads it and
// never asks for a kind by name.
type Capabilities struct {
	Local     bool `json:"local"`     // the publication is ours: settling is publishing
	Addressed bool `json:"addressed"` // people are addressed one by one
	Page      bool `json:"page"`      // gives a message its public page
	Media     bool `json:"media"`     // shows images with their descriptions
	Replaces  bool `json:"replaces"`  // a correction replaces the original in place
	Rehearses bool `json:"rehearses"` // it only ever rehearses: nothing leaves the machine

	// Limit is the greatest length of a text in Unit; 0 means no limit.
	Limit int    `json:"limit,omitempty"`
	Unit  string `json:"unit,omitempty"` // "characters", "bytes"

	// Concurrency is how many deliveries may be under way at once, and Ahead
	// how many attempts each of them may open ahead, unless the configuration
	// says otherwise. Both are at least 1.
	Concurrency int `json:"concurrency"`
	Ahead       int `json:"ahead"`
}

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

// Delivery is one attempt.
type Delivery struct {
	Key       string // idempotency key: the same for every attempt at one send or recipient
	Attempt   int    // 1 for the first
	Digest    string // of the rendering
	Rendering Rendering
	Values    Values
	// Begin is called once, right before the first byte leaves. An error means
	// that nothing may leave: the adapter returns it as it is.
	Begin func() error
}

// Receipt is what a destination answered.
type Receipt struct {
	RemoteID  string // the destination's own id
	RemoteURL string // where the publication can be seen
	Detail    string // the answer in the destination's words, without personal data
}

// Post is what a channel renders: one revision, seen by one channel. It is
// complete in itself, since rendering does no I/O.
type Post struct {
	Title    string
	Summary  string
	Body     string // CommonMark; raw HTML has been refused before
	Language string // BCP 47
	Zone     string // IANA zone in which times are shown to readers

	Department string
	Topics     []string
	Audiences  []Audience
	Variant    Variant
	Assets     []Asset
	Notes      string // notes to editors, CommonMark
	Contact    string // press contact, plain text
	Embargo    time.Time
	Corrects   string // title of the message that this one corrects

	HasPage bool // the message has a public page, so links to it are allowed
}

// Audience is a named group of stakeholders as a channel sees it.
type Audience struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Public bool   `json:"public"`
}

// Variant is the author's own wording for one channel; what is empty is taken
// from the common text.
type Variant struct {
	Title   string `json:"title,omitempty" yaml:"title"`
	Summary string `json:"summary,omitempty" yaml:"summary"`
	Text    string `json:"text,omitempty" yaml:"text"`
}

// Asset is a file of a message: an image with its description, or an
// attachment.
type Asset struct {
	Name      string `json:"name"`
	Alt       string `json:"alt,omitempty"` // required of an image
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"` // of the content, lower-case hex
	Size      int64  `json:"size"`   // bytes
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
}

// Image reports whether the asset is shown in place rather than attached.
func (a Asset) Image() bool { return a.Width > 0 }

// Problem is something an author must mend before a message can be submitted.
type Problem struct {
	Field string `json:"field"` // "title", "body", "assets[photo.jpg]", …
	Line  int    `json:"line,omitempty"`
	Says  string `json:"says"`
	Try   string `json:"try,omitempty"`
}
