package ledger

import "clarion/message"

// MessageBody is the body of entries about a message. Like every body it names a
// person or a free text by reference only.
type MessageBody struct {
	Message  string             `json:"message"`
	Revision int                `json:"revision,omitempty"`
	Run      int                `json:"run,omitempty"`
	Content  string             `json:"content,omitempty"` // digest
	Digest   string             `json:"digest,omitempty"`  // what was approved
	From     message.State      `json:"from,omitempty"`
	To       message.State      `json:"to,omitempty"`
	Hold     message.HoldReason `json:"hold,omitempty"`
	By       string             `json:"by,omitempty"`
	With     string             `json:"with,omitempty"` // the first of two people
	Reason   string             `json:"reason,omitempty"`
	Why      string             `json:"why,omitempty"` // the gate's own phrase
	// Corrects or Withdraws is the message that this one is about.
	Corrects  string     `json:"corrects,omitempty"`
	Withdraws string     `json:"withdraws,omitempty"`
	Verified  bool       `json:"verified,omitempty"` // the person proved who they are
	Accepted  []Accepted `json:"accepted,omitempty"` // by a release: changed channels as they are now
	// Template and TemplateDigest are what a message was filled in from; of an
	// approval, what made one approver enough.
	Template       string `json:"template,omitempty"`
	TemplateDigest string `json:"template_digest,omitempty"`
}

// Accepted is a channel that changed after an approval, as two people accepted
// it.
type Accepted struct {
	Send        int64        `json:"send"`
	Mechanism   string       `json:"mechanism"`
	Kind        string       `json:"kind"`
	Endpoint    string       `json:"endpoint"`
	Account     string       `json:"account"`
	Sender      string       `json:"sender"`
	Fingerprint string       `json:"fingerprint"`
	Mode        message.Mode `json:"mode"`
}

// SendBody is the body of entries about a send.
type SendBody struct {
	Send      int64              `json:"send"`
	Message   string             `json:"message"`
	Audiences []string           `json:"audiences"`
	Mechanism string             `json:"mechanism"`
	Run       int                `json:"run,omitempty"`
	Hold      message.HoldReason `json:"hold,omitempty"`
	To        message.SendState  `json:"to,omitempty"`
	By        string             `json:"by,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	Why       string             `json:"why,omitempty"`
	Count     int                `json:"count,omitempty"` // recipients concerned
	Tally     message.Tally      `json:"tally,omitempty"`
	Verified  bool               `json:"verified,omitempty"`
	Recipient int64              `json:"recipient,omitempty"` // where a person spoke of one alone
	RemoteID  string             `json:"remote_id,omitempty"` // of what was found
	RemoteURL string             `json:"remote_url,omitempty"`
}

// AttemptBody is one settled attempt at a send.
type AttemptBody struct {
	Send      int64             `json:"send"`
	Message   string            `json:"message"`
	Audiences []string          `json:"audiences"`
	Mechanism string            `json:"mechanism"`
	Run       int               `json:"run,omitempty"`
	Rehearsal bool              `json:"rehearsal,omitempty"`
	Attempt   int               `json:"attempt"`
	Outcome   message.SendState `json:"outcome"`
	Class     string            `json:"class,omitempty"`
	Digest    string            `json:"digest"`
	Key       string            `json:"key"`
	Due       int64             `json:"due"` // Unix milliseconds, as the two below
	Opened    int64             `json:"opened"`
	Closed    int64             `json:"closed"`
	RemoteID  string            `json:"remote_id,omitempty"`
	RemoteURL string            `json:"remote_url,omitempty"`
}

// RecipientsBody stands for the attempts at recipients of one send that one
// commit settled.
type RecipientsBody struct {
	Send      int64          `json:"send"`
	Message   string         `json:"message"`
	Audiences []string       `json:"audiences"`
	Mechanism string         `json:"mechanism"`
	Run       int            `json:"run,omitempty"`
	Rehearsal bool           `json:"rehearsal,omitempty"`
	Digest    string         `json:"digest"`
	Attempts  int            `json:"attempts"`
	Outcomes  map[string]int `json:"outcomes"`
	Root      string         `json:"root"` // over the attempt rows
}

// DecisionBody is the body of entries about anything else that people decide.
type DecisionBody struct {
	Act      string `json:"act,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Message  string `json:"message,omitempty"` // that the act is about
	By       string `json:"by,omitempty"`
	With     string `json:"with,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Mode     string `json:"mode,omitempty"`
	Count    int    `json:"count,omitempty"`
	Digest   string `json:"digest,omitempty"`
	Verified bool   `json:"verified,omitempty"`
}

// UnsubscribedBody is the body of an entry about somebody who left.
type UnsubscribedBody struct {
	Recipient int64    `json:"recipient"`
	Audiences []string `json:"audiences"`
}

// AlarmBody is the body of an entry about what staff are told that nobody
// decided.
type AlarmBody struct {
	Subject string `json:"subject"`           // a channel's or a hook's name
	Expires int64  `json:"expires,omitempty"` // Unix milliseconds
	Expired bool   `json:"expired,omitempty"`
	Why     string `json:"why,omitempty"` // in Clarion's words
}
