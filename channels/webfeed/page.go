package webfeed

import (
	"clarion/channels"
)

// page gives the message's public page: HTML without scripts and without
// style of its own, fit for a strict content security policy.
func (a article) page() []channels.Part {
	b := &builder{}
	s := shell{tongue: a.tongue, title: a.Title, site: a.office, about: a.Summary, base: a.base, feeds: a.feedLinks()}
	s.head(b, func() {
		b.raw(`<link rel="canonical" href="`)
		b.slot(channels.PageAddress, channels.HTML)
		b.raw("\">\n")
	})
	b.put("<article>\n<h1>%s</h1>\n", a.Title)
	a.facts(b)
	if a.Summary != "" && !a.replaces() { // it stands below then
		b.put(`<p class="summary">%s</p>`+"\n", a.Summary)
	}
	b.add(a.content)
	a.topics(b)
	b.raw("</article>\n")
	s.foot(b)
	return b.done()
}

// facts are when it was published, when it changed, and who speaks.
func (a article) facts(b *builder) {
	b.raw("<p class=\"facts\">")
	a.instant(b, a.tongue.words.published, channels.PublishedAt)
	b.raw("<br>\n")
	a.instant(b, a.tongue.words.updated, channels.UpdatedAt)
	if a.Department != "" {
		b.raw("<br>\n")
		a.tongue.label(b, "span", a.tongue.words.from)
		b.put(" <bdi>%s</bdi>", a.Department)
	}
	b.raw("</p>\n")
}

func (a article) instant(b *builder, label string, slot channels.Slot) {
	a.tongue.label(b, "span", label)
	b.raw(` <time datetime="`)
	b.slot(slot, channels.TimeRFC3339)
	b.raw(`"><bdi>`)
	b.slot(slot, a.tongue.dates)
	b.raw("</bdi></time>")
}

func (a article) topics(b *builder) {
	if len(a.Topics) == 0 {
		return
	}
	a.section(b, a.tongue.words.topics, func() {
		b.raw("<ul class=\"topics\">\n")
		for _, topic := range a.Topics {
			b.put("<li><bdi>%s</bdi></li>\n", topic)
		}
		b.raw("</ul>\n")
	})
}

// feedLinks are the feeds of all news, and of each public audience that the
// message is for. No other audience is ever named.
func (a article) feedLinks() []feedLink {
	links := []feedLink{{name: "all", title: a.office}}
	for _, audience := range a.Audiences {
		if audience.Public {
			links = append(links, feedLink{name: audience.Name, title: oneLine(firstOf(audience.Title, audience.Name))})
		}
	}
	return links
}
