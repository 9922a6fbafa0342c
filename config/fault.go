package config

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Fault is one thing wrong with the configuration.
type Fault struct {
	File string // the file's name; "environment" or "command line" for an override
	Line int    // 1 for the first; 0 if the fault has no line
	Key  string // the key's path, as server.base_url or channel[news].port
	Says string // what is wrong
	Try  string // what to do

	cause error
}

// String gives "file:line: key: says; try", without what is not known.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		b.WriteString(":" + strconv.Itoa(f.Line))
	}
	if f.Key != "" {
		b.WriteString(": " + f.Key)
	}
	b.WriteString(": " + f.Says)
	if f.Try != "" {
		b.WriteString("; " + f.Try)
	}
	return b.String()
}

// Faults is every fault of a configuration, by line and then by key.
type Faults []Fault //nolint:errname // a list of faults, in the words of the design

// Error gives one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Is lets errors.Is see what lies beneath a fault, such as a missing file.
func (f Faults) Is(target error) bool {
	return slices.ContainsFunc(f, func(fault Fault) bool { return errors.Is(fault.cause, target) })
}

func (f Faults) sort() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Says, b.Says))
	})
}
