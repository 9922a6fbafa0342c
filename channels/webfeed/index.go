package webfeed

import (
	"strings"
	"time"

	"clarion/channels"
)

// Index gives the newsroom's front page, a list of items in the order given.
// f.Home is its address.
func Index(f Feed, items []Item) []byte {
	b := &builder{}
	s := shellOf(f, oneLine(f.Title))
	s.head(b, func() { b.put("<link rel=\"canonical\" href=\"%s\">\n", f.Home) })
	s.tongue.label(b, "h1", s.tongue.words.news)
	b.raw("\n")
	if s.about != "" {
		b.put("<p class=\"summary\" dir=\"auto\">%s</p>\n", s.about)
	}
	if len(items) == 0 {
		s.tongue.label(b, "p", s.tongue.words.nothingYet)
		b.raw("\n")
	} else {
		s.list(b, items)
	}
	s.foot(b)
	return b.text()
}

// NotFound gives the page for an address where nothing is, or nothing yet:
// the same bytes for both, and without the address.
func NotFound(f Feed) []byte {
	b := &builder{}
	s := shellOf(f, tongueOf(f.Language).words.notFound)
	s.head(b, func() { b.raw("<meta name=\"robots\" content=\"noindex\">\n") })
	s.tongue.label(b, "h1", s.tongue.words.notFound)
	b.raw("\n")
	s.tongue.label(b, "p", s.tongue.words.nothingHere)
	b.raw("\n")
	s.foot(b)
	return b.text()
}

func shellOf(f Feed, title string) shell {
	site := oneLine(f.Title)
	return shell{
		tongue: tongueOf(f.Language), title: title, site: site, about: oneLine(f.Description),
		base: strings.TrimSuffix(f.Home, "/"), feeds: []feedLink{{name: "all", title: site}},
	}
}

func (s shell) list(b *builder, items []Item) {
	b.raw("<ul class=\"news\">\n")
	for _, item := range items {
		s.entry(b, item, func(words) string { return "" })
	}
	b.raw("</ul>\n")
}

// entry writes a message of a list, with what its day is that of.
func (s shell) entry(b *builder, item Item, label func(words) string) {
	t := tongueOf(firstOf(item.Language, s.tongue.tag))
	b.put("<li lang=\"%s\" dir=\"%s\">\n<h2><a href=\"%s\">%s</a></h2>\n", t.tag, t.dir, item.URL, item.Title)
	b.raw("<p class=\"facts\">")
	if says := label(t.words); says != "" {
		t.label(b, "span", says)
		b.raw(" ")
	}
	b.put("<time datetime=\"%s\"><bdi>%s</bdi></time></p>\n", item.Published.Format(time.RFC3339), date(item.Published, t.dates))
	if item.Summary != "" {
		b.put("<p>%s</p>\n", item.Summary)
	}
	b.raw("</li>\n")
}

// date writes the day of an instant, in its own zone, as pages write instants.
func date(at time.Time, form channels.Form) string {
	doc := channels.Document{Parts: []channels.Part{{Slot: channels.PublishedAt, Form: form}}}
	instant, err := doc.Fill(channels.Values{PublishedAt: at, Zone: at.Location()})
	if err != nil {
		return "" // no date was given
	}
	if form == channels.TimeISOMinute {
		return string(instant[:len(time.DateOnly)])
	}
	day, _, _ := strings.Cut(string(instant), ",")
	return day
}
