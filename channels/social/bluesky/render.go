package bluesky

import (
	"fmt"
	"strings"

	"clarion/channels"
	"clarion/channels/social"
)

// The documents of a rendering: images, then posts in their order. The first
// post of an answer is called so; a deletion is one document for every post of
// the original.
const (
	postPrefix  = "post/"
	replyName   = "reply/1"
	deleteName  = "delete"
	mediaPrefix = "media/"
)

// Render makes a document for each request that Publish will make. Without
// facts no mention is marked, since nobody was asked for the accounts.
func (c *Channel) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	switch post.Action {
	case channels.Delete:
		return channels.Rendering{Documents: []channels.Document{deletion(c.set.Identifier)}}, nil
	case channels.Edit:
		return channels.Rendering{}, []channels.Problem{{
			Field: "plan.channels", Says: "a post on Bluesky can't be edited", Try: "answer it with the correction, or delete it",
		}}
	}
	posts, problems := c.posts(post)
	images, faults := pictures(post)
	if problems = append(problems, faults...); len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	posts[0].images = images
	c.addCard(posts, post)
	return c.rendering(post, posts, images), nil
}

func (c *Channel) rendering(post channels.Post, posts []record, images []picture) channels.Rendering {
	var r channels.Rendering
	for _, p := range images {
		if _, there := r.Document(mediaName(p.sum)); !there {
			r.Documents = append(r.Documents, p.upload())
		}
	}
	for i, p := range posts {
		name := fmt.Sprintf("%s%d", postPrefix, i+1)
		p.follows = i > 0
		if i == 0 && post.Action == channels.Reply {
			name, p.follows = replyName, true
		}
		r.Documents = append(r.Documents, p.document(name, c.set.Identifier))
		r.Length = max(r.Length, length(p.text))
	}
	return r
}

// posts gives the posts of a message: its text, split if it is long, and the
// link to its page as the last thing.
func (c *Channel) posts(post channels.Post) ([]record, []channels.Problem) {
	field, text := wording(post)
	if p, unfit := social.Unfit(field, text); unfit {
		return nil, []channels.Problem{p}
	}
	accounts, problems := mentions(field, text, post.Facts)
	problems = append(problems, unsupported(post.Variant)...)
	pieces, faults := c.thread(post.HasPage).Split(field, text)
	if problems = append(problems, faults...); len(problems) > 0 {
		return nil, problems
	}
	languages := c.set.Languages
	if len(languages) == 0 && post.Language != "" {
		languages = []string{post.Language}
	}
	posts := make([]record, len(pieces))
	for i, piece := range pieces {
		posts[i] = record{languages: languages}
		posts[i].text, posts[i].facets = compose(piece, accounts)
	}
	if post.HasPage {
		posts[len(posts)-1].addPage(c.pageShown())
	}
	return posts, nil
}

// wording is a post's text, which says at its start if it corrects or withdraws
// another.
func wording(post channels.Post) (field, text string) {
	field, text = social.Wording(post)
	if text == "" {
		return field, text
	}
	return field, social.Opening(post) + text
}

// thread says how a text is counted: as it shows, with its links shortened.
func (c *Channel) thread(page bool) social.Thread {
	t := social.Thread{Limit: maxLength, Unit: unit, Count: func(text string) int {
		shown, _ := compose(text, nil)
		return length(shown)
	}}
	if page {
		t.Last = length(social.Gap + c.pageShown())
	}
	return t
}

func (r *record) addPage(shown string) {
	start := len(r.text) + len(social.Gap)
	r.text += social.Gap + shown
	r.page = &slice{start, start + len(shown)}
}

// addCard shows the page beneath the post that links to it, unless images
// stand there.
func (c *Channel) addCard(posts []record, post channels.Post) {
	last := &posts[len(posts)-1]
	if !post.HasPage || len(last.images) > 0 {
		return
	}
	last.card = &card{title: post.Title, description: social.Tidy(post.Summary)}
	if own := social.Tidy(post.Variant.Title); own != "" {
		last.card.title = own
	}
	if own := social.Tidy(post.Variant.Summary); own != "" {
		last.card.description = own
	}
}

// unsupported lists what an author asked for and the network does not have.
func unsupported(v channels.Variant) []channels.Problem {
	var problems []channels.Problem
	if strings.TrimSpace(v.Warning) != "" {
		problems = append(problems, channels.Problem{
			Field: "variant.warning", Says: "Bluesky shows no warning in an author's words", Try: "leave it out, and put it at the start of the text",
		})
	}
	if v.Visibility != "" && v.Visibility != "public" {
		problems = append(problems, channels.Problem{
			Field: "variant.visibility", Says: fmt.Sprintf("every post on Bluesky is public, %q is not known there", v.Visibility), Try: "leave it out",
		})
	}
	return problems
}
