package webfeed

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// Feed is what a feed says of itself.
type Feed struct {
	ID          string // never changes; an IRI with a scheme (RFC 4287 4.2.6)
	Title       string
	Description string // may be empty
	Home        string // address of the newsroom
	Self        string // address of this feed in this format
	Language    string // BCP 47
	Updated     time.Time
}

// generator names the software in a feed.
const generator = "Clarion"

const xmlHeader = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

// Atom makes an Atom 1.0 feed (RFC 4287) of filled "atom" documents, in the
// order given.
func Atom(f Feed, entries [][]byte) []byte {
	b := &builder{}
	b.put(xmlHeader+`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="%s">`+"\n", tongueOf(f.Language).tag)
	b.put("<id>%s</id>\n<title>%s</title>\n", f.ID, oneLine(f.Title))
	if f.Description != "" {
		b.put("<subtitle>%s</subtitle>\n", oneLine(f.Description))
	}
	b.put("<updated>%s</updated>\n<author><name>%s</name></author>\n", f.Updated.Format(time.RFC3339), oneLine(f.Title))
	b.put(`<link rel="self" type="application/atom+xml" href="%s"/>`+"\n", f.Self)
	b.put(`<link rel="alternate" type="text/html" href="%s"/>`+"\n", f.Home)
	b.put("<generator>%s</generator>\n", generator)
	return assemble(b, entries, "", "</feed>\n")
}

// RSS makes an RSS 2.0 feed of filled "rss" documents, in the order given.
func RSS(f Feed, items [][]byte) []byte {
	b := &builder{}
	b.raw(xmlHeader + `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"` +
		` xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">` + "\n<channel>\n")
	b.put("<title>%s</title>\n<link>%s</link>\n", oneLine(f.Title), f.Home)
	b.put("<description>%s</description>\n", oneLine(firstOf(f.Description, f.Title)))
	b.put("<language>%s</language>\n", tongueOf(f.Language).tag)
	if !f.Updated.IsZero() {
		b.put("<lastBuildDate>%s</lastBuildDate>\n", f.Updated.Format(time.RFC1123Z))
	}
	b.put(`<atom:link rel="self" type="application/rss+xml" href="%s"/>`+"\n", f.Self)
	b.put("<generator>%s</generator>\n", generator)
	return assemble(b, items, "", "</channel>\n</rss>\n")
}

// JSON makes a JSON Feed 1.1 of filled "json" documents, in the order given.
func JSON(f Feed, items [][]byte) []byte {
	head := object(struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		Description string       `json:"description,omitempty"`
		Home        string       `json:"home_page_url"`
		Self        string       `json:"feed_url"`
		Language    string       `json:"language"`
		Authors     []jsonAuthor `json:"authors"`
	}{
		"https://jsonfeed.org/version/1.1", oneLine(f.Title), oneLine(f.Description), f.Home, f.Self,
		tongueOf(f.Language).tag, []jsonAuthor{{oneLine(f.Title)}},
	})
	b := &builder{}
	b.raw(strings.TrimSuffix(head, "}") + `,"items":[` + "\n")
	return assemble(b, items, ",\n", "\n]}\n")
}

// assemble puts entries between what b holds and the end.
func assemble(b *builder, entries [][]byte, between, end string) []byte {
	return slices.Concat(b.text(), bytes.Join(entries, []byte(between)), []byte(end))
}
