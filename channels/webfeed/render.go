package webfeed

import (
	"unicode/utf8"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// The documents of a rendering.
const (
	DocPage = "page" // the public page, whole
	DocAtom = "atom" // one <entry>, after the tombstone of a withdrawn one
	DocRSS  = "rss"  // one <item>; its prefixes are declared by the feed that RSS makes
	DocJSON = "json" // one item object of JSON Feed 1.1
	DocItem = "item" // one Item, as JSON, for Index
)

func documentNames() []string { return []string{DocPage, DocAtom, DocRSS, DocJSON, DocItem} }

// Render makes the five documents of a message, and DocCorrection for one that
// takes the place of another. Their slots are EntryID, PageAddress,
// PublishedAt, UpdatedAt and AssetAddress. Length is the body's, in characters.
func (c *Channel) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	post = inOwnWords(post)
	if problems := check(post); len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	documents := c.article(post).documents()
	if problem := tooLarge(documents); problem != nil {
		return channels.Rendering{}, []channels.Problem{*problem}
	}
	length := utf8.RuneCountInString(commonmark.Text(post.Body, post.Assets))
	return channels.Rendering{Documents: documents, Length: length}, nil
}

func (a article) documents() []channels.Document {
	all := []channels.Document{
		{Name: DocPage, MediaType: "text/html; charset=utf-8", Parts: a.page()},
		{Name: DocAtom, MediaType: "application/atom+xml; charset=utf-8", Parts: a.atom()},
		{Name: DocRSS, MediaType: "application/rss+xml; charset=utf-8", Parts: a.rss()},
		{Name: DocJSON, MediaType: "application/feed+json; charset=utf-8", Parts: a.json()},
		{Name: DocItem, MediaType: "application/json; charset=utf-8", Parts: a.item()},
	}
	if a.replaces() {
		all = append(all, channels.Document{Name: DocCorrection, MediaType: "application/json; charset=utf-8", Parts: a.line()})
	}
	return all
}

// inOwnWords takes the variant's wording where there is one, and puts what is
// one line by nature on one line.
func inOwnWords(post channels.Post) channels.Post {
	post.Title = oneLine(firstOf(post.Variant.Title, post.Title))
	post.Summary = oneLine(firstOf(post.Variant.Summary, post.Summary))
	post.Body = firstOf(post.Variant.Text, post.Body)
	post.Department = oneLine(post.Department)
	post.Corrects, post.Withdraws = oneLine(post.Corrects), oneLine(post.Withdraws)
	topics := make([]string, 0, len(post.Topics))
	for _, t := range post.Topics {
		if t = oneLine(t); t != "" {
			topics = append(topics, t)
		}
	}
	post.Topics = topics
	return post
}

// article is a message on its way into the documents.
type article struct {
	channels.Post
	tongue  tongue
	office  string
	base    string
	content []channels.Part // the body and what goes with it, as HTML
}

func (c *Channel) article(post channels.Post) article {
	a := article{Post: post, tongue: tongueOf(post.Language), office: oneLine(c.office), base: c.base}
	if a.withdraws() { // readers know it by the original's title
		a.Title = a.tongue.words.withdrawn + ": " + firstOf(post.Withdraws, post.Title)
	}
	a.content = a.compose()
	return a
}
