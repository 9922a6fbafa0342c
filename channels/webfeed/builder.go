package webfeed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// builder collects literals and slots. Author text comes in by put alone,
// which escapes it.
type builder struct {
	buf   strings.Builder
	parts []channels.Part
}

// raw writes markup of our own.
func (b *builder) raw(markup string) { b.buf.WriteString(markup) }

// put writes markup of our own with a text in place of each %s. The escaping
// suits the text and the quoted attributes of HTML and of XML.
func (b *builder) put(markup string, texts ...string) {
	escaped := make([]any, len(texts))
	for i, t := range texts {
		escaped[i] = html.EscapeString(commonmark.Clean(t))
	}
	fmt.Fprintf(&b.buf, markup, escaped...)
}

func (b *builder) slot(s channels.Slot, f channels.Form) {
	b.add([]channels.Part{{Slot: s, Form: f}})
}

func (b *builder) asset(a channels.Asset, f channels.Form) {
	b.add([]channels.Part{{Slot: channels.AssetAddress, Arg: a.SHA256, Form: f}})
}

// add takes parts over; literals that follow each other become one.
func (b *builder) add(parts []channels.Part) {
	b.each(parts, func(literal string) string { return literal })
}

// cdata takes HTML over into an XML CDATA section. A slot of form HTML holds
// no ">", so only literals can hold the section's end.
func (b *builder) cdata(parts []channels.Part) {
	whole := &builder{} // so that no end is cut in two
	whole.add(parts)
	b.raw("<![CDATA[")
	b.each(whole.done(), func(literal string) string { return strings.ReplaceAll(literal, "]]>", "]]]]><![CDATA[>") })
	b.raw("]]>")
}

// jsonText takes HTML over into a JSON string.
func (b *builder) jsonText(parts []channels.Part) {
	b.raw(`"`)
	b.each(parts, func(literal string) string {
		quoted := object(literal)
		return quoted[1 : len(quoted)-1]
	})
	b.raw(`"`)
}

func (b *builder) each(parts []channels.Part, literal func(string) string) {
	for _, p := range parts {
		if p.Slot == channels.NoSlot {
			b.raw(literal(string(p.Literal)))
			continue
		}
		b.flush()
		b.parts = append(b.parts, p)
	}
}

func (b *builder) flush() {
	if b.buf.Len() > 0 {
		b.parts = append(b.parts, channels.Part{Literal: []byte(b.buf.String())})
		b.buf.Reset()
	}
}

func (b *builder) done() []channels.Part {
	b.flush()
	return b.parts
}

// text is done for a document without slots.
func (b *builder) text() []byte { return []byte(b.buf.String()) }

// object gives a value as JSON. "<" stays itself, which keeps HTML short.
func object(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("webfeed: texts and numbers always marshal: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// members is object without the opening brace, to go on after a slot.
func members(v any) string { return strings.TrimPrefix(object(v), "{") }

func firstOf(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

// oneLine puts a text on one line without control characters. No-break spaces
// stay.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(commonmark.Clean(s), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0x85 || r == '\u2028' || r == '\u2029'
	}), " ")
}
