package message

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"clarion/channels"
)

// Template is the text of a correction or withdrawal that was approved before
// anybody needed it. What it says of the message that it will be about is left
// open by placeholders.
type Template struct {
	Name       string                      `json:"name"`
	Kind       TemplateKind                `json:"kind"`
	Department string                      `json:"department,omitempty"` // empty: every one
	Language   string                      `json:"language"`
	Title      string                      `json:"title"`
	Summary    string                      `json:"summary,omitempty"`
	Body       string                      `json:"body"` // CommonMark
	Variants   map[string]channels.Variant `json:"variants,omitempty"`
}

// TemplateKind is what a message does that is made from a template.
type TemplateKind string

// The kinds of templates.
const (
	Correction TemplateKind = "correction"
	Withdrawal TemplateKind = "withdrawal"
)

// TemplateState is how far a template is.
type TemplateState string

// The states of a template. Any edit makes it a draft again, a dropped one as
// well. Only an approved one can be used.
const (
	TemplateDraft    TemplateState = "draft"
	TemplateInReview TemplateState = "in_review"
	TemplateApproved TemplateState = "approved"
	TemplateDropped  TemplateState = "dropped"
)

// Digest is what the approval of a template is bound to: everything of it.
func (t Template) Digest() string {
	b, err := json.Marshal(t)
	if err != nil {
		panic("message: a template always marshals: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte("clarion/template/1\n"), b...))
	return hex.EncodeToString(sum[:])
}
