package mastodon

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"clarion/channels"
	"clarion/channels/social"
)

// The names of the documents: one for each request, with its number or the sum
// of its image, and the limits they were made for.
const (
	limitsName = "limits"
	mediaName  = "media/"
	postName   = "post/"
	replyName  = "reply/"
	editName   = "edit/"
	deleteName = "delete/"
)

// Render makes a document for each request.
func (c *Channel) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	l, err := limitsOf(post.Facts)
	if err != nil {
		return channels.Rendering{}, []channels.Problem{{
			Field: "channel", Says: "what was learned of the server can't be read", Try: "submit the message again",
		}}
	}
	if problem, bad := aboutOriginal(post); bad {
		return channels.Rendering{}, []channels.Problem{problem}
	}
	if post.Action == channels.Delete {
		return deletions(post.OriginalPosts), nil
	}
	w := wording{post: post, limits: l, visibility: c.set.Visibility}
	if post.HasPage {
		w.page = l.page(social.Gap, c.base)
	}
	texts, problems := w.texts()
	images, more := w.images()
	if problems = append(problems, more...); len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	return w.rendering(texts, images), nil
}

// aboutOriginal gives the problem of an action that has no original to be
// about.
func aboutOriginal(post channels.Post) (channels.Problem, bool) {
	if post.Action == channels.Publish || post.OriginalPosts > 0 {
		return channels.Problem{}, false
	}
	return channels.Problem{
		Field: "channel", Says: "what the original published here is not known", Try: "publish a post of its own",
	}, true
}

func deletions(posts int) channels.Rendering {
	r := channels.Rendering{}
	for i := range posts {
		b := newBody()
		b.field("delete")
		b.slot(channels.ParentPost, "")
		r.Documents = append(r.Documents, b.document(deleteName+strconv.Itoa(i+1)))
	}
	return r
}

// wording is a post that is being put into words.
type wording struct {
	post       channels.Post
	limits     limits
	visibility string // unless the post has its own
	page       int    // what the link to the page counts with its gap; 0 without one
	warning    string
}

// texts gives the text of each post of a thread, without the link.
func (w *wording) texts() ([]string, []channels.Problem) {
	field, text := social.Wording(w.post)
	if problem, unfit := social.Unfit(field, text); unfit {
		return nil, []channels.Problem{problem}
	}
	if problem, bad := w.warn(); bad {
		return nil, []channels.Problem{problem}
	}
	if problem, bad := w.see(); bad {
		return nil, []channels.Problem{problem}
	}
	thread := social.Thread{
		Count: w.limits.count, Limit: w.limits.Characters - w.limits.plain(w.warning), Unit: unit, Last: w.page,
	}
	texts, problems := thread.Split(field, social.Opening(w.post)+text)
	if problem, bad := w.another(field, len(texts)); bad && len(problems) == 0 {
		problems = []channels.Problem{problem}
	}
	return texts, problems
}

// markup is the problem of a text that the server would change.
const markup = "this server takes out what looks like markup"

// warn takes over the warning, which counts in each post. It must leave half
// of the post.
func (w *wording) warn() (channels.Problem, bool) {
	w.warning = social.Tidy(w.post.Variant.Warning)
	if w.warning == "" {
		return channels.Problem{}, false
	}
	if problem, unfit := social.Unfit("variant.warning", w.warning); unfit {
		return problem, true
	}
	if w.limits.mangles(w.warning) {
		return channels.Problem{Field: "variant.warning", Says: markup, Try: "write it without <, > and &"}, true
	}
	n, most := w.limits.plain(w.warning), w.limits.Characters/2
	return channels.Problem{
		Field: "variant.warning", Says: fmt.Sprintf("the warning has %d %s, half a post has room for %d", n, unit, most),
		Try: "shorten the warning",
	}, n > most
}

// see takes over who may see the post.
func (w *wording) see() (channels.Problem, bool) {
	if own := w.post.Variant.Visibility; own != "" {
		w.visibility = own
	}
	return channels.Problem{
		Field: "variant.visibility", Says: fmt.Sprintf("%q is no visibility of this network", w.visibility),
		Try: `write "public", "unlisted" or "private"`,
	}, !slices.Contains(visibilities(), w.visibility)
}

// another gives the problem of an edit that would take more or fewer posts than
// there are.
func (w *wording) another(field string, posts int) (channels.Problem, bool) {
	return channels.Problem{
		Field: field,
		Says:  fmt.Sprintf("the corrected text takes another number of posts than the original: %d instead of %d", posts, w.post.OriginalPosts),
		Try:   "write a variant for this channel of about the original's length",
	}, w.post.Action == channels.Edit && posts != w.post.OriginalPosts
}

// plain counts a text whose links have no weight of their own, as a warning's.
func (l limits) plain(text string) int {
	if !l.Mastodon {
		return utf8.RuneCountInString(text)
	}
	return uniseg.GraphemeClusterCount(text)
}
