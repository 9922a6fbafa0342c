package webfeed

import (
	"fmt"
	"html"

	"clarion/channels"
)

// rss gives the message as an RSS 2.0 item
// (https://www.rssboard.org/rss-specification). An item takes one enclosure,
// the first asset; the content links to all of them. The department is its
// dc:creator, since author must be an email address.
func (a article) rss() []channels.Part {
	b := &builder{}
	b.put("<item>\n<title>%s</title>\n<link>", a.Title)
	b.slot(channels.PageAddress, channels.XML)
	b.raw("</link>\n<guid isPermaLink=\"false\">")
	b.slot(channels.EntryID, channels.XML)
	b.raw("</guid>\n<pubDate>")
	b.slot(channels.PublishedAt, channels.TimeRFC5322)
	b.raw("</pubDate>\n")
	a.rssFacts(b)
	if len(a.Assets) > 0 {
		b.raw(`<enclosure url="`)
		b.asset(a.Assets[0], channels.XML)
		b.put(`" length="%s" type="%s"/>`+"\n", fmt.Sprint(a.Assets[0].Size), a.Assets[0].MediaType)
	}
	b.raw("<content:encoded>")
	b.cdata(a.feedContent())
	b.raw("</content:encoded>\n</item>\n")
	return b.done()
}

func (a article) rssFacts(b *builder) {
	b.put("<dc:language>%s</dc:language>\n", a.tongue.tag)
	if a.Department != "" {
		b.put("<dc:creator>%s</dc:creator>\n", a.Department)
	}
	for _, topic := range a.Topics {
		b.put("<category>%s</category>\n", topic)
	}
	if a.Summary != "" {
		b.put("<description>%s</description>\n", html.EscapeString(a.Summary)) // readers take it for HTML
	}
}
