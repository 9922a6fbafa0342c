package feed

import (
	"fmt"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
)

// The converter looks from each opening bracket for the closing one, so its time
// grows with the square of them: without a bound, a feed of brackets keeps it
// busy for hours.
const (
	maxDepth    = 100   // of elements that nest
	maxBrackets = 1_000 // opening ones in the text of an entry
)

// commonMark gives an entry's HTML as CommonMark without its images, and how
// many these are. Links are completed by the entry's own.
func commonMark(text, link string) (body string, pictures int, err error) {
	root, err := html.Parse(strings.NewReader(clean(text)))
	if err != nil {
		return "", 0, fmt.Errorf("its HTML can't be read: %w", err)
	}
	if depth(root) > maxDepth {
		return "", 0, fmt.Errorf("its HTML nests deeper than %d elements", maxDepth)
	}
	pictures = strip(root)
	if n := brackets(root); n > maxBrackets {
		return "", 0, fmt.Errorf("its text has %d opening brackets, the limit is %d", n, maxBrackets)
	}
	out, err := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin(),
	)).
		ConvertNode(root, converter.WithDomain(link))
	if err != nil {
		return "", 0, fmt.Errorf("its HTML can't be turned into CommonMark: %w", err)
	}
	return strings.TrimSpace(string(out)), pictures, nil
}

func depth(n *html.Node) int {
	deepest := 0
	for at, level := n, 0; at != nil; {
		deepest = max(deepest, level)
		if at.FirstChild != nil {
			at, level = at.FirstChild, level+1
			continue
		}
		for at != n && at.NextSibling == nil {
			at, level = at.Parent, level-1
		}
		if at == n {
			break
		}
		at = at.NextSibling
	}
	return deepest
}

func brackets(root *html.Node) int {
	count := 0
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			count += strings.Count(n.Data, "[")
		}
	}
	return count
}

// strip takes out what no draft can carry, and gives how many images that were.
// A link that is not one a reader may follow leaves its text.
func strip(n *html.Node) (pictures int) {
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		switch {
		case child.Type == html.CommentNode, child.Type == html.ElementNode && unwanted(child.Data):
			if child.Data == "img" {
				pictures++
			}
			n.RemoveChild(child)
		default:
			pictures += strip(child)
			if child.Type == html.ElementNode && child.Data == "a" && !followed(child) {
				unwrap(n, child)
			}
		}
		child = next
	}
	return pictures
}

func unwanted(tag string) bool {
	switch tag {
	case "img", "picture", "svg", "math", "script", "style", "iframe", "object", "embed", "form", "input", "button", "textarea",
		"select", "video", "audio", "canvas", "noscript", "template", "link", "meta", "base":
		return true
	}
	return false
}

// followed reports whether a link leads where a reader may go.
func followed(a *html.Node) bool {
	for _, attr := range a.Attr {
		scheme, _, absolute := strings.Cut(strings.ToLower(strings.TrimSpace(attr.Val)), ":")
		known := scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "tel"
		if attr.Key == "href" && scheme != "" && (!absolute || known || strings.Contains(scheme, "/")) {
			return true
		}
	}
	return false
}

// unwrap puts what is within a node in its place.
func unwrap(parent, n *html.Node) {
	for child := n.FirstChild; child != nil; child = n.FirstChild {
		n.RemoveChild(child)
		parent.InsertBefore(child, n)
	}
	parent.RemoveChild(n)
}

// plain gives the text of what may be HTML.
func plain(text string) string {
	root, err := html.Parse(strings.NewReader(clean(text)))
	if err != nil || depth(root) > maxDepth {
		return ""
	}
	strip(root)
	var b strings.Builder
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && !inline(n.Data):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func inline(tag string) bool {
	switch tag {
	case "a", "abbr", "b", "bdi", "cite", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u":
		return true
	}
	return false
}
