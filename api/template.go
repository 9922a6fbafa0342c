package api

// TemplateFile is a template as a file.
type TemplateFile struct {
	File   string `json:"file" minLength:"1" maxLength:"500" doc:"What faults call the file."`
	Text   []byte `json:"text" doc:"The file, in base64: its bytes are checked as they are."`
	DryRun bool   `json:"dry_run,omitempty" doc:"Check only; store nothing."`
}

// Template is the text of a correction or withdrawal that is approved before it
// is needed.
type Template struct {
	Name        string `json:"name"`
	State       string `json:"state" enum:"draft,in_review,approved,dropped" doc:"Only an approved one can be used."`
	Kind        string `json:"kind" enum:"correction,withdrawal"`
	Department  string `json:"department,omitempty" doc:"Whose messages it is for; absent: every department's."`
	Language    string `json:"language"`
	Title       string `json:"title"`
	Revision    int    `json:"revision"`
	Digest      string `json:"digest" doc:"What an approval names: of everything that the template says."`
	EditedBy    string `json:"edited_by"`
	EditedAt    Time   `json:"edited_at" format:"date-time" nullable:"true"`
	SubmittedBy string `json:"submitted_by,omitempty"`
}

// Templates is every template, by name.
type Templates struct {
	Templates []Template `json:"templates" nullable:"false"`
}

// TemplateDetail is everything about one template.
type TemplateDetail struct {
	Template
	Source    string     `json:"source" doc:"The template as a file."`
	Approvals []Approver `json:"approvals,omitempty" doc:"Of the current revision."`
	Missing   string     `json:"missing,omitempty" doc:"What it takes besides before it is approved."`
}

// TemplateTaken is a template that was stored as a draft, or would be.
type TemplateTaken struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
	DryRun bool   `json:"dry_run"`
}

// TemplateSubmitted is the answer of a submit.
type TemplateSubmitted struct {
	Digest string `json:"digest" doc:"What the approval must name."`
}

// TemplateApproved is the answer of an approval.
type TemplateApproved struct {
	Done    bool   `json:"done" doc:"Whether the template is approved. If not, the approval is recorded, and more are needed."`
	Missing string `json:"missing,omitempty" doc:"What it takes besides."`
}

// TemplateUse says what a template is to be about.
type TemplateUse struct {
	Original string `json:"original" minLength:"1" maxLength:"40" doc:"The id of the message that is to be corrected or withdrawn."`
	DryRun   bool   `json:"dry_run,omitempty" doc:"Fill it in and store nothing."`
}

// TemplateUsed is a correction or withdrawal that a template gave, in review.
type TemplateUsed struct {
	ID       string        `json:"id,omitempty" doc:"Of the message; absent after a dry run."`
	Digest   string        `json:"digest,omitempty" doc:"What the approval must name; absent after a dry run."`
	Title    string        `json:"title"`
	Source   string        `json:"source" doc:"The message as an announcement file."`
	Sends    []PlannedSend `json:"sends" nullable:"false" doc:"What an approval lets go."`
	Warnings []Problem     `json:"warnings,omitempty" doc:"What may not be meant, and keeps nothing from being approved."`
	DryRun   bool          `json:"dry_run"`
}

// Beforehand tells what a message in review was filled in from.
type Beforehand struct {
	Template string `json:"template"`
	Counts   bool   `json:"counts" doc:"Whether one approver is enough, who may have made the message from the template."`
	Why      string `json:"why,omitempty" doc:"Why not, if it does not count any more."`
}
