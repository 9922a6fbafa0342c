package audience

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"strings"
)

// columns says where the header puts what; -1 means nowhere.
type columns struct {
	count                 int
	email, name, language int
	unknown               []int // from 1
}

// header finds the separator and the columns. Of comma and semicolon it
// takes the one by which the header names an email column.
func (s splitter) header(line string) (comma rune, c columns, says string) {
	for _, comma := range []rune{',', ';'} {
		fields, bad := s.split(line, comma, len(line))
		if bad != "" {
			continue
		}
		c, says := findColumns(fields)
		if says != "" || c.email >= 0 {
			return comma, c, says
		}
	}
	return 0, columns{}, "the first line names no column email; write email,name,language there"
}

func findColumns(fields []string) (columns, string) {
	c := columns{count: len(fields), email: -1, name: -1, language: -1}
	for i, field := range fields {
		at := c.place(strings.ToLower(field))
		switch {
		case at == nil:
			c.unknown = append(c.unknown, i+1)
		case *at >= 0:
			return c, fmt.Sprintf("columns %d and %d have one name; take one out", *at+1, i+1)
		default:
			*at = i
		}
	}
	return c, ""
}

func (c *columns) place(name string) *int {
	switch name {
	case "email":
		return &c.email
	case "name":
		return &c.name
	case "language":
		return &c.language
	default:
		return nil
	}
}

func (c columns) subscriber(fields []string) (Subscriber, string) {
	address, err := ParseAddress(fields[c.email])
	if err != nil {
		return Subscriber{}, err.Error()
	}
	s := Subscriber{Address: address}
	if c.name >= 0 {
		s.Name = fields[c.name]
	}
	if c.language >= 0 {
		tag, ok := readLanguage(fields[c.language])
		if !ok {
			return Subscriber{}, "the language is no BCP 47 tag such as en-GB or cy; mend it or leave it empty"
		}
		s.Language = tag
	}
	return s, ""
}

// splitter parts lines into fields. Each line is read as a list of its own, so
// that a quote left open spoils one row and not the rest.
type splitter struct{ buffer *bufio.Reader }

func newSplitter() splitter { return splitter{bufio.NewReader(nil)} }

// split gives a line's fields, unquoted and trimmed.
func (s splitter) split(line string, comma rune, limit int) (fields []string, says string) {
	s.buffer.Reset(strings.NewReader(line))
	r := csv.NewReader(s.buffer) // takes the buffer as its own
	r.Comma, r.TrimLeadingSpace = comma, true
	fields, err := r.Read()
	if err != nil {
		return nil, "a quote is not closed or not doubled; a row can't hold a line break"
	}
	for i, field := range fields {
		fields[i] = strings.TrimSpace(field)
		if n := len(fields[i]); n > limit {
			return nil, fmt.Sprintf("field %d has %d bytes; the limit is %d", i+1, n, limit)
		}
	}
	return fields, ""
}
