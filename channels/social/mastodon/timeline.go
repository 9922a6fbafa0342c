package mastodon

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"clarion/channels"
)

// How far a look goes.
const (
	// skew is how far the server's clock may be from ours.
	skew = 5 * time.Minute
	// pageSize keeps a page of long posts below what is read of an answer.
	pageSize = 20
	maxPages = 20
	// maxSources is how many posts are asked for what their author wrote.
	maxSources = 20
)

// timeline is the account's own posts, newest first, back to some instant.
type timeline struct {
	of     account
	posts  []status  // of the time that matters
	seen   int       // posts in all
	oldest time.Time // of those; zero if there are none
	whole  bool      // the posts go back to before that time, or to the account's first
}

// recent reads the account's posts since an instant (methods/accounts,
// statuses).
func (c *Channel) recent(ctx context.Context, since time.Time) (timeline, error) {
	me, _, err := c.whoami(ctx)
	line := timeline{of: me}
	last := ""
	for range maxPages {
		if err != nil || line.whole {
			return line, err
		}
		var page []status
		page, err = c.page(ctx, me.ID, last)
		if len(page) > 0 {
			last = page[len(page)-1].ID
		}
		line.add(page, since)
		if len(page) == 0 && err == nil {
			// The end: but a server that shows none of its posts shows nothing.
			line.whole = line.seen > 0 || me.Posts == 0
			return line, nil
		}
	}
	return line, err
}

func (c *Channel) page(ctx context.Context, account, before string) ([]status, error) {
	query := url.Values{"exclude_reblogs": {"true"}, "limit": {strconv.Itoa(pageSize)}}
	if before != "" {
		query.Set("max_id", before)
	}
	var page []status
	if _, err := c.get(ctx, "/api/v1/accounts/"+account+"/statuses?"+query.Encode(), &page); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(page, func(s status) bool { return !s.identified() || s.CreatedAt.IsZero() }) {
		return nil, &channels.Error{Class: channels.Temporary, Reason: "the server lists posts without id or date"}
	}
	return page, nil
}

func (l *timeline) add(page []status, since time.Time) {
	for _, post := range page {
		l.seen++
		l.oldest = post.CreatedAt
		if post.CreatedAt.Before(since) {
			l.whole = true
			continue
		}
		l.posts = append(l.posts, post)
	}
}

// String tells people what was looked at.
func (l timeline) String() string {
	if l.seen == 0 {
		return fmt.Sprintf("looked at the posts of @%s: there are none", l.of.Name)
	}
	return fmt.Sprintf("looked at the %d newest posts of @%s, back to %s", l.seen, l.of.Name, l.oldest.UTC().Format("2006-01-02 15:04 UTC"))
}

// posted looks for the posts of a thread, one after the other: none is there
// whose predecessor is not.
func (s search) posted(ctx context.Context) (channels.Finding, error) {
	line, err := s.recent(ctx, s.Opened.Add(-skew))
	if err != nil {
		return channels.Finding{}, err
	}
	if s.steps[0].Name == replyName+"1" {
		last, err := s.lastOriginal(ctx)
		if err != nil {
			return channels.Finding{}, err
		}
		s.parent = last.ID
	}
	for i, doc := range s.steps {
		known, err := s.known(ctx, doc)
		if err != nil {
			return channels.Finding{}, err
		}
		if known {
			continue
		}
		post, evidence, err := s.match(ctx, doc, &line)
		switch {
		case err != nil:
			return channels.Finding{}, err
		case !post.identified():
			return s.missing(line.whole, line.String()+s.lack(i, line.seen)), nil
		}
		if err := s.keep(ctx, doc, post); err != nil {
			return channels.Finding{}, err
		}
		if i == len(s.steps)-1 {
			return s.found(fmt.Sprintf("%s: %s %s", line, post.URL, evidence)), nil
		}
	}
	return s.found(line.String() + ": all was recorded"), nil
}

// lack says what was not seen of so many posts.
func (s search) lack(i, seen int) string {
	switch {
	case len(s.steps) > 1:
		return fmt.Sprintf(": %d of %d posts are there, none has the text of the next", i, len(s.steps))
	case seen > 0:
		return ": none has this text"
	}
	return ""
}

// match gives the oldest post that is the one a document makes.
func (s search) match(ctx context.Context, doc channels.Document, line *timeline) (status, string, error) {
	want, err := s.text(doc)
	if err != nil {
		return status{}, "", err
	}
	asked := 0
	for _, post := range slices.Backward(line.posts) {
		shown := plain(post.Content)
		switch {
		case post.Parent != s.parent:
			continue
		case sameText(shown.text, want), post.Text != nil && sameText(*post.Text, want):
			return post, "has this text", nil
		case !similar(shown.text, want):
			continue
		}
		if post.Text == nil {
			asked++
		}
		if asked > maxSources {
			line.whole = false
			continue
		}
		link := linked(doc) && slices.Contains(shown.links, s.Values.PageAddress)
		if evidence, err := s.doubted(ctx, post, want, link); err != nil || evidence != "" {
			return post, evidence, err
		}
	}
	return status{}, "", nil
}

// doubted looks closer at a post that is similar. A server may show a text in
// another way than it was written; a link to the page is the next best mark.
func (s search) doubted(ctx context.Context, post status, want string, link bool) (evidence string, err error) {
	same, answered := false, post.Text != nil
	if !answered {
		same, answered, err = s.sameSource(ctx, post.ID, want)
	}
	switch {
	case err != nil:
		return "", err
	case same:
		return "has this text", nil
	case link && !answered:
		return "links to the message's page", nil
	case link && post.EditedAt != "":
		return "links to the message's page and was edited since", nil
	}
	return "", nil
}

// similar reports whether at least half of the words that are wanted are shown.
func similar(shown, want string) bool {
	have := map[string]bool{}
	for _, word := range wordsOf(shown) {
		have[word] = true
	}
	words, common := wordsOf(want), 0
	for _, word := range words {
		if have[word] {
			common++
		}
	}
	return 2*common >= len(words)
}
