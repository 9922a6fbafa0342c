package commonmark

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	ghtml "github.com/yuin/goldmark/renderer/html"

	"clarion/channels"
)

// Text gives the body as plain text that reads well in a mail: links as
// "text (address)", lists with dashes or numbers, quotes with ">", images as
// their description. A paragraph is one line, however long; blocks stand apart
// by an empty line, and there is no line end after the last.
func Text(body string, assets []channels.Asset) string {
	d := parse(body, assets)
	return Clean(d.blocks(d.root, "\n\n"))
}

// blocks gives the blocks within a node, the empty ones left out.
func (d document) blocks(parent ast.Node, between string) string {
	var texts []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if s := d.block(n); s != "" {
			texts = append(texts, s)
		}
	}
	return strings.Join(texts, between)
}

func (d document) block(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Blockquote:
		return indent(d.blocks(n, "\n\n"), "> ", "> ")
	case *ast.List:
		return d.list(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return indent(d.rawBlock(n), "    ", "    ")
	case *ast.HTMLBlock:
		return d.rawBlock(n)
	case *ast.ThematicBreak:
		return "* * *"
	case *east.Table:
		return d.blocks(n, "\n")
	case *east.TableHeader, *east.TableRow:
		return d.row(n)
	default:
		return d.inlines(n)
	}
}

func (d document) list(n *ast.List) string {
	between := "\n\n"
	if n.IsTight {
		between = "\n"
	}
	var items []string
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
		}
		number++
		items = append(items, indent(d.blocks(item, between), mark, strings.Repeat(" ", len(mark))))
	}
	return strings.Join(items, between)
}

func (d document) row(n ast.Node) string {
	var cells []string
	for cell := n.FirstChild(); cell != nil; cell = cell.NextSibling() {
		cells = append(cells, d.inlines(cell))
	}
	return strings.Join(cells, " | ")
}

// indent puts first before the first line and rest before the others, with no
// blanks at the end of an empty line.
func indent(text, first, rest string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lead := rest
		if i == 0 {
			lead = first
		}
		lines[i] = strings.TrimRight(lead+line, " ")
	}
	return strings.Join(lines, "\n")
}

func (d document) rawBlock(n ast.Node) string {
	b := n.Lines().Value(d.source)
	if h, ok := n.(*ast.HTMLBlock); ok && h.HasClosure() {
		b = append(bytes.Clone(b), h.ClosureLine.Value(d.source)...)
	}
	return strings.TrimRight(string(b), "\n")
}

// inlines gives the text within a block, a link or an image's description.
func (d document) inlines(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		b.WriteString(d.inline(n))
	}
	return strings.TrimSpace(b.String())
}

func (d document) inline(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Text:
		return d.words(n) + lineEnd(n)
	case *ast.Link:
		address, _ := linkTarget(n.Destination)
		return withAddress(d.inlines(n), address)
	case *ast.AutoLink:
		return string(n.Label(d.source))
	case *ast.Image:
		return d.alt(n)
	case *ast.RawHTML:
		return string(n.Segments.Value(d.source))
	case *ast.CodeSpan:
		return strings.ReplaceAll(d.inner(n), "\n", " ")
	case *east.Strikethrough:
		return "~~" + d.inner(n) + "~~"
	default:
		return d.inner(n)
	}
}

// inner is inlines with the blanks at both ends kept.
func (d document) inner(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		b.WriteString(d.inline(n))
	}
	return b.String()
}

// words resolves escapes and character references as goldmark does for HTML.
func (d document) words(n *ast.Text) string {
	value := n.Segment.Value(d.source)
	if n.IsRaw() || n.Parent().Kind() == ast.KindCodeSpan {
		return string(value)
	}
	w := &partWriter{}
	ghtml.DefaultWriter.Write(w, value)
	return html.UnescapeString(w.String())
}

func lineEnd(n *ast.Text) string {
	switch {
	case n.HardLineBreak():
		return "\n"
	case n.SoftLineBreak():
		return " "
	default:
		return ""
	}
}

// withAddress adds a link's address to its text, unless the text is the
// address already.
func withAddress(text, address string) string {
	shown := strings.TrimPrefix(strings.TrimPrefix(address, "mailto:"), "tel:")
	switch {
	case shown == "" || shown == text || strings.TrimSuffix(shown, "/") == text:
		return text
	case text == "":
		return shown
	default:
		return text + " (" + shown + ")"
	}
}
