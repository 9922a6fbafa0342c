// Package commonmark reads the CommonMark of authors (https://spec.commonmark.org,
// with the tables, strikethrough and bare links of GFM) and gives it as HTML
// and as plain text.
//
// Failure rules. Check tells an author what to mend; HTML and Text never fail
// and are safe for any body, checked or not. Raw HTML is shown as text, a link
// of an unlisted scheme loses its address, an image that is none of the
// message's assets is replaced by its description, characters that XML forbids
// are left out, and a body out of bounds is shown as it was typed. Equal input gives equal output.
package commonmark

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"clarion/channels"
)

// letters are of the scripts that part words by spaces. In others, such as
// Chinese or Thai, a sentence would go on within an address.
const letters = `a-zA-Z\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}\p{Georgian}\p{Hebrew}\p{Arabic}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Tamil}\p{Mn}\p{Mc}\p{Nd}`

// bareAddress is what becomes a link without being marked as one.
var bareAddress = regexp.MustCompile(
	`^https?://[-` + letters + `@:%._+~#=]{1,256}\.[` + letters + `]+(?::\d+)?(?:[/#?][-` + letters + "@:%_+.~#$!?&/=();,'\">^{}\\[\\]`" + `]*)?`)

// document is a parsed body together with what its images may name.
type document struct {
	source []byte
	root   ast.Node
	assets []channels.Asset

	outOfBounds string // what is too much of, if anything
	faultyLine  int    // 0 if it is the body as a whole
}

func parse(body string, assets []channels.Asset) document {
	d := document{source: []byte(strings.ToValidUTF8(body, "\uFFFD")), assets: assets}
	if d.outOfBounds, d.faultyLine = bounds(d.source); d.outOfBounds == "" {
		d.root = markdown().Parser().Parse(text.NewReader(d.source))
		if n := links(d.root); n > MaxLinks {
			d.outOfBounds = tooManyLinks(n)
		}
	}
	if d.outOfBounds != "" {
		d.root = verbatim(d.source)
	}
	return d
}

// verbatim stands for a body that is out of bounds: one block of code.
func verbatim(source []byte) ast.Node {
	root, code := ast.NewDocument(), ast.NewCodeBlock()
	code.Lines().Append(text.NewSegment(0, len(source)))
	root.AppendChild(root, code)
	return root
}

// markdown is made for each use: it is cheap, and holds state while it renders.
func markdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)),
		extension.Strikethrough,
		extension.NewLinkify(
			extension.WithLinkifyAllowedProtocols([]string{"https:", "http:", "mailto:"}),
			extension.WithLinkifyURLRegexp(bareAddress),
		),
	))
}

// Clean leaves out what XML 1.0 does not allow as a character (section 2.2),
// and writes U+FFFD for invalid UTF-8.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if legal(r) {
			return r
		}
		return -1
	}, s)
}

func legal(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r == 0xFFFE, r == 0xFFFF:
		return false
	default:
		return true
	}
}
