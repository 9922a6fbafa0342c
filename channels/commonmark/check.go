package commonmark

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"clarion/channels"
)

// Limits of a body.
const (
	// MaxDepth is how deep quotes, list items, emphasis, links and images may
	// stand within each other.
	MaxDepth = 16
	// MaxProblems is how many problems are reported at once.
	MaxProblems = 50
)

// Check lists what an author must mend in a body, in the order of the text
// and at most MaxProblems: raw HTML, images that name no asset or have no
// description, links that are not whole https, http, mailto or tel addresses
// or have no text, control characters, and what is over MaxDepth, MaxMarkers,
// MaxLinks, MaxEmphases, MaxCells or MaxAddress. The field of each problem is "body".
func Check(body string, assets []channels.Asset) []channels.Problem {
	c := &checker{document: parse(body, assets)}
	c.characters(body)
	if c.outOfBounds != "" {
		c.problems = append(c.problems, channels.Problem{
			Field: "body", Line: c.faultyLine, Says: c.outOfBounds, Try: "write less of it, or attach it as a file",
		})
	}
	_ = ast.Walk(c.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		return c.visit(n, entering), nil
	})
	return c.problems[:min(len(c.problems), MaxProblems)]
}

type checker struct {
	document
	depth    int
	problems []channels.Problem
}

func (c *checker) add(offset int, says, try string) {
	c.problems = append(c.problems, channels.Problem{
		Field: "body", Line: c.line(offset), Says: says, Try: try,
	})
}

// line is the line of an offset into the source, from 1; 0 if not known.
func (c *checker) line(offset int) int {
	if offset < 0 || offset > len(c.source) {
		return 0
	}
	return 1 + bytes.Count(c.source[:offset], []byte("\n"))
}

func (c *checker) characters(body string) {
	if !utf8.ValidString(body) {
		c.add(-1, "the text is not valid UTF-8", "save the file as UTF-8")
	}
	for i, r := range string(c.source) {
		if !legal(r) && len(c.problems) < MaxProblems {
			c.add(i, fmt.Sprintf("the text holds the control character %U", r), "delete it")
		}
	}
}

func (c *checker) visit(n ast.Node, entering bool) ast.WalkStatus {
	if len(c.problems) >= MaxProblems {
		return ast.WalkStop
	}
	if !entering {
		c.depth -= weight(n)
		return ast.WalkContinue
	}
	c.depth += weight(n)
	if c.depth > MaxDepth {
		c.add(n.Pos(), fmt.Sprintf("the text is nested more than %d deep", MaxDepth),
			"use fewer quotes, lists and emphases within each other")
		return ast.WalkStop
	}
	c.node(n)
	return ast.WalkContinue
}

// weight is 1 for what counts towards MaxDepth.
func weight(n ast.Node) int {
	switch n.Kind() {
	case ast.KindBlockquote, ast.KindListItem, ast.KindEmphasis, east.KindStrikethrough, ast.KindLink, ast.KindImage:
		return 1
	default:
		return 0
	}
}

func (c *checker) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.HTMLBlock, *ast.RawHTML:
		c.add(n.Pos(), "the text holds raw HTML, which is never published", "write it in CommonMark, or put code between backticks")
	case *ast.Image:
		c.image(n)
	case *ast.Link:
		_, err := linkTarget(n.Destination)
		c.link(n.Pos(), n.Destination, err)
		if c.inlines(n) == "" {
			c.add(n.Pos(), fmt.Sprintf("the link to %q has no text", short(n.Destination)), "write what it leads to between the brackets")
		}
	case *ast.AutoLink:
		_, err := autoLinkTarget(n, c.source)
		c.link(n.Pos(), n.URL(c.source), err)
	}
}

func (c *checker) link(offset int, address []byte, err error) {
	if err != nil {
		c.add(offset, fmt.Sprintf("the link %q %s", short(address), err), "write a whole https, http, mailto or tel address")
	}
}

func (c *checker) image(n *ast.Image) {
	if _, err := c.asset(n); err != nil {
		c.add(n.Pos(), fmt.Sprintf("the image %q %s", short(n.Destination), err),
			"put the image beside the message, list it under assets, and name it by its file name")
		return
	}
	if c.alt(n) == "" {
		c.add(n.Pos(), fmt.Sprintf("the image %q has no description", short(n.Destination)),
			"write one between the brackets, or as the asset's alt text")
	}
}

// short keeps an address from filling a report.
func short(address []byte) string {
	const most = 100 // characters
	if r := []rune(string(address)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(address)
}
