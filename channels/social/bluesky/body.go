package bluesky

import (
	"bytes"
	"encoding/json"

	"clarion/channels"
)

// jsonType is the media type of a request's body.
const jsonType = "application/json"

// body writes a JSON document of literals and slots. What an author wrote goes
// through value and forms no slot.
type body struct {
	parts   []channels.Part
	literal bytes.Buffer
}

// raw writes JSON as it stands.
func (b *body) raw(text string) { b.literal.WriteString(text) }

// value writes a value as JSON.
func (b *body) value(v any) {
	encoder := json.NewEncoder(&b.literal)
	encoder.SetEscapeHTML(false) // it is read as it stands
	if err := encoder.Encode(v); err != nil {
		panic("bluesky: a part of a record always marshals: " + err.Error())
	}
	b.literal.Truncate(b.literal.Len() - 1) // the encoder's line end
}

// slot writes a slot, within the quotation marks of a JSON string.
func (b *body) slot(s channels.Slot, arg string) {
	b.raw(`"`)
	b.flush()
	b.parts = append(b.parts, channels.Part{Slot: s, Arg: arg, Form: channels.JSON})
	b.raw(`"`)
}

// instant writes a slot that is an instant.
func (b *body) instant(s channels.Slot) {
	b.raw(`"`)
	b.flush()
	b.parts = append(b.parts, channels.Part{Slot: s, Form: channels.TimeRFC3339})
	b.raw(`"`)
}

func (b *body) flush() {
	b.parts = append(b.parts, channels.Part{Literal: bytes.Clone(b.literal.Bytes())})
	b.literal.Reset()
}

func (b *body) document(name string) channels.Document {
	b.flush()
	return channels.Document{Name: name, MediaType: jsonType, Parts: b.parts}
}
