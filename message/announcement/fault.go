package announcement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MaxFaults is how many faults of one file are listed.
const MaxFaults = 100

// Fault is one thing wrong with a file.
type Fault struct {
	File string
	Line int    // from 1, always within the file
	Key  string // the field, as in Announcement.Lines; empty for the file as such
	Says string // what is wrong
	Try  string // what to do
}

func (f Fault) String() string {
	place := fmt.Sprintf("%s:%d: ", f.File, f.Line)
	if f.Key != "" {
		place += f.Key + ": "
	}
	return place + f.Says + "; " + f.Try
}

// Faults is everything wrong with a file, in order of lines.
type Faults []Fault //nolint:errname // it is a list that serves as an error

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// collector gathers the faults of one file.
type collector struct {
	file  string
	last  int // the file's last line
	list  Faults
	more  bool // there are faults beyond MaxFaults
	fatal bool // nothing more can be read
}

func (c *collector) add(line int, key, says, try string) {
	if len(c.list) >= MaxFaults {
		c.more = true
		return
	}
	line = min(max(line, 1), c.last)
	c.list = append(c.list, Fault{File: c.file, Line: line, Key: key, Says: says, Try: try})
}

// blames reports whether a field, something inside it or the item that it is
// part of has a fault. The fault of a whole list leaves its items to be judged.
func (c *collector) blames(field string) bool {
	return slices.ContainsFunc(c.list, func(f Fault) bool {
		return f.Key == field || within(f.Key, field) || strings.HasSuffix(f.Key, "]") && within(field, f.Key)
	})
}

func (c *collector) sorted() Faults {
	slices.SortStableFunc(c.list, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	if c.more {
		c.list = append(c.list, Fault{
			File: c.file, Line: c.last, Says: "there are more faults than are listed", Try: "mend these first",
		})
	}
	return c.list
}

// advice parts an error of the rules into what is wrong and what to do, which
// they put after the last semicolon.
func advice(err error) (says, try string) {
	text := err.Error()
	if i := strings.LastIndex(text, "; "); i >= 0 {
		return text[:i], text[i+2:]
	}
	return text, "write it differently"
}

// item names the i-th item of a list, from 0, as people count.
func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i+1) }

// parent cuts the last step off a field: a[b].c, a[b], a.
func parent(field string) string {
	return field[:max(strings.LastIndexAny(field, ".["), 0)]
}

// within reports whether a field lies inside another.
func within(inner, outer string) bool {
	return strings.HasPrefix(inner, outer+".") || strings.HasPrefix(inner, outer+"[")
}
