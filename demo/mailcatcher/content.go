package mailcatcher

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
)

// Bounds of what a mail is taken apart into.
const (
	maxDepth = 8 // multiparts within each other
	maxParts = 200
)

// content is a mail taken apart for the eye.
type content struct {
	Text     string
	HTML     string
	Attached []string // names
	images   map[string]string
	parts    int
}

// read takes a mail apart. What it cannot read is left out; the source shows
// it.
func (m mail) read() content {
	c := content{images: map[string]string{}}
	parsed, err := netmail.ReadMessage(bytes.NewReader(m.source))
	if err != nil {
		c.Text = string(m.source)
		return c
	}
	c.add(textproto.MIMEHeader(parsed.Header), parsed.Body, 0)
	for id, data := range c.images {
		c.HTML = strings.ReplaceAll(c.HTML, "cid:"+id, data)
	}
	return c
}

func (c *content) add(h textproto.MIMEHeader, body io.Reader, depth int) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	c.parts++
	if strings.HasPrefix(kind, "multipart/") {
		c.addAll(multipart.NewReader(body, params["boundary"]), depth)
		return
	}
	b, err := io.ReadAll(decoded(h, body))
	if err != nil && len(b) == 0 {
		return
	}
	c.leaf(h, kind, b)
}

func (c *content) addAll(parts *multipart.Reader, depth int) {
	for depth < maxDepth && c.parts < maxParts {
		part, err := parts.NextRawPart()
		if err != nil {
			return
		}
		c.add(part.Header, part, depth+1)
	}
}

func decoded(h textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	default:
		return body
	}
}

func (c *content) leaf(h textproto.MIMEHeader, kind string, b []byte) {
	disposition, params, _ := mime.ParseMediaType(h.Get("Content-Disposition")) // absent or odd: not attached
	id := inBrackets(h.Get("Content-Id"))
	switch {
	case disposition == "attachment":
		c.Attached = append(c.Attached, params["filename"])
	case kind == "text/plain" && c.Text == "":
		c.Text = string(b)
	case kind == "text/html" && c.HTML == "":
		c.HTML = string(b)
	case strings.HasPrefix(kind, "image/") && id != "":
		c.images[id] = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b)
	}
}
