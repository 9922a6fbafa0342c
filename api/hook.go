package api

// Hook is a system of the office's own that is told what happens.
type Hook struct {
	Name       string   `json:"name"`
	URL        string   `json:"url"`
	Types      []string `json:"types" nullable:"false" doc:"The types of events that it is told of."`
	Department string   `json:"department,omitempty" doc:"Whose messages it is told of; absent: every one's."`
	Enabled    bool     `json:"enabled"`
	Why        string   `json:"why,omitempty" doc:"Why it is disabled."`
	CreatedAt  Time     `json:"created_at" format:"date-time" nullable:"true"`
	DisabledAt Time     `json:"disabled_at" format:"date-time" nullable:"true"`
	OldUntil   Time     `json:"old_secret_until" format:"date-time" nullable:"true" doc:"Until when the secret before this one signs as well."`
	Waiting    int      `json:"waiting" doc:"How many events wait to be told again."`
	NextAt     Time     `json:"next_at" format:"date-time" nullable:"true" doc:"When the next of them is."`
}

// HookMade is a hook with its secret, which nobody is shown again.
type HookMade struct {
	Hook
	Secret string `json:"secret" doc:"Shared by Clarion and this one receiver (Standard Webhooks)."`
}

// Hooks is every hook that somebody looks after, by name.
type Hooks struct {
	Hooks []Hook `json:"hooks" nullable:"false"`
}

// HookRequest asks for a hook.
type HookRequest struct {
	Name       string   `json:"name" minLength:"1" maxLength:"40" doc:"Lower-case letters, digits and hyphens."`
	URL        string   `json:"url" minLength:"1" maxLength:"2000" doc:"https; http to a loopback or private address. Without user name, query and fragment."`
	Types      []string `json:"types" nullable:"false" minItems:"1" maxItems:"100" doc:"Types of events, families such as send.*, or * for all that there are today."`
	Department string   `json:"department,omitempty" maxLength:"2000" doc:"Whose messages it is told of; absent: every one's."`
}

// Rotation asks for another secret.
type Rotation struct {
	Overlap int64 `json:"overlap_seconds" minimum:"0" maximum:"2592000" doc:"How long the secret before signs as well."`
}

// Resend asks for events to be told again: one, or all since an instant.
type Resend struct {
	Event string `json:"event,omitempty" maxLength:"100" doc:"The event's id."`
	Since Time   `json:"since,omitzero" format:"date-time" doc:"All that happened from this instant on, what was never told included."`
}

// HookAnswer is what a receiver answered to a trial.
type HookAnswer struct {
	OK     bool   `json:"ok" doc:"Whether it took the event: it answered 2xx."`
	Status int    `json:"status" doc:"0 if there was no answer."`
	Says   string `json:"says"`
	Took   int64  `json:"took_ms"`
}

// Delivery is what became of one event at one hook.
type Delivery struct {
	ID       int64  `json:"id"`
	Event    string `json:"event" doc:"The event's id, its webhook-id."`
	Type     string `json:"type"`
	At       Time   `json:"at" format:"date-time" nullable:"true" doc:"When it happened."`
	State    string `json:"state" enum:"waiting,delivered,failed" doc:"Failed: it was given up."`
	Attempts int    `json:"attempts"`
	Status   int    `json:"status" doc:"Of the last answer; 0 if there was none."`
	Says     string `json:"says" doc:"What came of the last attempt."`
	Took     int64  `json:"took_ms" doc:"How long it took."`
	LastAt   Time   `json:"last_at" format:"date-time" nullable:"true"`
	NextAt   Time   `json:"next_at" format:"date-time" nullable:"true" doc:"Null unless it waits."`
}

// Deliveries is a page of deliveries, the newest first.
type Deliveries struct {
	Deliveries []Delivery `json:"deliveries" nullable:"false"`
	Next       int64      `json:"next,omitempty" doc:"Give this as before for the next page; absent on the last."`
}
