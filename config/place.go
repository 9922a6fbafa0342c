package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where a key, a table or an item of a list stands in the file.
type place struct {
	line  int
	depth int
	keys  map[string]*place
	items []*place
}

// key gives the place of a key inside p, made when it is new. A table inside a
// list of tables belongs to the last of them.
func (p *place) key(name string, line int) *place {
	if n := len(p.items); n > 0 {
		p = p.items[n-1]
	}
	if p.keys == nil {
		p.keys = map[string]*place{}
	}
	if p.keys[name] == nil {
		p.keys[name] = &place{line: line, depth: p.depth + 1}
	}
	return p.keys[name]
}

func (p *place) item(line int) *place {
	child := &place{line: line, depth: p.depth + 1}
	p.items = append(p.items, child)
	return child
}

// find gives the line of a path such as to[2] or headers.from, or of the
// nearest thing around it that stands in the file.
func (p *place) find(path string) int {
	if exact := p.keys[path]; exact != nil {
		return exact.line
	}
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		next := p.step(step)
		if next == nil {
			break
		}
		p = next
	}
	return p.line
}

func (p *place) step(name string) *place {
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(p.items) {
		return p.items[i]
	}
	return p.keys[name]
}

// outline gives the places of everything in text, as far as it is TOML. If
// over is not 0, the text has more there than is read: too deep a nesting, or
// too many entries.
func outline(text []byte) (root *place, over int, says string) {
	o := outliner{root: &place{line: 1}}
	o.table = o.root
	for i, b := range text {
		if b == '\n' {
			o.newlines = append(o.newlines, i)
		}
	}
	o.parser.Reset(text)
	for o.over == 0 && o.parser.NextExpression() {
		o.expression(o.parser.Expression())
	}
	return o.root, o.over, o.says
}

type outliner struct {
	parser   unstable.Parser
	newlines []int // offsets
	root     *place
	table    *place // the one that keys now belong to
	entries  int
	over     int // line
	says     string
}

func (o *outliner) expression(e *unstable.Node) {
	switch e.Kind {
	case unstable.Table:
		o.table, _ = o.follow(o.root, e)
	case unstable.ArrayTable:
		at, line := o.follow(o.root, e)
		o.table = at.item(line)
	case unstable.KeyValue:
		o.keyValue(o.table, e)
	}
}

// follow goes from a table along a dotted key.
func (o *outliner) follow(at *place, e *unstable.Node) (*place, int) {
	line := at.line
	for key := e.Key(); key.Next(); {
		line = o.line(key.Node().Raw)
		at = at.key(string(key.Node().Data), line)
		if o.tooMuch(at) {
			break
		}
	}
	return at, line
}

func (o *outliner) keyValue(table *place, e *unstable.Node) {
	if at, line := o.follow(table, e); o.over == 0 {
		o.value(at, e.Value(), line)
	}
}

func (o *outliner) value(at *place, v *unstable.Node, line int) {
	switch v.Kind {
	case unstable.Array:
		for item := v.Children(); o.over == 0 && item.Next(); {
			if raw := item.Node().Raw; raw.Length > 0 {
				line = o.line(raw)
			}
			if child := at.item(line); !o.tooMuch(child) {
				o.value(child, item.Node(), line)
			}
		}
	case unstable.InlineTable:
		for pair := v.Children(); o.over == 0 && pair.Next(); {
			o.keyValue(at, pair.Node())
		}
	}
}

// tooMuch counts one more entry, and reports whether it is over a limit.
func (o *outliner) tooMuch(at *place) bool {
	o.entries++
	switch {
	case at.depth > maxDepth:
		o.over, o.says = at.line, fmt.Sprintf("is nested more than %d levels deep", maxDepth)
	case o.entries > maxEntries:
		o.over, o.says = at.line, fmt.Sprintf("has more than %d keys and list items up to here", maxEntries)
	}
	return o.over > 0
}

func (o *outliner) line(raw unstable.Range) int {
	before, _ := slices.BinarySearch(o.newlines, int(raw.Offset))
	return before + 1
}
