package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// Limits of a file.
const (
	maxFile    = 1 << 20 // bytes
	maxDepth   = 8       // tables and arrays inside each other
	maxEntries = 10_000  // keys and list items; the TOML library's time grows with their square
)

// readDocument turns text into values and the places they stand at. A text
// that is no TOML has one fault.
func readDocument(name string, text []byte) (map[string]any, *place, Faults) {
	stop := func(line int, says, try string) (map[string]any, *place, Faults) {
		return nil, nil, Faults{{File: name, Line: line, Says: says, Try: try}}
	}
	if len(text) > maxFile {
		return stop(0, fmt.Sprintf("is longer than %d bytes", maxFile), "check that this is the configuration file")
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if line := firstNotUTF8(text); line > 0 {
		return stop(line, "is not UTF-8", "save the file as UTF-8")
	}
	root, over, says := outline(text)
	if over > 0 {
		return stop(over, says, "check that this is the configuration file, and take out what is not needed")
	}
	var values map[string]any
	if err := toml.Unmarshal(text, &values); err != nil {
		line, says := syntaxError(err)
		return stop(line, says, "correct the TOML here: text stands in quotes, a key stands once")
	}
	return values, root, nil
}

// firstNotUTF8 gives the line of the first byte that is not UTF-8, or 0.
func firstNotUTF8(text []byte) int {
	if utf8.Valid(text) {
		return 0
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return 1 + bytes.Count(text[:i], []byte("\n"))
		}
		i += size
	}
}

// syntaxError puts the parser's message in words that quote no value.
func syntaxError(err error) (line int, says string) {
	message, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "toml: "), ": strconv.")
	decodeError, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return 1, "is not TOML: " + shorten(message)
	}
	line, column := decodeError.Position()
	return line, fmt.Sprintf("is not TOML at column %d: %s", column, shorten(message))
}

// shorten keeps what a file says on one line and within what is worth reading.
func shorten(s string) string {
	const most = 100
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\ufffd'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
