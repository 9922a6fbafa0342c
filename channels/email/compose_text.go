package email

import (
	"fmt"
	"strings"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// text is the plain text of the mail, in UTF-8 with \n.
func (p page) text() []channels.Part {
	b := &builder{}
	for _, line := range []string{p.words.embargo, p.words.about, p.post.Department, p.title, p.summary} {
		paragraph(b, line)
	}
	paragraph(b, commonmark.Text(p.body, p.post.Assets))
	if p.post.HasPage {
		b.text(p.words.web, ":\n")
		b.slot(channels.PageAddress, channels.QuotedPrint)
		b.text("\n\n")
	}
	titled(b, p.words.notes, commonmark.Text(p.post.Notes, p.post.Assets))
	titled(b, p.words.contact, p.post.Contact)
	b.text("---\n", p.sentBy(), "\n", p.words.unsubscribe, ":\n")
	b.slot(channels.UnsubscribeLink, channels.QuotedPrint)
	b.text("\n")
	return b.finish()
}

func (p page) sentBy() string { return fmt.Sprintf(p.words.sentBy, commonmark.Clean(p.office)) }

func paragraph(b *builder, text string) {
	if text = strings.TrimSpace(commonmark.Clean(text)); text != "" {
		b.text(text, "\n\n")
	}
}

func titled(b *builder, title, text string) {
	if strings.TrimSpace(text) != "" {
		b.text(title, "\n\n")
		paragraph(b, text)
	}
}
