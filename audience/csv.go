package audience

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Subscriber is one row of an imported list.
type Subscriber struct {
	Line     int
	Address  Address
	Name     string // may be empty
	Language string // BCP 47; may be empty
}

// Fault is what is wrong with one line of a list. It holds no personal data.
type Fault struct {
	Line int
	Says string
}

func (f Fault) String() string { return fmt.Sprintf("line %d: %s", f.Line, f.Says) }

// Limits bounds what ReadCSV takes in.
type Limits struct {
	Bytes  int64 // of the whole list
	Rows   int   // below the header
	Row    int   // bytes of a row
	Field  int   // bytes of a field
	Faults int   // that are listed; the rest is only counted
}

// DefaultLimits are the limits of an import by a person.
func DefaultLimits() Limits {
	return Limits{Bytes: 64 << 20, Rows: 1_000_000, Row: 16 << 10, Field: 1 << 10, Faults: 10_000}
}

// ReadCSV reads a list of subscribers: UTF-8, with or without a byte order
// mark, parted by commas or semicolons (whichever the header shows), one row a
// line (RFC 4180, without line breaks in fields). The header names `email` and
// may name `name` and `language`. It gives the good rows and a fault for every
// other, both in order of lines; whether good rows count while there are
// faults is the caller's choice. Rows with nothing in them are passed over.
func ReadCSV(r io.Reader, limits Limits) ([]Subscriber, []Fault) {
	l := list{limits: limits, lines: newLines(r, limits), split: newSplitter(), seen: map[string]int{}}
	if l.header() {
		for l.row() {
		}
	}
	return l.rows, l.closed()
}

// list is one reading of a list.
type list struct {
	limits  Limits
	lines   *lines
	split   splitter
	comma   rune
	columns columns
	count   int
	rows    []Subscriber
	seen    map[string]int // line by key
	faults  []Fault
	unsaid  int // faults beyond the limit
}

func (l *list) fault(line int, says string) {
	if len(l.faults) >= l.limits.Faults {
		l.unsaid++
		return
	}
	l.faults = append(l.faults, Fault{line, says})
}

// closed gives the faults, with what ended the reading before its end.
func (l *list) closed() []Fault {
	if l.unsaid > 0 {
		says := fmt.Sprintf("%d more faults are not listed; mend these first", l.unsaid)
		l.faults = append(l.faults, Fault{l.lines.number, says})
	}
	if says := l.lines.stopped; says != "" {
		l.faults = append(l.faults, Fault{max(l.lines.number, 1), says})
	}
	return l.faults
}

func (l *list) header() bool {
	text, says, ok := l.lines.next()
	if !ok {
		l.fault(1, "the list is empty; its first line names the columns, as in email,name,language")
		return false
	}
	if says != "" {
		l.fault(l.lines.number, says)
		return false
	}
	if l.comma, l.columns, says = l.split.header(text); says != "" {
		l.fault(l.lines.number, says)
		return false
	}
	for _, n := range l.columns.unknown {
		l.fault(l.lines.number, fmt.Sprintf("column %d is not email, name or language; take it out", n))
	}
	return true
}

// row reads one line and reports whether there may be another.
func (l *list) row() bool {
	text, says, ok := l.lines.next()
	if !ok {
		return false
	}
	if says == "" && strings.TrimSpace(text) == "" {
		return true
	}
	if l.count++; l.count > l.limits.Rows {
		l.fault(l.lines.number, fmt.Sprintf("there are more than %d rows; split the list", l.limits.Rows))
		return false
	}
	if says != "" {
		l.fault(l.lines.number, says)
		return true
	}
	if says := l.take(text); says != "" {
		l.fault(l.lines.number, says)
	}
	return true
}

// take adds a row, or says what is wrong with it.
func (l *list) take(text string) string {
	fields, says := l.split.split(text, l.comma, l.limits.Field)
	if says != "" {
		return says
	}
	if strings.Join(fields, "") == "" {
		return "" // what a spreadsheet leaves of a row that was emptied
	}
	if len(fields) != l.columns.count {
		return fmt.Sprintf("the row has %d fields where the header has %d", len(fields), l.columns.count)
	}
	s, says := l.columns.subscriber(fields)
	if says != "" {
		return says
	}
	s.Line = l.lines.number
	key := s.Address.Key()
	if first, ok := l.seen[key]; ok {
		return fmt.Sprintf("the address stands on line %d already", first)
	}
	l.seen[key] = s.Line
	l.rows = append(l.rows, s)
	return ""
}

// plain reports whether a text is UTF-8 that shows on one line.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// readLanguage gives the canonical form of a BCP 47 tag.
func readLanguage(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	tag, err := language.Parse(s)
	return tag.String(), err == nil
}
