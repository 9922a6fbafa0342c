package webhook

import (
	"bytes"
	"encoding/json"

	"clarion/channels"
)

// writer writes JSON as literals, with slots between them. Author text comes in
// by value and text alone, which escape it.
type writer struct {
	literal bytes.Buffer
	parts   []channels.Part
	size    int  // bytes of all literals
	within  bool // a member stands before the next one
}

func (w *writer) raw(s string) {
	w.literal.WriteString(s)
	w.size += len(s)
}

// name begins a member, or an element if it has no name.
func (w *writer) name(name string) {
	if w.within {
		w.raw(",")
	}
	w.within = true
	if name != "" {
		w.raw(quoted(name) + ":")
	}
}

func (w *writer) open(name string, bracket byte) {
	w.name(name)
	w.raw(string(bracket))
	w.within = false
}

func (w *writer) close(bracket byte) {
	w.raw(string(bracket))
	w.within = true
}

func (w *writer) value(name string, v any) {
	w.name(name)
	w.raw(quoted(v))
}

func (w *writer) slot(name string, p channels.Part) { w.text(name, []channels.Part{p}) }

// text writes parts as one string. A slot's form suits the inside of one.
func (w *writer) text(name string, parts []channels.Part) {
	w.name(name)
	w.raw(`"`)
	for _, p := range parts {
		if p.Slot == channels.NoSlot {
			inside := quoted(string(p.Literal))
			w.raw(inside[1 : len(inside)-1])
			continue
		}
		w.flush()
		w.parts = append(w.parts, p)
	}
	w.raw(`"`)
}

func (w *writer) flush() {
	if w.literal.Len() > 0 {
		w.parts = append(w.parts, channels.Part{Literal: bytes.Clone(w.literal.Bytes())})
		w.literal.Reset()
	}
}

func (w *writer) done() []channels.Part {
	w.flush()
	return w.parts
}

// quoted gives a value as JSON. "<" stays itself, which keeps HTML readable.
func quoted(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("webhook: texts, numbers and lists of them always marshal: " + err.Error())
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
