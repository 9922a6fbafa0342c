package export

import (
	"time"

	"clarion/ledger"
)

// Format is the version of the form of an export.
const Format = "clarion-ledger-export/1"

// The files of an export.
const (
	LinesFile     = "ledger.jsonl"
	TableFile     = "ledger.csv"
	HeadsFile     = "heads.jsonl"
	KeyFile       = "signing-key.pub"
	ManifestFile  = "manifest.json"
	SignatureFile = "manifest.json.sig"
)

// Range is what an export covers; what is zero bounds nothing.
type Range struct {
	Message string    `json:"message,omitempty"`
	Since   time.Time `json:"since,omitzero"` // of this instant or later
	Until   time.Time `json:"until,omitzero"` // before this instant
}

// Manifest tells what an export holds. Its signature covers its bytes, and
// through the digests every file.
type Manifest struct {
	Format  string        `json:"format"`
	Office  string        `json:"office"`
	Version string        `json:"version"` // of Clarion
	MadeAt  time.Time     `json:"made_at"`
	MadeBy  string        `json:"made_by"`
	Range   Range         `json:"range"`
	Entries int64         `json:"entries"`
	Heads   []ledger.Head `json:"heads"` // of the ledger's chains at that instant, oldest first
	Key     string        `json:"key"`   // the fingerprint of the key that signed
	Files   []File        `json:"files"`
}

// File is one file of an export.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // lower-case hex
}
