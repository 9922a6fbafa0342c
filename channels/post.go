package channels

import "time"

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
	Withdraws  string // title of the message that this one withdraws

	// Action is what the rendering does. With Edit, Reply and Delete it is
	// about an original of so many posts at this destination.
	Action        Action
	OriginalPosts int

	// Facts are what Inform learned.
	Facts Facts
	// Content reads an asset of the post. It is there for kinds that must fit
	// an image to their destination's limits.
	Content func(sha256 string) ([]byte, error)

	HasPage bool // the message has a public page, so links to it are allowed
}

// Action is what a rendering does at its destination.
type Action string

// The actions. A channel gets only those that its Capabilities name; Publish
// is for all, and a local channel is given Edit for a correction and Delete for
// a withdrawal.
const (
	Publish Action = ""       // a new publication
	Edit    Action = "edit"   // changes what the original published
	Reply   Action = "reply"  // answers it
	Delete  Action = "delete" // takes it away
)

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
	// Warning is shown in place of the text until a reader asks for it, and
	// Visibility is who sees the post, where the network knows either.
	Warning    string `json:"warning,omitempty" yaml:"warning"`
	Visibility string `json:"visibility,omitempty" yaml:"visibility"`
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
	// Focus is the point that a crop keeps, "x,y" from -1,-1 (bottom left) to
	// 1,1 (top right); empty for the middle.
	Focus string `json:"focus,omitempty"`
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
