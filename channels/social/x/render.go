package x

import (
	"fmt"
	"strings"
	"unicode"

	"clarion/channels"
	"clarion/channels/social"
	"clarion/channels/social/x/xtext"
)

// Names of a rendering's documents and of a send's steps.
const (
	replyDocument = "reply/1"
	postPrefix    = "post/"
	deletePrefix  = "delete/"
	uploadPrefix  = "upload/"
	mediaPrefix   = "media/"
)

const jsonType = "application/json"

// Render makes a document for each request that X gets: "upload/SUM" and
// "media/SUM" for an image and its description, "post/1" and on for the posts,
// "reply/1" for one that answers the original, "delete/1" and on for removals.
func (c *account) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	if post.Action == channels.Delete {
		return deletion(post)
	}
	texts, problems := c.texts(post)
	images, more := imagesOf(post)
	problems = append(append(problems, more...), notOnX(post)...)
	if len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	var r channels.Rendering
	for _, image := range images {
		r.Documents = append(r.Documents, upload(image), description(image))
	}
	for i, text := range texts {
		p := part{text: text, reply: i > 0 || post.Action == channels.Reply, link: post.HasPage && i == len(texts)-1}
		if i == 0 {
			p.images = images
		}
		r.Documents = append(r.Documents, p.document(documentName(post.Action, i+1)))
		r.Length = max(r.Length, c.length(text, p.link))
	}
	return r, nil
}

func documentName(action channels.Action, n int) string {
	if action == channels.Reply && n == 1 {
		return replyDocument
	}
	return step(postPrefix, n)
}

func step(prefix string, n int) string { return fmt.Sprintf("%s%d", prefix, n) }

// texts gives the text of each post, or what an author must mend.
func (c *account) texts(post channels.Post) ([]string, []channels.Problem) {
	if post.Action == channels.Edit {
		return nil, []channels.Problem{{Field: "channels", Says: "X lets nobody edit a post by its interface", Try: "answer the post, or delete it"}}
	}
	field, text := social.Wording(post)
	if p, unfit := social.Unfit(field, text); unfit {
		return nil, []channels.Problem{p}
	}
	if strings.ContainsFunc(text, xtext.Refused) || strings.ContainsFunc(text, unassigned) {
		return nil, []channels.Problem{{Field: field, Says: "the text holds a character that X does not take", Try: "remove what cannot be seen"}}
	}
	text = opening(post) + text
	thread := social.Thread{Count: c.text.Count, Limit: xtext.Limit, Unit: unit}
	if post.HasPage {
		thread.Last = len(social.Gap) + xtext.LinkWeight
	}
	return thread.Split(field, text)
}

// unassigned is a character that Unicode keeps for no text (U+FDD0 and on, and
// the last two of each plane).
func unassigned(r rune) bool { return unicode.Is(unicode.Noncharacter_Code_Point, r) }

func (c *account) length(text string, link bool) int {
	if !link {
		return c.text.Count(text)
	}
	return c.text.Count(text) + len(social.Gap) + xtext.LinkWeight
}

// notOnX names what an author wrote for a network that knows it.
func notOnX(post channels.Post) []channels.Problem {
	var problems []channels.Problem
	if post.Variant.Warning != "" {
		problems = append(problems, channels.Problem{
			Field: "variant.warning", Says: "X hides no text behind a warning", Try: "remove the warning from this channel's variant",
		})
	}
	if post.Variant.Visibility != "" {
		problems = append(problems, channels.Problem{
			Field: "variant.visibility", Says: "posts on X are public", Try: "remove the visibility from this channel's variant",
		})
	}
	return problems
}

// deletion has a document for each post of the original.
func deletion(post channels.Post) (channels.Rendering, []channels.Problem) {
	if post.OriginalPosts < 1 || post.OriginalPosts > social.MaxPosts {
		return channels.Rendering{}, []channels.Problem{{
			Field: "channels", Says: fmt.Sprintf("the original has %d posts here", post.OriginalPosts), Try: "delete what was published by hand",
		}}
	}
	var r channels.Rendering
	for n := range post.OriginalPosts {
		r.Documents = append(r.Documents, channels.Document{Name: step(deletePrefix, n+1), MediaType: jsonType, Parts: []channels.Part{
			{Literal: []byte(`{"delete":"`)}, {Slot: channels.ParentPost, Form: channels.JSON}, {Literal: []byte(`"}`)},
		}})
	}
	return r, nil
}
