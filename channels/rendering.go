package channels

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Limits of a stored rendering; a longer one is not read.
const (
	MaxDocuments = 64
	MaxParts     = 10_000
	MaxRendering = 32 << 20 // bytes
)

// renderingMagic opens every stored rendering; the number is the version of
// the encoding, which the digest covers.
const renderingMagic = "clarion rendering 1\n"

// Rendering is what one channel would publish for one revision: documents made
// of literal bytes and typed slots. Literals and slots are told apart by the
// encoding and never by content, so no author text can form a slot.
type Rendering struct {
	Documents []Document
	// Length is the text's length by the channel's own count. It is shown to
	// people and is no part of the digest.
	Length int
}

// Document is one piece of a rendering: a feed entry, a page, a mail.
type Document struct {
	Name      string // unique within the rendering
	MediaType string
	Parts     []Part
}

// Part is either literal bytes or a slot.
type Part struct {
	Literal []byte
	Slot    Slot   // NoSlot for a literal
	Arg     string // what the slot needs to know: an asset's SHA-256
	Form    Form   // how the value is written
}

// Document gives the document of a name.
func (r Rendering) Document(name string) (Document, bool) {
	i := slices.IndexFunc(r.Documents, func(d Document) bool { return d.Name == name })
	if i < 0 {
		return Document{}, false
	}
	return r.Documents[i], true
}

// Assets lists the SHA-256 of every asset the rendering carries or points to,
// in order of first use.
func (r Rendering) Assets() []string {
	var sums []string
	for _, d := range r.Documents {
		for _, p := range d.Parts {
			if p.Slot.ofAsset() && !slices.Contains(sums, p.Arg) {
				sums = append(sums, p.Arg)
			}
		}
	}
	return sums
}

// Marshal gives the bytes that are stored and that the digest is taken of.
func (r Rendering) Marshal() []byte { return r.appendTo(nil) }

func (r Rendering) appendTo(b []byte) []byte {
	b = append(b, renderingMagic...)
	b = binary.AppendUvarint(b, uint64(len(r.Documents)))
	for _, d := range r.Documents {
		b = appendString(b, d.Name)
		b = appendString(b, d.MediaType)
		b = binary.AppendUvarint(b, uint64(len(d.Parts)))
		for _, p := range d.Parts {
			b = append(b, byte(p.Slot), byte(p.Form))
			if p.Slot == NoSlot {
				b = binary.AppendUvarint(b, uint64(len(p.Literal)))
				b = append(b, p.Literal...)
			} else {
				b = appendString(b, p.Arg)
			}
		}
	}
	return b
}

// Digest is the SHA-256 of a stored rendering, in lower-case hex: it covers
// every literal and the type, argument, form and position of every slot, and
// no slot's value.
func Digest(stored []byte) string {
	sum := sha256.Sum256(stored)
	return hex.EncodeToString(sum[:])
}

// UnmarshalRendering reads a stored rendering. Whatever Marshal did not write
// is refused.
func UnmarshalRendering(stored []byte) (Rendering, error) {
	if len(stored) > MaxRendering {
		return Rendering{}, fmt.Errorf("rendering of %d bytes is over the limit of %d", len(stored), MaxRendering)
	}
	rest, ok := bytes.CutPrefix(stored, []byte(renderingMagic))
	if !ok {
		return Rendering{}, errors.New("not a rendering of version 1")
	}
	d := decoder{rest: rest}
	r := Rendering{}
	for range d.count(MaxDocuments) {
		doc := Document{Name: d.string(), MediaType: d.string()}
		for range d.count(MaxParts) {
			doc.Parts = append(doc.Parts, d.part())
		}
		r.Documents = append(r.Documents, doc)
	}
	if d.err == nil && len(d.rest) > 0 {
		d.err = fmt.Errorf("%d bytes after the end", len(d.rest))
	}
	if d.err == nil && !bytes.Equal(r.appendTo(make([]byte, 0, len(stored))), stored) {
		d.err = errors.New("not in canonical form")
	}
	if d.err != nil {
		return Rendering{}, fmt.Errorf("read rendering: %w", d.err)
	}
	return r, nil
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// decoder reads the encoding of Marshal and remembers the first fault.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) uvarint() uint64 {
	if d.err != nil {
		return 0
	}
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.err = errors.New("bad length")
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) count(limit int) int {
	n := d.uvarint()
	if n > uint64(limit) { //nolint:gosec // a limit is a constant
		d.err = fmt.Errorf("count %d is over the limit of %d", n, limit)
	}
	if d.err != nil {
		return 0
	}
	return int(n) //nolint:gosec // bounded by limit
}

func (d *decoder) string() string {
	n := d.uvarint()
	if d.err == nil && n > uint64(len(d.rest)) {
		d.err = errors.New("cut short")
	}
	if d.err != nil {
		return ""
	}
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) part() Part {
	if d.err == nil && len(d.rest) < 2 {
		d.err = errors.New("cut short")
	}
	if d.err != nil {
		return Part{}
	}
	p := Part{Slot: Slot(d.rest[0]), Form: Form(d.rest[1])}
	d.rest = d.rest[2:]
	if !p.Slot.valid() || !p.Form.valid() {
		d.err = fmt.Errorf("unknown slot %d or form %d", p.Slot, p.Form)
		return Part{}
	}
	text := d.string()
	if p.Slot == NoSlot {
		p.Literal = []byte(text)
	} else {
		p.Arg = text
	}
	return p
}
