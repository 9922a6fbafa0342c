package api

import "encoding/json"

// Head is what is kept elsewhere, so that a cut tail of the ledger shows.
type Head struct {
	Writer string `json:"writer"`
	Number int64  `json:"number"`
	Hash   string `json:"hash"`
	At     Time   `json:"at" format:"date-time" nullable:"true"`
}

// Heads is the head of every chain, oldest first.
type Heads struct {
	Heads []Head `json:"heads" nullable:"false"`
}

// Entry is one entry of the ledger.
type Entry struct {
	Writer string            `json:"writer"`
	Seq    int64             `json:"seq"`
	At     Time              `json:"at" format:"date-time" nullable:"true"`
	Kind   string            `json:"kind"`
	Body   json.RawMessage   `json:"body"`
	Hash   string            `json:"hash"`
	Ties   map[string]string `json:"ties,omitempty" doc:"What the references in the body stand for, unless it was erased."`
}

// LedgerRange is what of the ledger is exported; what is empty bounds nothing.
type LedgerRange struct {
	Message string // about this message alone
	Since   Time   // of this instant or later
	Until   Time   // before this instant
}

// ExportKey is the public key by which exports of the ledger are signed.
type ExportKey struct {
	Public      string `json:"public" doc:"As OpenSSH writes it."`
	Fingerprint string `json:"fingerprint" doc:"As ssh-keygen -l shows it."`
}

// Verification is the answer of a ledger verification.
type Verification struct {
	Entries int64    `json:"entries"`
	Links   int64    `json:"links"`
	Heads   []Head   `json:"heads" nullable:"false"`
	Faults  []string `json:"faults" nullable:"false" doc:"Empty when everything holds."`
}
