// Package export writes the record for people outside: as JSON lines, as a
// table for spreadsheets, and as a signed folder that anybody can check with
// neither daemon nor database.
//
// Failure rules. No cell of a table is read as a formula, and what was changed
// for that can be undone. A folder that checks is, byte for byte, what the
// holder of the key signed; any other byte, a missing file and one too many
// are named. No error holds the private key.
package export

import (
	"encoding/json"
	"strings"
	"time"

	"clarion/ledger"
)

// Entry is one entry of the ledger with what is tied to it.
type Entry struct {
	Writer string
	Seq    int64
	At     time.Time
	Kind   ledger.Kind
	Body   json.RawMessage
	Hash   string
	Ties   map[string]string // what the references in the body stand for
}

// body reads what the bodies of entries have in common; what one lacks is
// empty.
type body struct {
	Message   string   `json:"message"`
	Revision  int      `json:"revision"`
	Run       int      `json:"run"`
	Send      int64    `json:"send"`
	Mechanism string   `json:"mechanism"`
	Audiences []string `json:"audiences"`
	By        string   `json:"by"`
	With      string   `json:"with"`
	Reason    string   `json:"reason"`
	Why       string   `json:"why"`
	Hold      string   `json:"hold"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Outcome   string   `json:"outcome"`
	Rehearsal bool     `json:"rehearsal"`
	Attempt   int      `json:"attempt"`
	Attempts  int      `json:"attempts"`
	Count     int      `json:"count"`
	Digest    string   `json:"digest"`
	Content   string   `json:"content"`
	Act       string   `json:"act"`
	Subject   string   `json:"subject"`
	Mode      string   `json:"mode"`
	Verified  bool     `json:"verified"`
	RemoteURL string   `json:"remote_url"`
	Template  string   `json:"template"`
	Corrects  string   `json:"corrects"`
	Withdraws string   `json:"withdraws"`

	Outcomes map[string]int `json:"outcomes"`
}

// gone stands where a text was erased and nothing was put in its place.
const gone = "(erased)"

// read decodes an entry's body, with names and texts in place of references.
func read(e Entry) (body, error) {
	var b body
	if err := json.Unmarshal(e.Body, &b); err != nil {
		return b, err
	}
	for field, value := range map[string]*string{"by": &b.By, "with": &b.With, "reason": &b.Reason, "subject": &b.Subject} {
		if said, ok := e.Ties[field]; ok {
			*value = said
		} else if _, err := ledger.ParseHash(*value); err == nil {
			*value = gone
		}
	}
	return b, nil
}

// inWords writes a state or reason as people read it.
func inWords(s string) string { return strings.NewReplacer("_", " ", "-", " ").Replace(s) }
