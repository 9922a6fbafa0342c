package main

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
)

// tame writes text so that a terminal obeys none of it: what people, servers
// and files say is printed among our own words. Lines and tabs stay.
type tame struct{ io.Writer }

func (t tame) Write(text []byte) (int, error) {
	lines := bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	harmless := bytes.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, lines)
	if _, err := t.Writer.Write(harmless); err != nil {
		return 0, err
	}
	return len(text), nil
}

// asItIs gives what is beneath, for bytes that were asked for as such and for
// the log, which has its own way.
func asItIs(w io.Writer) io.Writer {
	if t, ok := w.(tame); ok {
		return t.Writer
	}
	return w
}

// verbatim is where what is meant for a file goes: byte for byte, but tame on a
// terminal.
func (c *cli) verbatim() io.Writer {
	if beneath := asItIs(c.out); !onTerminal(beneath) {
		return beneath
	}
	return c.out
}

// tameJSON escapes the controls that JSON lets stand (RFC 8259 7). It means the
// same.
func tameJSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, isHighControl) {
		return text
	}
	var out bytes.Buffer
	for _, r := range string(text) {
		if isHighControl(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			_, _ = out.WriteRune(r) // to memory
		}
	}
	return out.Bytes()
}

// tameLines does so with each line of JSON that is written.
type tameLines struct{ io.Writer }

func (t tameLines) Write(line []byte) (int, error) {
	if _, err := t.Writer.Write(tameJSON(line)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// isHighControl is true of DEL, of what terminals take for an escape and more
// (ECMA-48 5.3), and of what some programs take for the end of a line.
func isHighControl(r rune) bool { return r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029' }
