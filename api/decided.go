package api

// Decided is what was decided about a message or one of its sends.
type Decided struct {
	At        Time   `json:"at" format:"date-time" nullable:"true"`
	Kind      string `json:"kind" doc:"As in the ledger, for instance message.approved."`
	By        string `json:"by,omitempty" doc:"Who decided; absent where Clarion did, or once the name was erased."`
	With      string `json:"with,omitempty" doc:"Who decided first, where it took two."`
	Verified  bool   `json:"verified" doc:"Whether the person proved who they are."`
	Reason    string `json:"reason,omitempty" doc:"In the person's words."`
	Why       string `json:"why,omitempty" doc:"In Clarion's words, where it decided."`
	Revision  int    `json:"revision,omitempty"`
	Run       int    `json:"run,omitempty"`
	Digest    string `json:"digest,omitempty" doc:"What was submitted, approved or returned."`
	Hold      string `json:"hold,omitempty" doc:"The reason of the hold."`
	To        string `json:"to,omitempty" doc:"The state that the message or send went to."`
	Send      int64  `json:"send,omitempty" doc:"The send, where it is about one."`
	Mechanism string `json:"mechanism,omitempty" doc:"The send's channel."`
}

// First is the first of two people's decisions, waiting for the second.
type First struct {
	Act     string `json:"act" doc:"release, emergency, thaw or erase."`
	Subject string `json:"subject" doc:"The message's id, everything, or a person's name."`
	By      string `json:"by"`
	At      Time   `json:"at" format:"date-time" nullable:"true"`
}
