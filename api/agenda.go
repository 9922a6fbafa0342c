package api

// Due is a message that is to leave, or would if people let it.
type Due struct {
	Message    string   `json:"message" doc:"The message's id."`
	Title      string   `json:"title"`
	State      string   `json:"state" doc:"approved, held or in_review."`
	Hold       string   `json:"hold" doc:"Why it is held; empty if it is not."`
	Department string   `json:"department"`
	Audience   []string `json:"audience" nullable:"false"`
	Mechanism  []string `json:"mechanism" nullable:"false"`
	At         Time     `json:"at" format:"date-time" nullable:"true" doc:"The instant at which it is due; past if it is held."`
}

// Agenda is what leaves next, the next first.
type Agenda struct {
	Agenda []Due `json:"agenda" nullable:"false"`
}
