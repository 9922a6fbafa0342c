package api

// Draft is an announcement as it comes in: the file and what lies beside it.
type Draft struct {
	File      string   `json:"file" minLength:"1" maxLength:"500" doc:"What faults call the file."`
	Text      []byte   `json:"text" doc:"The file, in base64: its bytes are checked as they are."`
	Assets    []Upload `json:"assets,omitempty" nullable:"false" maxItems:"20" doc:"The files that the announcement names."`
	Publish   string   `json:"publish,omitempty" maxLength:"100" doc:"Takes the place of the file's publish: \"when approved\", \"2027-05-01 09:00 Europe/London\" or RFC 3339."`
	Corrects  string   `json:"corrects,omitempty" maxLength:"40" doc:"The id of the message that this one corrects."`
	Withdraws string   `json:"withdraws,omitempty" maxLength:"40" doc:"The id of the message that this one withdraws."`
	DryRun    bool     `json:"dry_run,omitempty" doc:"Check only; store nothing."`
}

// Upload is the content of an asset.
type Upload struct {
	Name    string `json:"name" minLength:"1" maxLength:"255" doc:"As the announcement names it."`
	Content []byte `json:"content" doc:"In base64."`
}

// Drafted is a message that was stored, or would be.
type Drafted struct {
	ID       string        `json:"id,omitempty" doc:"Absent after a dry run."`
	Revision int           `json:"revision,omitempty"`
	Title    string        `json:"title"`
	DryRun   bool          `json:"dry_run,omitempty"`
	Sends    []PlannedSend `json:"sends" nullable:"false" doc:"The sends it would make if it were submitted now."`
	Warnings []Problem     `json:"warnings,omitempty" doc:"What may not be meant, and keeps nothing from being submitted."`
}

// PlannedSend is one send of a plan.
type PlannedSend struct {
	Mechanism string   `json:"mechanism"`
	Audience  []string `json:"audience" nullable:"false"`
	Rehearsal bool     `json:"rehearsal" doc:"Whether the channel rehearses."`
	Addressed bool     `json:"addressed"`
	Digest    string   `json:"digest" doc:"The SHA-256 of the rendering."`
	Length    int      `json:"length,omitempty" doc:"The text's length by the channel's own count; of several posts, the longest's."`
	Posts     int      `json:"posts,omitempty" doc:"How many posts a network's text becomes; absent where the channel can't tell."`
	Limit     int      `json:"limit,omitempty" doc:"Of one post, by what the server said when it was rendered."`

	Action     string `json:"action,omitempty" enum:"edit,reply,delete" doc:"What it does about the original; absent for a new publication."`
	Original   int64  `json:"original,omitempty" doc:"The send by which the channel published what this corrects or withdraws; absent if it did not."`
	Recipients int    `json:"recipients,omitempty" doc:"Where people are addressed and there is an original: how many of those who got it can still be written to."`
}

// Message is one announcement in a list.
type Message struct {
	ID             string `json:"id"`
	State          string `json:"state" doc:"draft, in_review, approved, held, releasing, released, released_with_open, rehearsed, cancelled or expired."`
	Hold           string `json:"hold" doc:"Why it is held; empty if it is not."`
	Title          string `json:"title"`
	Department     string `json:"department"`
	Revision       int    `json:"revision"`
	Corrects       string `json:"corrects,omitempty" doc:"The id of the message that this one corrects."`
	Withdraws      string `json:"withdraws,omitempty" doc:"The id of the message that this one withdraws."`
	Digest         string `json:"digest" doc:"What an approval names; empty in draft."`
	SubmittedBy    string `json:"submitted_by"`
	ApprovedDigest string `json:"approved_digest" doc:"Of the approval in force; empty if there is none."`
	CreatedAt      Time   `json:"created_at" format:"date-time" nullable:"true"`
	ApprovedAt     Time   `json:"approved_at" format:"date-time" nullable:"true"`
	ScheduledFor   Time   `json:"scheduled_for" format:"date-time" nullable:"true" doc:"The earliest instant; null: once it is approved."`
	ExpiresAt      Time   `json:"expires_at" format:"date-time" nullable:"true"`
}

