package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/channels/webfeed"
)

// maxFeed bounds the entries of one feed together, in bytes, so that it stays
// in memory. Older entries are left out; the newest always stays.
const maxFeed = 8 << 20

// allNews is the feed of all public audiences.
const allNews = "all"

// newsroom is how the newsroom's own pages speak of themselves.
func (p *Public) newsroom() webfeed.Feed {
	s := p.settings
	return webfeed.Feed{Title: s.OfficeName, Description: p.feeds.Load().Description, Home: s.BaseURL + "/", Language: s.Language}
}

// index makes the front page.
func (p *Public) index(ctx context.Context) (*representation, error) {
	entries, err := p.settings.Reader.PublicEntries(ctx, "", p.feeds.Load().Entries)
	if err != nil {
		return nil, fmt.Errorf("make the front page: %w", err)
	}
	items := make([]webfeed.Item, len(entries))
	for i, e := range entries {
		if err := json.Unmarshal(e.Item, &items[i]); err != nil {
			return nil, fmt.Errorf("list %s on the front page: %w", e.Slug, err)
		}
	}
	return newRepresentation("text/html; charset=utf-8", webfeed.Index(p.newsroom(), items), newest(entries)), nil
}

// corrections makes the list of corrections.
func (p *Public) corrections(ctx context.Context) (*representation, error) {
	lines, err := p.settings.Reader.PublicCorrections(ctx, webfeed.MaxCorrections)
	if err != nil {
		return nil, fmt.Errorf("make the list of corrections: %w", err)
	}
	all := make([]webfeed.Correction, len(lines))
	var updated time.Time
	for i, line := range lines {
		if err := json.Unmarshal(line, &all[i]); err != nil {
			return nil, fmt.Errorf("make line %d of the list of corrections: %w", i+1, err)
		}
		if all[i].Published.After(updated) {
			updated = all[i].Published
		}
	}
	return newRepresentation("text/html; charset=utf-8", webfeed.Corrections(p.newsroom(), all), updated), nil
}

// page finds a message's page.
func (p *Public) page(ctx context.Context, slug string) (*representation, error) {
	page, updated, err := p.settings.Reader.PublicPage(ctx, slug)
	if err != nil {
		return nil, err
	}
	return newRepresentation("text/html; charset=utf-8", page, updated), nil
}

// feedFormat is one of the formats that a feed comes in.
type feedFormat struct {
	mediaType string
	document  func(PublicEntry) []byte
	assemble  func(webfeed.Feed, [][]byte) []byte
}

func feedFormatOf(ending string) (feedFormat, bool) {
	switch ending {
	case "atom":
		return feedFormat{"application/atom+xml; charset=utf-8", func(e PublicEntry) []byte { return e.Atom }, webfeed.Atom}, true
	case "rss":
		return feedFormat{"application/rss+xml; charset=utf-8", func(e PublicEntry) []byte { return e.RSS }, webfeed.RSS}, true
	case "json":
		return feedFormat{"application/feed+json", func(e PublicEntry) []byte { return e.JSON }, webfeed.JSON}, true
	}
	return feedFormat{}, false
}

// feed makes a feed by its file name, such as all.atom.
func (p *Public) feed(ctx context.Context, file string) (*representation, error) {
	name, ending, _ := strings.Cut(file, ".")
	format, ok := feedFormatOf(ending)
	if !ok {
		return nil, ErrNotPublic
	}
	about, err := p.about(ctx, name)
	if err != nil {
		return nil, err
	}
	audience := name
	if name == allNews {
		audience = ""
	}
	entries, err := p.settings.Reader.PublicEntries(ctx, audience, p.feeds.Load().Entries)
	if err != nil {
		return nil, fmt.Errorf("make the feed %s: %w", file, err)
	}
	about.Self = p.settings.BaseURL + "/feeds/" + file
	about.Updated = newest(entries)
	rep := newRepresentation(format.mediaType, format.assemble(about, bounded(entries, format.document)), about.Updated)
	rep.header = map[string]string{crossOrigin: anySite}
	return rep, nil
}

// about is what a feed says of itself. Its id is the same in every format and
// never changes. A name without a feed is ErrNotPublic.
func (p *Public) about(ctx context.Context, name string) (webfeed.Feed, error) {
	about := p.newsroom()
	about.ID, about.Title = p.settings.BaseURL+"/feeds/"+name, p.feeds.Load().Title
	if name == allNews {
		return about, nil
	}
	audiences, err := p.settings.Reader.PublicAudiences(ctx)
	if err != nil {
		return about, fmt.Errorf("make the feed of %s: %w", name, err)
	}
	i := slices.IndexFunc(audiences, func(a PublicAudience) bool { return a.Name == name })
	if i < 0 {
		return about, ErrNotPublic
	}
	about.Title += " – " + audiences[i].Title
	if audiences[i].Description != "" {
		about.Description = audiences[i].Description
	}
	return about, nil
}

// bounded takes the newest documents up to maxFeed.
func bounded(entries []PublicEntry, document func(PublicEntry) []byte) [][]byte {
	var all [][]byte
	size := 0
	for _, e := range entries {
		d := document(e)
		if size += len(d); size > maxFeed && len(all) > 0 {
			break
		}
		all = append(all, d)
	}
	return all
}

// newest is the newest real change of entries. Without one it is a fixed
// instant, so that an empty feed is the same at every look.
func newest(entries []PublicEntry) time.Time {
	at := time.Unix(0, 0).UTC()
	for _, e := range entries {
		if e.Updated.After(at) {
			at = e.Updated.UTC()
		}
	}
	return at
}
