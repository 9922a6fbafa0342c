package webfeed

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// MaxDocuments is the greatest size of a message's documents together, in
// bytes without what fills their slots. A stored rendering has room for more
// (channels.MaxRendering).
const MaxDocuments = 16 << 20

// tooLarge reports documents over MaxDocuments. Escaping makes a text of many
// long addresses grow many times over.
func tooLarge(documents []channels.Document) *channels.Problem {
	size := 0
	for _, d := range documents {
		for _, p := range d.Parts {
			size += len(p.Literal)
		}
	}
	if size <= MaxDocuments {
		return nil
	}
	return &channels.Problem{
		Field: "body", Says: fmt.Sprintf("the page and feed entries would take %d bytes, the limit is %d", size, MaxDocuments),
		Try: "shorten the text and its addresses",
	}
}

// check lists what an author must mend before the post can be published.
func check(post channels.Post) []channels.Problem {
	var problems []channels.Problem
	add := func(field, says, try string) {
		problems = append(problems, channels.Problem{Field: field, Says: says, Try: try})
	}
	if post.Title == "" {
		add("title", "the message has no title", "write one")
	}
	if strings.TrimSpace(post.Body) == "" {
		add("body", "the message has no text", "write one")
	}
	if post.Action == channels.Edit && post.Summary == "" {
		add("summary", "a correction must say what changed", "write a summary: it stands on the page and in the public list of corrections")
	}
	if _, err := language.Parse(post.Language); err != nil {
		add("language", fmt.Sprintf("%q is no language tag", post.Language), "write one such as en-GB, cy or ar (BCP 47)")
	}
	if !reachesPublic(post.Audiences) {
		add("audiences", "a web feed is open to everyone, and none of the audiences is public",
			"add a public audience, or leave the web feed out")
	}
	problems = append(problems, checkText(post)...)
	return append(problems, checkAssets(post)...)
}

// reachesPublic is also true of a post without audiences: who is served is
// decided before rendering.
func reachesPublic(audiences []channels.Audience) bool {
	return len(audiences) == 0 || slices.ContainsFunc(audiences, func(a channels.Audience) bool { return a.Public })
}

func checkText(post channels.Post) []channels.Problem {
	problems := commonmark.Check(post.Body, post.Assets)
	if firstOf(post.Variant.Text) != "" {
		for i := range problems {
			problems[i].Field = "variant.text"
		}
	}
	for _, p := range commonmark.Check(post.Notes, post.Assets) {
		p.Field = "notes"
		problems = append(problems, p)
	}
	return problems
}

// checkAssets asks a description of every image that no text describes.
func checkAssets(post channels.Post) []channels.Problem {
	var problems []channels.Problem
	shown := shownImages(bodyHTML(post), notesHTML(post))
	for _, asset := range post.Assets {
		if asset.Image() && asset.Alt == "" && !slices.Contains(shown, asset.SHA256) {
			problems = append(problems, channels.Problem{
				Field: "assets[" + asset.Name + "]", Says: "the image has no description",
				Try: "write an alt text that says what it shows",
			})
		}
	}
	return problems
}
