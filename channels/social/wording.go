// Package social holds what the social networks have in common: the words of a
// post, and how a long text becomes a thread.
//
// Failure rules. Nothing here does I/O or fails: what an author must mend comes
// back as problems, and a text is never cut. What no rule allows to be split,
// such as one word longer than a post, is a problem too.
package social

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"clarion/channels"
)

// Gap stands between title, summary and link.
const Gap = "\n\n"

// Wording is a post's text, and the field that an author would mend: the
// author's own text for the channel, or title and summary.
func Wording(post channels.Post) (field, text string) {
	if text := Tidy(post.Variant.Text); text != "" {
		return "variant.text", text
	}
	title := Tidy(first(post.Variant.Title, post.Title))
	summary := Tidy(first(post.Variant.Summary, post.Summary))
	switch {
	case title == "":
		return "title", ""
	case summary == "":
		return "title", title
	}
	return "summary", title + Gap + summary
}

func first(own, common string) string {
	if Tidy(own) != "" {
		return own
	}
	return common
}

// Tidy gives a text with Unix line ends and nothing around it.
func Tidy(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// Unfit gives the problem of a text that no network can take, or false.
func Unfit(field, text string) (channels.Problem, bool) {
	switch {
	case text == "":
		return channels.Problem{Field: field, Says: "there is nothing to post", Try: "write a title"}, true
	case unreadable(text):
		return channels.Problem{
			Field: field, Says: "the text holds a control character or is not UTF-8", Try: "remove what cannot be read",
		}, true
	}
	return channels.Problem{}, false
}

func unreadable(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, forbidden)
}

func forbidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// Images gives the images among a post's assets, and the problems of those
// without a description or with one over the limit in characters; 0 means no
// limit.
func Images(post channels.Post, altLimit int) ([]channels.Asset, []channels.Problem) {
	var images []channels.Asset
	var problems []channels.Problem
	for _, a := range post.Assets {
		if !a.Image() {
			continue
		}
		images = append(images, a)
		if p, bad := describe(a, altLimit); bad {
			problems = append(problems, p)
		}
	}
	return images, problems
}

func describe(a channels.Asset, limit int) (channels.Problem, bool) {
	p := channels.Problem{Field: "assets[" + a.Name + "]"}
	alt := strings.TrimSpace(a.Alt)
	switch n := utf8.RuneCountInString(alt); {
	case n == 0:
		p.Says, p.Try = "the image has no description", "write an alt text"
	case unreadable(alt):
		p.Says, p.Try = "the image's description holds a control character or is not UTF-8", "remove what cannot be read"
	case limit > 0 && n > limit:
		p.Says = fmt.Sprintf("the image's description has %d characters, the limit is %d", n, limit)
		p.Try = "shorten the alt text"
	default:
		return p, false
	}
	return p, true
}
