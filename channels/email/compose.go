package email

import (
	"crypto/sha256"
	"encoding/hex"

	"clarion/channels"
)

// maxMail is the greatest size of a mail with its attachments, in bytes: what
// most mailboxes still take.
const maxMail = 20 << 20

// Render writes the whole mail, with slots for what is known only when it
// leaves.
func (c *Channel) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	problems := check(post)
	p := c.page(post)
	b := &builder{}
	c.headers(b, p)
	p.root().write(b)
	parts := b.finish()
	size := wireSize(parts, post.Assets)
	if size > maxMail {
		problems = append(problems, tooLarge(size))
	}
	doc := channels.Document{Name: document, MediaType: "message/rfc822", Parts: parts}
	return channels.Rendering{Documents: []channels.Document{doc}, Length: size}, problems
}

// page is a post as this channel shows it.
type page struct {
	post    channels.Post
	title   string // the variant's, or the common one
	summary string
	body    string
	words   wording
	office  string
	domain  string // on the right side of Message-ID and Content-ID
}

func (c *Channel) page(post channels.Post) page {
	return page{
		post:    post,
		title:   or(post.Variant.Title, post.Title),
		summary: or(post.Variant.Summary, post.Summary),
		body:    or(post.Variant.Text, post.Body),
		words:   wordingOf(post),
		office:  c.about,
		domain:  domainOf(c.set.from.Address),
	}
}

func or(own, common string) string {
	if own != "" {
		return own
	}
	return common
}

// root is the tree of the mail's MIME parts: text and HTML as alternatives,
// the images with the HTML, attachments around all of it.
func (p page) root() entity {
	text, html := p.text(), p.html()
	images, attached := split(p.post.Assets, html.images)
	mark := boundaryMark(text, html.parts)
	shown := leaf("text/html; charset=utf-8", quoted(html.parts))
	if len(images) > 0 {
		shown = manyParts("related", "r"+mark, append([]entity{shown}, p.inline(images)...)...)
		shown.kind += ";\r\n type=\"text/html\""
	}
	root := manyParts("alternative", "a"+mark, leaf("text/plain; charset=utf-8", quoted(text)), shown)
	if len(attached) > 0 {
		root = manyParts("mixed", "m"+mark, append([]entity{root}, attachments(attached)...)...)
	}
	return root
}

// boundaryMark makes boundaries that differ from mail to mail and are the same
// for the same content. Slots count with their type.
func boundaryMark(texts ...[]channels.Part) string {
	h := sha256.New()
	for _, parts := range texts {
		for _, p := range parts {
			h.Write([]byte{byte(p.Slot)})
			h.Write(p.Literal)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// split parts the assets into the images that the HTML shows, each once, and
// the rest, which is attached.
func split(assets []channels.Asset, shown map[string]bool) (images, attached []channels.Asset) {
	done := map[string]bool{}
	for _, a := range assets {
		switch {
		case !shown[a.SHA256]:
			attached = append(attached, a)
		case !done[a.SHA256]:
			images = append(images, a)
			done[a.SHA256] = true
		}
	}
	return images, attached
}