// Messages is a page of messages.
type Messages struct {
	Messages []Message `json:"messages" nullable:"false"`
	Next     string    `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}

// MessageFilter narrows a list of messages.
type MessageFilter struct {
	State  string
	Cursor string
	Limit  int // 0: DefaultPage
}

// MessageDetail is everything about one message.
type MessageDetail struct {
	Message
	Content    Content       `json:"content"`
	EditedBy   string        `json:"edited_by"`
	EditedAt   Time          `json:"edited_at" format:"date-time" nullable:"true"`
	Plan       []PlannedSend `json:"plan" nullable:"false" doc:"Frozen at submit; empty before."`
	Sends      []Send        `json:"sends" nullable:"false"`
	Amendments []Amendment   `json:"amendments,omitempty" doc:"Its corrections and withdrawals, oldest first."`
	Approvals  []Approver    `json:"approvals,omitempty" doc:"Of what is in review."`
	Missing    string        `json:"missing,omitempty" doc:"What it takes besides before it is approved."`
	Beforehand *Beforehand   `json:"beforehand,omitempty" doc:"If what is in review was filled in from a template."`
	Comments   []Comment     `json:"comments,omitempty" doc:"What people say about it, oldest first. Nothing of it is published."`
	Decisions  []Decided     `json:"decisions" nullable:"false" doc:"What people, and Clarion by its rules, decided about it, oldest first."`
	Accepts    []string      `json:"accepts,omitempty" doc:"The changed channels that a release accepts as they are now."`
	People     int           `json:"release_people" doc:"How many different people must release what is held; 0 if nothing is, or nobody can."`
}

// Amendment is a correction or withdrawal of a message.
type Amendment struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	Withdraws bool   `json:"withdraws" doc:"Whether it withdraws the message rather than correct it."`
}

// Content is what the author wrote.
type Content struct {
	Summary   string   `json:"summary,omitempty"`
	Body      string   `json:"body" doc:"CommonMark."`
	Language  string   `json:"language"`
	Objective string   `json:"objective,omitempty"`
	Topics    []string `json:"topics,omitempty"`
	Audiences []string `json:"audiences" nullable:"false"`
	Channels  []string `json:"channels,omitempty" doc:"Absent: all that reach the audiences."`
	Publish   string   `json:"publish" doc:"As written: a time with its zone, or \"when approved\"."`
	LateLimit string   `json:"late_limit"`
	Expires   string   `json:"expires,omitempty"`
	Embargo   string   `json:"embargo,omitempty"`
	Contact   string   `json:"contact,omitempty"`
	Notes     string   `json:"notes,omitempty"`
	Assets    []Asset  `json:"assets,omitempty"`
}

// Asset is a file of a message.
type Asset struct {
	Name      string `json:"name"`
	Alt       string `json:"alt,omitempty"`
	Focus     string `json:"focus,omitempty" doc:"The point of an image that a crop keeps."`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size" doc:"In bytes."`
	SHA256    string `json:"sha256"`
}

// Rendering is what one channel would publish.
type Rendering struct {
	Digest    string     `json:"digest"`
	Previews  []Preview  `json:"previews,omitempty" doc:"What readers will see, post by post; absent where the channel can't tell."`
	Documents []Document `json:"documents" nullable:"false"`
}

// Preview is one post as readers will see it.
type Preview struct {
	Text     string         `json:"text"`
	Length   int            `json:"length" doc:"By the channel's own count."`
	Limit    int            `json:"limit"`
	Language string         `json:"language,omitempty"`
	Warning  string         `json:"warning,omitempty" doc:"Shown in place of the text until a reader asks for it."`
	Images   []PreviewImage `json:"images,omitempty"`
	Card     string         `json:"card,omitempty" doc:"The address of the page whose card is shown."`
}

// PreviewImage is an image of a post with its description.
type PreviewImage struct {
	SHA256 string `json:"sha256"`
	Alt    string `json:"alt"`
}

