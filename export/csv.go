package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// byteOrderMark tells spreadsheets that a table is UTF-8.
const byteOrderMark = "\uFEFF"

// Columns names the columns of the table, in order.
func Columns() []string {
	return []string{
		"chain", "entry", "at", "kind", "story", "message", "revision", "run", "send", "mechanism", "audiences", "by", "with", "reason",
		"hold", "from", "to", "count", "digest", "content", "url", "hash", "body",
	}
}

// Table writes entries as CSV (RFC 4180): UTF-8 behind a byte order mark, a
// heading, lines that end with CR LF, every cell disarmed.
type Table struct {
	w     io.Writer
	csv   *csv.Writer
	begun bool
}

// NewTable makes a table.
func NewTable(w io.Writer) *Table {
	t := &Table{w: w, csv: csv.NewWriter(w)}
	t.csv.UseCRLF = true
	return t
}

// Add adds an entry.
func (t *Table) Add(e Entry) error {
	if err := t.begin(); err != nil {
		return err
	}
	cells := cellsOf(e)
	for i := range cells {
		cells[i] = Disarm(cells[i])
	}
	return t.csv.Write(cells)
}

// Close ends the table; one without entries has its heading.
func (t *Table) Close() error {
	if err := t.begin(); err != nil {
		return err
	}
	t.csv.Flush()
	return t.csv.Error()
}

func (t *Table) begin() error {
	if t.begun {
		return nil
	}
	t.begun = true
	if _, err := io.WriteString(t.w, byteOrderMark); err != nil {
		return err
	}
	return t.csv.Write(Columns())
}

// inMilliseconds writes instants alike, so that a table sorts by them as text.
const inMilliseconds = "2006-01-02T15:04:05.000Z"

// cellsOf gives the texts of an entry's cells.
func cellsOf(e Entry) []string {
	b, err := read(e)
	if err != nil {
		b = body{}
	}
	to := b.To
	if to == "" {
		to = b.Outcome
	}
	reason := b.Reason
	if reason == "" {
		reason = b.Why
	}
	return []string{
		e.Writer, strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(inMilliseconds), string(e.Kind), Story(e),
		b.Message, number(int64(b.Revision)), number(int64(b.Run)), number(b.Send), b.Mechanism, strings.Join(b.Audiences, ", "), b.By, b.With, reason,
		b.Hold, b.From, to, number(int64(b.Count)), b.Digest, b.Content, b.RemoteURL, e.Hash, string(e.Body),
	}
}

// number is empty for none.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
