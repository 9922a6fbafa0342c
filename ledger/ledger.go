// Package ledger holds the rules of the record of decisions and sends: an
// append-only chain with one link per commit over the hashes of that commit's
// entries. It does no I/O.
//
// Failure rules. A flipped, deleted, inserted or reordered entry or link
// breaks the chain and verification names the place. A cut tail or a rewritten
// whole leaves a chain that is sound in itself; it shows against a head that
// was exported before. No entry holds personal data: a person or a free text
// is tied in by a salted hash, and erasing the salt and the value leaves the
// chain whole.
//
// Format, version 1; integers are big-endian, len is a 64-bit length:
//
//	entry hash = SHA-256("clarion/ledger/entry/1\n" seq at-ms len kind len body)
//	link hash  = SHA-256("clarion/ledger/link/1\n" len writer number at-ms prev
//	             first-seq count entry-hash...)
package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads the hex form of a hash.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return Hash{}, fmt.Errorf("%q is no SHA-256 in hex", s)
	}
	copy(h[:], b)
	return h, nil
}

// Entry is one record. Body is JSON and is hashed as it stands.
type Entry struct {
	Seq  int64
	At   time.Time // to the millisecond
	Kind Kind
	Body json.RawMessage
}

// usualEntry is as long as what is hashed of nearly every entry.
const usualEntry = 1_024

// Hash is the entry's own hash.
func (e Entry) Hash() Hash {
	b := make([]byte, 0, usualEntry) // a size that is known need not be collected
	b = append(b, "clarion/ledger/entry/1\n"...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq)) //nolint:gosec // the same bits
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMilli()))
	b = appendBytes(b, e.Kind)
	b = appendBytes(b, e.Body)
	return sha256.Sum256(b)
}

// Link ties the entries of one commit to all that came before.
type Link struct {
	Writer string
	Number int64 // from 1
	At     time.Time
	First  int64 // seq of the first entry
	Count  int
	Prev   Hash // of the link before; zero for the first
	Hash   Hash
}

// NewLink makes the link that follows another over a commit's entries, whose
// hashes come in order of seq.
func NewLink(before Link, at time.Time, entries []Hash) Link {
	l := Link{
		Writer: before.Writer,
		Number: before.Number + 1,
		At:     at.Truncate(time.Millisecond),
		First:  before.First + int64(before.Count),
		Count:  len(entries),
		Prev:   before.Hash,
	}
	l.Hash = l.compute(entries)
	return l
}

// Origin is what stands before a writer's first link.
func Origin(writer string) Link { return Link{Writer: writer, First: 1} }

func (l Link) compute(entries []Hash) Hash {
	b := make([]byte, 0, 128+len(l.Writer)+len(entries)*sha256.Size)
	b = append(b, "clarion/ledger/link/1\n"...)
	b = appendBytes(b, l.Writer)
	b = binary.BigEndian.AppendUint64(b, uint64(l.Number)) //nolint:gosec // the same bits
	b = binary.BigEndian.AppendUint64(b, uint64(l.At.UnixMilli()))
	b = append(b, l.Prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(l.First)) //nolint:gosec // the same bits
	b = binary.BigEndian.AppendUint64(b, uint64(l.Count)) //nolint:gosec // the same bits
	for _, h := range entries {
		b = append(b, h[:]...)
	}
	return sha256.Sum256(b)
}

func appendBytes[T ~string | ~[]byte](b []byte, s T) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
	return append(b, s...)
}

// Head is what is exported so that a cut tail can be shown later.
type Head struct {
	Writer string    `json:"writer"`
	Number int64     `json:"number"`
	Hash   string    `json:"hash"`
	At     time.Time `json:"at"`
}

// HeadOf gives the head that a link makes.
func HeadOf(l Link) Head {
	return Head{Writer: l.Writer, Number: l.Number, Hash: l.Hash.String(), At: l.At.UTC()}
}

// Tie binds a value that may have to be erased: the reference goes into the
// chain, value and salt stand outside of it.
type Tie struct {
	Ref   string
	Salt  []byte
	Value string
}

// NewTie binds a value under a fresh random salt.
func NewTie(value string) Tie {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return Tie{Ref: tieRef(salt, value), Salt: salt, Value: value}
}

// Rebound tells what binds a value since an erasure.
type Rebound struct {
	Ref   string // as the chain holds it
	Bound string // the reference of the tie that took its place
}

// RootOf folds what an erasure rebound, in order of the references, into the
// hash that its entry holds.
func RootOf(all []Rebound) Hash {
	b := []byte("clarion/ledger/erasure/1\n")
	for _, r := range all {
		b = appendBytes(b, r.Ref)
		b = appendBytes(b, r.Bound)
	}
	return sha256.Sum256(b)
}

// Holds reports whether the value is the one that was bound.
func (t Tie) Holds() bool { return t.Ref == tieRef(t.Salt, t.Value) }

func tieRef(salt []byte, value string) string {
	b := append([]byte("clarion/ledger/tie/1\n"), salt...)
	sum := sha256.Sum256(append(b, value...))
	return hex.EncodeToString(sum[:])
}
