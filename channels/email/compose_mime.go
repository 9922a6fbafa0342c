package email

import (
	"bytes"
	"mime/quotedprintable"
	"slices"
	"strings"

	"clarion/channels"
)

// builder collects the parts of a document; literals that meet are joined.
type builder struct {
	literal bytes.Buffer
	parts   []channels.Part
}

func (b *builder) text(s ...string) {
	for _, t := range s {
		b.literal.WriteString(t)
	}
}

func (b *builder) slot(s channels.Slot, f channels.Form) { b.part(channels.Part{Slot: s, Form: f}) }

func (b *builder) part(p channels.Part) {
	if p.Slot == channels.NoSlot {
		b.literal.Write(p.Literal)
		return
	}
	b.finish()
	b.parts = append(b.parts, p)
}

func (b *builder) finish() []channels.Part {
	if b.literal.Len() > 0 {
		b.parts = append(b.parts, channels.Part{Literal: bytes.Clone(b.literal.Bytes())})
		b.literal.Reset()
	}
	return b.parts
}

// entity is one part of a MIME tree (RFC 2045 2.4): a leaf with content, or a
// multipart with children.
type entity struct {
	kind     string   // value of Content-Type, without boundary
	headers  []string // whole lines of further Content-… headers
	content  []channels.Part
	boundary string
	children []entity
}

// leaf is a text in quoted-printable.
func leaf(kind string, content []channels.Part) entity {
	return entity{kind: kind, headers: []string{"Content-Transfer-Encoding: quoted-printable"}, content: content}
}

// manyParts makes a boundary that no content can hold: neither
// quoted-printable nor base64 ever writes "=_" (RFC 2045 6.7).
func manyParts(subtype, mark string, children ...entity) entity {
	return entity{kind: "multipart/" + subtype, boundary: "=_" + mark, children: children}
}

func (e entity) write(b *builder) {
	b.text("Content-Type: ", e.kind)
	if e.boundary != "" {
		b.text(";\r\n boundary=\"", e.boundary, `"`)
	}
	b.text("\r\n")
	for _, h := range e.headers {
		b.text(h, "\r\n")
	}
	b.text("\r\n")
	for _, p := range e.content {
		b.part(p)
	}
	for _, child := range e.children {
		b.text("--", e.boundary, "\r\n")
		child.write(b)
		b.text("\r\n")
	}
	if e.boundary != "" {
		b.text("--", e.boundary, "--\r\n")
	}
}

// quoted writes a text with slots in quoted-printable. A slot has lines of its
// own, begun and ended by soft breaks, so that no line grows with its value.
func quoted(parts []channels.Part) []channels.Part {
	b := &builder{}
	open := false // a line is begun
	for i, p := range parts {
		if p.Slot == channels.NoSlot {
			line := quote(p.Literal)
			b.text(line)
			open = !strings.HasSuffix(line, "\r\n")
			continue
		}
		if open {
			b.text("=\r\n")
		}
		b.part(p)
		open = i+1 == len(parts) || parts[i+1].Slot != channels.NoSlot || !bytes.HasPrefix(parts[i+1].Literal, []byte("\n"))
		if open {
			b.text("=\r\n")
			open = false
		}
	}
	return b.finish()
}

func quote(text []byte) string {
	var out strings.Builder
	w := quotedprintable.NewWriter(&out)
	_, _ = w.Write(text) // a strings.Builder never fails
	_ = w.Close()
	return out.String()
}

// wireSize is how many bytes a mail has before its personal values.
func wireSize(parts []channels.Part, assets []channels.Asset) int {
	size := 0
	for _, p := range parts {
		size += len(p.Literal)
		if p.Slot == channels.AssetContent {
			size += base64Size(assets, p.Arg)
		}
	}
	return size
}

// base64Size is the size of an asset in lines of 76 characters for 57 bytes.
func base64Size(assets []channels.Asset, sum string) int {
	i := slices.IndexFunc(assets, func(a channels.Asset) bool { return a.SHA256 == sum })
	n := assets[i].Size
	full, rest := n/57, n%57
	return int(full*78 + (rest+2)/3*4 + min(rest, 1)*2)
}
