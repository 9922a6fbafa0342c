package email

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"

	"clarion/channels"
)

// document is the name of the rendering's only document.
const document = "mail"

// prepared is a mail of one rendering with everything filled in that is the
// same for every recipient. It is never changed.
type prepared struct {
	pieces []piece
	size   int64 // bytes of the literals, before dot-stuffing
}

// piece is a stretch of the mail that is ready for the wire, or a slot that
// differs by recipient.
type piece struct {
	ready []byte // dot-stuffed but for its first byte, see writeTo
	slot  channels.Document
}

func (p piece) personal() bool { return p.slot.Parts != nil }

// prepare fills in what all recipients share.
func prepare(r channels.Rendering, v channels.Values) (*prepared, error) {
	doc, ok := r.Document(document)
	if !ok || len(r.Documents) != 1 {
		return nil, errors.New("the rendering is not one mail")
	}
	p := &prepared{}
	for start := 0; start < len(doc.Parts); {
		end := start
		for end < len(doc.Parts) && !personal(doc.Parts[end].Slot) {
			end++
		}
		if err := p.shared(doc, start, end, v); err != nil {
			return nil, err
		}
		if end < len(doc.Parts) {
			p.pieces = append(p.pieces, piece{slot: section(doc, end, end+1)})
			end++
		}
		start = end
	}
	return p, nil
}

// personal reports whether a slot's value differs by recipient.
func personal(s channels.Slot) bool {
	switch s {
	case channels.RecipientName, channels.RecipientAddress, channels.UnsubscribeLink, channels.MessageID:
		return true
	default:
		return false
	}
}

func section(doc channels.Document, start, end int) channels.Document {
	return channels.Document{Name: doc.Name, MediaType: doc.MediaType, Parts: doc.Parts[start:end]}
}

func (p *prepared) shared(doc channels.Document, start, end int, v channels.Values) error {
	if start == end {
		return nil
	}
	filled, err := section(doc, start, end).Fill(v)
	if err != nil {
		return err
	}
	if err := wholeLines(filled); err != nil {
		return err
	}
	p.pieces = append(p.pieces, piece{ready: stuff(filled)})
	p.size += int64(len(filled))
	return nil
}

// wholeLines refuses a CR or LF that stands alone: relays disagree on whether
// it ends a line, and so on where the mail ends.
func wholeLines(b []byte) error {
	if bytes.Count(b, []byte("\r\n")) != bytes.Count(b, []byte("\n")) ||
		bytes.Count(b, []byte("\r\n")) != bytes.Count(b, []byte("\r")) {
		return errors.New("the mail holds a line end that is not CR LF")
	}
	return nil
}

// stuff doubles the dot that opens a line (RFC 5321 4.5.2), but for the first
// line: whether it opens one depends on what comes before.
func stuff(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n."), []byte("\n..")) }

// letter is one recipient's mail.
type letter struct {
	mail   *prepared
	filled [][]byte // the values of the personal pieces, in order
	size   int64    // bytes before dot-stuffing
}

// fill writes a recipient's values. The letter borrows room, which is used
// again for the next one.
func (p *prepared) fill(v channels.Values, room [][]byte) (letter, error) {
	l := letter{mail: p, filled: room[:0], size: p.size}
	for _, piece := range p.pieces {
		if !piece.personal() {
			continue
		}
		value, err := piece.slot.Fill(v)
		if err != nil {
			return letter{}, err
		}
		l.filled = append(l.filled, value)
		l.size += int64(len(value))
	}
	return l, nil
}

// writeTo writes the letter, dot-stuffed and ended by a whole line, without
// the final dot.
func (l letter) writeTo(w *bufio.Writer) error {
	opens := true // the next byte opens a line
	next := 0
	for _, piece := range l.mail.pieces {
		b := piece.ready
		if piece.personal() {
			b = stuff(l.filled[next])
			next++
		}
		if len(b) == 0 {
			continue
		}
		if opens && b[0] == '.' {
			_, _ = w.WriteString(".") // bufio.Writer keeps the error for the next Write
		}
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("write mail: %w", err)
		}
		opens = b[len(b)-1] == '\n'
	}
	if !opens {
		_, _ = w.WriteString("\r\n")
	}
	return nil
}
