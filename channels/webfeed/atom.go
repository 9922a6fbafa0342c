package webfeed

import (
	"fmt"

	"clarion/channels"
)

// atom gives the message as an Atom entry (RFC 4287 4.1.2), a withdrawn one
// after its tombstone. The department is its author; the feed names the office.
func (a article) atom() []channels.Part {
	b := &builder{}
	a.tombstone(b)
	b.put(`<entry xml:lang="%s">`+"\n<id>", a.tongue.tag)
	b.slot(channels.EntryID, channels.XML)
	b.put("</id>\n<title>%s</title>\n<link rel=\"alternate\" type=\"text/html\" href=\"", a.Title)
	b.slot(channels.PageAddress, channels.XML)
	b.raw("\"/>\n<published>")
	b.slot(channels.PublishedAt, channels.TimeRFC3339)
	b.raw("</published>\n<updated>")
	b.slot(channels.UpdatedAt, channels.TimeRFC3339)
	b.raw("</updated>\n")
	a.atomFacts(b)
	for _, asset := range a.Assets {
		b.raw(`<link rel="enclosure" href="`)
		b.asset(asset, channels.XML)
		b.put(`" type="%s" length="%s" title="%s"/>`+"\n", asset.MediaType, fmt.Sprint(asset.Size), oneLine(asset.Name))
	}
	b.raw(`<content type="html">`)
	b.cdata(a.feedContent())
	b.raw("</content>\n</entry>\n")
	return b.done()
}

func (a article) atomFacts(b *builder) {
	if a.Department != "" {
		b.put("<author><name>%s</name></author>\n", a.Department)
	}
	for _, topic := range a.Topics {
		b.put(`<category term="%s"/>`+"\n", topic)
	}
	if a.Summary != "" {
		b.put("<summary>%s</summary>\n", a.Summary)
	}
}

// feedContent is the content with its language and direction, which most feed
// readers take from nowhere else.
func (a article) feedContent() []channels.Part {
	b := &builder{}
	b.put(`<div lang="%s" dir="%s">`+"\n", a.tongue.tag, a.tongue.dir)
	b.add(a.content)
	b.raw("</div>")
	return b.done()
}