// Document is one piece of a rendering.
type Document struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Text      string `json:"text,omitempty" doc:"The bytes, if they are UTF-8."`
	Base64    []byte `json:"base64,omitempty" doc:"The bytes in base64, if they are not."`
}

// Bytes are the document's bytes.
func (d Document) Bytes() []byte {
	if len(d.Base64) > 0 {
		return d.Base64
	}
	return []byte(d.Text)
}

// Submitted is the answer of a submit.
type Submitted struct {
	Digest   string        `json:"digest" doc:"What the approval must name."`
	Sends    []PlannedSend `json:"sends" nullable:"false" doc:"What an approval lets go."`
	Warnings []Problem     `json:"warnings,omitempty" doc:"What may not be meant, and keeps nothing from being approved."`
}

// Approved is the answer of an approval.
type Approved struct {
	Done     bool      `json:"done" doc:"Whether the message is approved. If not, the approval is recorded, and more are needed."`
	Missing  string    `json:"missing,omitempty" doc:"What it takes besides."`
	Warnings []Problem `json:"warnings,omitempty" doc:"Channels that can't be used as they are now."`
}

// Approval names what is approved.
type Approval struct {
	Digest string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"The digest that the approver saw."`
}

// Rehearsed is the answer of a rehearsal.
type Rehearsed struct {
	Run int `json:"run" doc:"The number of the run."`
}

// Feed is somebody else's RSS, Atom or JSON feed whose entries are to become
// drafts.
type Feed struct {
	Address     string   `json:"address,omitempty" maxLength:"2000" doc:"Where it is fetched. Public addresses only."`
	Name        string   `json:"name,omitempty" maxLength:"1000" doc:"What faults call it, if it is given as a text."`
	Text        []byte   `json:"text,omitempty" doc:"The feed itself, if it is not fetched."`
	Audiences   []string `json:"audiences" nullable:"false" maxItems:"50" doc:"Whom the drafts are for."`
	GoodEntries bool     `json:"good_entries,omitempty" doc:"Take the good entries although others have faults."`
	DryRun      bool     `json:"dry_run,omitempty" doc:"Look for faults and store nothing."`
}

// FeedImported tells what became of a feed.
type FeedImported struct {
	DryRun   bool      `json:"dry_run"`
	Drafts   []Drafted `json:"drafts" nullable:"false"`
	Known    int       `json:"known" doc:"Entries that were imported before."`
	Pictures int       `json:"pictures" doc:"Images that were left out: an import brings no files."`
	Problems []Problem `json:"problems" nullable:"false" doc:"Of the entries that were left out."`
}

// Approver is one person's word for what is in review.
type Approver struct {
	By     string `json:"by"`
	At     Time   `json:"at" format:"date-time" nullable:"true"`
	Proved bool   `json:"proved" doc:"Whether with a fresh second factor."`
}

// Comment is what somebody says about a revision.
type Comment struct {
	Revision int    `json:"revision"`
	By       string `json:"by"`
	At       Time   `json:"at" format:"date-time" nullable:"true"`
	Text     string `json:"text"`
}

// Remark is a comment that somebody makes.
type Remark struct {
	Text string `json:"text" maxLength:"20000"`
}

// Emergency lets go what nobody approved.
type Emergency struct {
	Digest string `json:"digest" pattern:"^[0-9a-f]{64}$" doc:"The digest that was seen."`
	Reason string `json:"reason" maxLength:"1000" doc:"What the emergency is."`
}

// Differences is what changed since the last approved revision.
type Differences struct {
	Against  int          `json:"against" doc:"The revision that was approved last; 0 if none was."`
	Channels []Difference `json:"channels" nullable:"false"`
}

// Difference is what changed in what one channel would publish.
type Difference struct {
	Mechanism string `json:"mechanism"`
	Text      string `json:"text" doc:"A unified diff of its documents; empty if nothing changed."`
}

// Debt is an emergency release that still owes an approval.
type Debt struct {
	Message string `json:"message"`
	Title   string `json:"title"`
	By      string `json:"by"`
	At      Time   `json:"at" format:"date-time" nullable:"true"`
}
