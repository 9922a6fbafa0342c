package commonmark

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// The parser's time, or the size of what it makes, grows with the square of
// these counts: without a bound, 256 KB of ">" keep it busy for most of a
// minute, and a wide table of short rows fills the memory.
const (
	// MaxMarkers is how many quote and list markers may open one line.
	MaxMarkers = 100
	// MaxLinks is how many links and images a body may hold, bare addresses
	// not counted.
	MaxLinks = 1_000
	// MaxEmphases is how many asterisks, underscores and tildes a body may
	// hold; those that follow each other directly count once.
	MaxEmphases = 10_000
	// MaxCells is the greatest product of a body's lines and of the columns of
	// its widest table.
	MaxCells = 100_000
)

// bounds reports why a body is not parsed at all, and the line of the fault
// (0 if it is the body as a whole).
func bounds(source []byte) (says string, line int) {
	if n := bytes.Count(source, []byte("](")); n > MaxLinks {
		return tooManyLinks(n), 0
	}
	if n := emphases(source); n > MaxEmphases {
		return fmt.Sprintf("the text holds %d marks of emphasis, the limit is %d", n, MaxEmphases), 0
	}
	if n := cells(source); n > MaxCells {
		return fmt.Sprintf("the text could hold a table of %d cells, the limit is %d", n, MaxCells), 0
	}
	if line := crowded(string(source)); line > 0 {
		return fmt.Sprintf("the line opens with more than %d quote and list markers", MaxMarkers), line
	}
	return "", 0
}

func tooManyLinks(n int) string {
	return fmt.Sprintf("the text holds %d links and images, the limit is %d", n, MaxLinks)
}

// cells bounds what tables can grow to, since short rows are filled up. A line
// without a bar is no part of a table of several columns.
func cells(source []byte) int {
	lines, columns := 0, 0
	for line := range bytes.Lines(source) {
		lines++
		if bars := bytes.Count(line, []byte("|")); bars > 0 {
			columns = max(columns, bars+1)
		}
	}
	return lines * columns
}

// links counts links and images of a parsed body: those by reference repeat
// an address that is written once.
func links(root ast.Node) int {
	n := 0
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && (node.Kind() == ast.KindLink || node.Kind() == ast.KindImage) {
			n++
		}
		return ast.WalkContinue, nil
	})
	return n
}

func emphases(source []byte) int {
	n, last := 0, byte(0)
	for _, b := range source {
		if (b == '*' || b == '_' || b == '~') && b != last {
			n++
		}
		last = b
	}
	return n
}

// crowded gives the first line that opens with too many markers, or 0.
func crowded(source string) int {
	marker := regexp.MustCompile(`^[ \t]*(>|[-+*][ \t]|[0-9]{1,9}[.)][ \t])`)
	line := 0
	for s := range strings.Lines(source) {
		line++
		for n := 0; ; n++ {
			m := marker.FindStringIndex(s)
			if m == nil {
				break
			}
			if n == MaxMarkers {
				return line
			}
			s = s[m[1]:]
		}
	}
	return 0
}
