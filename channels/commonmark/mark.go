package commonmark

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/text/unicode/bidi"
)

const lowestHeading = 6

// each calls visit for every node, parents first.
func (d document) each(visit func(ast.Node)) {
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			visit(n)
		}
		return ast.WalkContinue, nil
	})
}

// shiftHeadings moves all headings by the same step, so that the topmost gets
// a level and none is skipped that the author did not skip.
func (d document) shiftHeadings(top int) {
	highest := lowestHeading
	d.each(func(n ast.Node) {
		if h, ok := n.(*ast.Heading); ok {
			highest = min(highest, h.Level)
		}
	})
	d.each(func(n ast.Node) {
		if h, ok := n.(*ast.Heading); ok {
			h.Level = min(h.Level+top-highest, lowestHeading)
		}
	})
}

// markDirections gives a dir to blocks that run against the body. Marking by
// what most letters say, and not dir="auto", keeps an Arabic paragraph that
// opens with a Latin name from turning round.
func (d document) markDirections() {
	body := d.lean(d.root)
	d.each(func(n ast.Node) {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindHeading, ast.KindListItem, east.KindTableCell:
		default:
			return
		}
		if lean := d.lean(n); lean != 0 && (lean < 0) != (body < 0) {
			n.SetAttributeString("dir", direction(lean))
		}
	})
}

func direction(lean int) []byte {
	if lean < 0 {
		return []byte("rtl")
	}
	return []byte("ltr")
}

// lean counts letters that run left to right, less those that run right to
// left.
func (d document) lean(n ast.Node) int {
	sum := 0
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			sum += lean(t.Segment.Value(d.source))
		}
		return ast.WalkContinue, nil
	})
	return sum
}

func lean(text []byte) int {
	sum := 0
	for _, r := range string(text) {
		class, _ := bidi.LookupRune(r)
		switch class.Class() {
		case bidi.L:
			sum++
		case bidi.R, bidi.AL:
			sum--
		}
	}
	return sum
}

// markAlignment writes the alignment of table cells as a class: a style
// attribute would ask for a looser content security policy.
func (d document) markAlignment() {
	d.each(func(n ast.Node) {
		if cell, ok := n.(*east.TableCell); ok && cell.Alignment != east.AlignNone {
			cell.SetAttributeString("class", []byte("align-"+cell.Alignment.String()))
		}
	})
}
