package webfeed

import (
	_ "embed" // for the stylesheet
	"net/url"
	"slices"
)

//go:embed public.css
var stylesheet []byte

// StylesheetPath is where public pages look for their style, below the path of
// the installation's address.
const StylesheetPath = "/assets/public.css"

// Stylesheet gives the style of all public pages, text/css in UTF-8.
func Stylesheet() []byte { return slices.Clone(stylesheet) }

// shell is what surrounds the content of every public page.
type shell struct {
	tongue tongue
	title  string // of the page
	site   string // the office's name
	about  string // one sentence on the page
	base   string // public address, no slash at the end
	feeds  []feedLink
}

// feedLink names the feeds of an audience, or of "all".
type feedLink struct{ name, title string }

type feedFormat struct{ suffix, name, mediaType string }

func feedFormats() []feedFormat {
	return []feedFormat{
		{".atom", "Atom", "application/atom+xml"},
		{".rss", "RSS", "application/rss+xml"},
		{".json", "JSON Feed", "application/feed+json"},
	}
}

func (s shell) feedAddress(l feedLink, f feedFormat) string {
	return s.base + "/feeds/" + url.PathEscape(l.name) + f.suffix
}

// head opens the page up to the start of its content; more writes further
// elements of the HTML head.
func (s shell) head(b *builder, more func()) {
	b.put("<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", s.tongue.tag, s.tongue.dir)
	b.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	b.put("<title>%s</title>\n", s.fullTitle())
	if s.about != "" {
		b.put("<meta name=\"description\" content=\"%s\">\n", s.about)
	}
	more()
	for _, l := range s.feeds {
		for _, f := range feedFormats() {
			b.put("<link rel=\"alternate\" type=\"%s\" title=\"%s\" href=\"%s\">\n", f.mediaType, l.title+" – "+f.name, s.feedAddress(l, f))
		}
	}
	b.put("<link rel=\"stylesheet\" href=\"%s\">\n</head>\n<body>\n", s.path()+StylesheetPath)
	s.banner(b)
	b.raw("<main id=\"main\" tabindex=\"-1\">\n")
}

func (s shell) fullTitle() string {
	if s.title == s.site {
		return s.title
	}
	return s.title + " – " + s.site
}

// path is the path under which the installation stands, often empty.
func (s shell) path() string {
	u, err := url.Parse(s.base)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}

func (s shell) banner(b *builder) {
	b.raw("<p class=\"skip\">")
	a := "a href=\"#main\""
	if !s.tongue.own {
		a += ` lang="` + s.tongue.words.lang + `" dir="ltr"`
	}
	b.raw("<" + a + ">")
	b.put("%s</a></p>\n<header>\n<p><a href=\"%s\" dir=\"auto\">%s</a></p>\n</header>\n", s.tongue.words.skip, s.path()+"/", s.site)
}

// foot ends the page, with links to the first of its feeds and to the list of
// corrections.
func (s shell) foot(b *builder) {
	b.raw("</main>\n<footer>\n<p>")
	s.tongue.label(b, "span", s.tongue.words.feeds)
	for _, f := range feedFormats() {
		b.put(" <a href=\"%s\" type=\"%s\">%s</a>", s.feedAddress(s.feeds[0], f), f.mediaType, f.name)
	}
	b.put("</p>\n<p><a href=\"%s\"", s.path()+CorrectionsPath)
	if !s.tongue.own {
		b.raw(` lang="` + s.tongue.words.lang + `" dir="ltr"`)
	}
	b.put(">%s</a>", s.tongue.words.corrections)
	b.raw("</p>\n</footer>\n</body>\n</html>\n")
}
