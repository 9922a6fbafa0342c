package email

import (
	"fmt"
	"html"
	"strings"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// style is all the looks of a mail. It fetches nothing.
const style = "body{margin:0 auto;padding:1em;max-width:40em;font:1em/1.5 sans-serif}" +
	"img{max-width:100%;height:auto}table{border-collapse:collapse}td,th{border:1px solid;padding:.25em .5em}" +
	".embargo{border:2px solid;padding:.5em;font-weight:bold}"

// hypertext is a page in HTML, and the SHA-256 of each image that it shows.
type hypertext struct {
	parts  []channels.Part
	images map[string]bool
}

// html is the mail as a document in UTF-8 with \n.
func (p page) html() hypertext {
	h := hypertext{images: map[string]bool{}}
	b := &builder{}
	p.htmlHead(b)
	p.htmlTop(b)
	image := func(a channels.Asset) channels.Part {
		h.images[a.SHA256] = true
		return channels.Part{Literal: []byte(html.EscapeString("cid:" + p.contentID(a)))}
	}
	for _, part := range commonmark.HTML(p.body, p.post.Assets, image) {
		b.part(part)
	}
	p.htmlEnd(b, image)
	h.parts = b.finish()
	return h
}

func (p page) htmlHead(b *builder) {
	language := languageTag(p.post.Language)
	b.text(
		"<!DOCTYPE html>\n<html lang=\"", or(language, "en"), `" dir="`, direction(language), "\">\n<head>\n",
		"<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n",
		"<meta name=\"color-scheme\" content=\"light dark\">\n", //nolint:misspell // the name is the standard's
		"<title>", escape(p.title), "</title>\n<style>", style, "</style>\n</head>\n<body>\n<main>\n",
	)
}

func (p page) htmlTop(b *builder) {
	element(b, `p class="embargo"`+p.ours(), p.words.embargo)
	element(b, "p"+p.ours(), p.words.about)
	element(b, `p dir="auto"`, p.post.Department)
	element(b, `h1 dir="auto"`, p.title)
	element(b, `p dir="auto"`, p.summary)
}

func (p page) htmlEnd(b *builder, image func(channels.Asset) channels.Part) {
	if p.post.HasPage {
		b.text("<p", p.ours(), `><a href="`)
		b.slot(channels.PageAddress, channels.HTMLQuoted)
		b.text(`">`, escape(p.words.web), "</a></p>\n")
	}
	if strings.TrimSpace(p.post.Notes) != "" {
		element(b, "h2"+p.ours(), p.words.notes)
		for _, part := range commonmark.HTMLBelow(2, p.post.Notes, p.post.Assets, image) {
			b.part(part)
		}
	}
	if contact := strings.TrimSpace(p.post.Contact); contact != "" {
		element(b, "h2"+p.ours(), p.words.contact)
		b.text(`<p dir="auto">`, strings.ReplaceAll(escape(contact), "\n", "<br>\n"), "</p>\n")
	}
	b.text("</main>\n<hr>\n<footer", p.ours(), ">\n<p>", escape(p.sentBy()), "</p>\n<p><a href=\"")
	b.slot(channels.UnsubscribeLink, channels.HTMLQuoted)
	b.text(`">`, escape(p.words.unsubscribe), "</a></p>\n</footer>\n</body>\n</html>\n")
}

// ours marks text of ours whose language is not the post's.
func (p page) ours() string {
	if base, _, _ := strings.Cut(strings.ToLower(p.post.Language), "-"); base == p.words.language || base == "" {
		return ""
	}
	return fmt.Sprintf(` lang="%s" dir="ltr"`, p.words.language)
}

// element writes a text in a tag, and nothing for an empty text.
func element(b *builder, tag, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	name, _, _ := strings.Cut(tag, " ")
	b.text("<", tag, ">", escape(text), "</", name, ">\n")
}

func escape(text string) string { return html.EscapeString(commonmark.Clean(text)) }
