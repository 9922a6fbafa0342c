package commonmark

import (
	"bytes"
	"fmt"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"clarion/channels"
)

// HTML gives the body as parts of an HTML document; the src of each image is
// what image says for its asset. The topmost heading of the body becomes h2,
// since a page's title is its h1. Text that runs against the direction of the
// body as a whole is marked with dir.
func HTML(body string, assets []channels.Asset, image func(channels.Asset) channels.Part) []channels.Part {
	return HTMLBelow(1, body, assets, image)
}

// HTMLBelow is HTML for a body that stands under a heading of a level, 1 to 5:
// its topmost heading is one level lower.
func HTMLBelow(
	level int, body string, assets []channels.Asset, image func(channels.Asset) channels.Part,
) []channels.Part {
	d := parse(body, assets)
	d.shiftHeadings(level + 1)
	d.markDirections()
	d.markAlignment()
	w := &partWriter{}
	md := markdown()
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(htmlRenderer{d, image}, 1))) //nolint:misspell // the library's spelling
	// The writer never fails, and no renderer returns an error of its own.
	_ = md.Renderer().Render(w, d.source, d.root)
	return w.finish()
}

// htmlRenderer writes the nodes that could carry an author's address or markup
// into a page; everything else is written by goldmark, which escapes it.
type htmlRenderer struct {
	document
	image func(channels.Asset) channels.Part
}

// RegisterFuncs takes the nodes over (renderer.NodeRenderer).
func (r htmlRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHTMLBlock, r.htmlBlock)
	reg.Register(ast.KindRawHTML, r.rawHTML)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(ast.KindImage, r.imageTag)
}

func (r htmlRenderer) htmlBlock(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = fmt.Fprintf(w, "<pre>%s</pre>\n", html.EscapeString(r.rawBlock(n)))
	}
	return ast.WalkSkipChildren, nil
}

func (r htmlRenderer) rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(html.EscapeString(string(n.(*ast.RawHTML).Segments.Value(source))))
	}
	return ast.WalkSkipChildren, nil
}

func (r htmlRenderer) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	address, err := linkTarget(n.(*ast.Link).Destination)
	switch {
	case err != nil:
	case entering:
		_, _ = fmt.Fprintf(w, `<a href="%s">`, html.EscapeString(address))
	default:
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r htmlRenderer) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.AutoLink)
	label := html.EscapeString(string(n.Label(source)))
	if address, err := autoLinkTarget(n, source); err == nil {
		label = fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(address), label)
	}
	_, _ = w.WriteString(label)
	return ast.WalkContinue, nil
}

func (r htmlRenderer) imageTag(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	n := node.(*ast.Image)
	alt := html.EscapeString(r.alt(n))
	asset, err := r.asset(n)
	parts, ok := w.(*partWriter)
	if err != nil || !ok {
		_, _ = w.WriteString(alt)
		return ast.WalkSkipChildren, nil
	}
	_, _ = w.WriteString(`<img src="`)
	parts.part(r.image(asset))
	_, _ = fmt.Fprintf(w, `" alt="%s" width="%d" height="%d">`, alt, asset.Width, asset.Height)
	return ast.WalkSkipChildren, nil
}

// partWriter collects what goldmark writes as literals, with parts between
// them (util.BufWriter).
type partWriter struct {
	bytes.Buffer
	parts []channels.Part
}

// Buffered is asked for by util.BufWriter.
func (w *partWriter) Buffered() int { return w.Len() }

// Flush is asked for by util.BufWriter; literals end where a part begins.
func (w *partWriter) Flush() error { return nil }

func (w *partWriter) part(p channels.Part) {
	w.finish()
	w.parts = append(w.parts, p)
}

func (w *partWriter) finish() []channels.Part {
	if literal := Clean(w.String()); literal != "" {
		w.parts = append(w.parts, channels.Part{Literal: []byte(literal)})
	}
	w.Reset()
	return w.parts
}
