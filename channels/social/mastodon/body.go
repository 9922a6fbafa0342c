package mastodon

import (
	"bytes"
	"encoding/json"

	"clarion/channels"
)

const jsonType = "application/json"

// body writes a JSON object of literals and slots.
type body struct {
	parts   []channels.Part
	literal bytes.Buffer
	fields  int
}

// field begins a field of the object.
func (b *body) field(name string) {
	if b.fields++; b.fields > 1 {
		b.literal.WriteByte(',')
	}
	b.value(name)
	b.literal.WriteByte(':')
}

// value writes a whole value.
func (b *body) value(v any) {
	written := bytes.Buffer{}
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false) // it is read as it stands
	if err := encoder.Encode(v); err != nil {
		panic("mastodon: texts and flags always marshal: " + err.Error())
	}
	b.literal.Write(bytes.TrimSuffix(written.Bytes(), []byte("\n")))
}

func (b *body) raw(s string) { b.literal.WriteString(s) }

// slot writes the text of a slot.
func (b *body) slot(s channels.Slot, arg string) {
	b.raw(`"`)
	b.open(s, arg)
	b.raw(`"`)
}

// open writes a slot into a text that has begun.
func (b *body) open(s channels.Slot, arg string) {
	b.flush()
	b.parts = append(b.parts, channels.Part{Slot: s, Arg: arg, Form: channels.JSON})
}

// lead writes a text that a slot ends.
func (b *body) lead(text string, s channels.Slot) {
	b.value(text)
	b.literal.Truncate(b.literal.Len() - 1) // the closing quote
	b.open(s, "")
	b.raw(`"`)
}

func (b *body) flush() {
	if b.literal.Len() > 0 {
		b.parts = append(b.parts, channels.Part{Literal: bytes.Clone(b.literal.Bytes())})
		b.literal.Reset()
	}
}

// document ends the object.
func (b *body) document(name string) channels.Document {
	b.raw("}")
	b.flush()
	return channels.Document{Name: name, MediaType: jsonType, Parts: b.parts}
}

func newBody() *body {
	b := &body{}
	b.raw("{")
	return b
}
