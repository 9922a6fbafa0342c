package rehearsal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"clarion/channels"
)

// gap stands between title, summary and link.
const gap = "\n\n"

// picture is how an image is described in the document "media". The image
// itself is no part of the rendering: its sum ties it to the approval.
type picture struct {
	Alt       string `json:"alt"`
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"`
}

// Render makes the document "post", and "media" if there are images.
func (n network) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	field, text := wording(post)
	length := n.length(text, post.HasPage)
	problems := append(n.textProblems(field, text, length), mediaProblems(post.Assets)...)
	if len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	r := channels.Rendering{Documents: []channels.Document{document(text, post.HasPage)}, Length: length}
	if media, ok := describe(post.Assets); ok {
		r.Documents = append(r.Documents, media)
	}
	return r, nil
}

// wording is the post's text and the field that an author would mend.
func wording(post channels.Post) (field, text string) {
	if text := tidy(post.Variant.Text); text != "" {
		return "variant.text", text
	}
	title := tidy(first(post.Variant.Title, post.Title))
	summary := tidy(first(post.Variant.Summary, post.Summary))
	switch {
	case title == "":
		return "title", ""
	case summary == "":
		return "title", title
	}
	return "summary", title + gap + summary
}

func first(own, common string) string {
	if tidy(own) != "" {
		return own
	}
	return common
}

func tidy(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// length counts what a reader sees as one character as one (UAX #29), and a
// link by its weight, however long its address is.
func (n network) length(text string, link bool) int {
	count := uniseg.GraphemeClusterCount(text)
	if link {
		count += len(gap) + n.LinkWeight
	}
	return count
}

func document(text string, link bool) channels.Document {
	d := channels.Document{Name: "post", MediaType: "text/plain; charset=utf-8"}
	if !link {
		d.Parts = []channels.Part{{Literal: []byte(text)}}
		return d
	}
	d.Parts = []channels.Part{{Literal: []byte(text + gap)}, {Slot: channels.PageAddress}}
	return d
}

func (n network) textProblems(field, text string, length int) []channels.Problem {
	switch {
	case text == "":
		return []channels.Problem{{Field: field, Says: "there is nothing to post", Try: "write a title"}}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, forbidden):
		return []channels.Problem{{
			Field: field, Says: "the text holds a control character or is not UTF-8", Try: "remove what cannot be read",
		}}
	case length > n.Limit:
		return []channels.Problem{{
			Field: field,
			Says:  fmt.Sprintf("the text has %d %s, the limit is %d", length, n.Unit, n.Limit),
			Try:   fmt.Sprintf("write a variant for this channel that is %d shorter", length-n.Limit),
		}}
	}
	return nil
}

func forbidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

func mediaProblems(assets []channels.Asset) []channels.Problem {
	var problems []channels.Problem
	for _, a := range assets {
		if a.Image() && strings.TrimSpace(a.Alt) == "" {
			problems = append(problems, channels.Problem{
				Field: "assets[" + a.Name + "]", Says: "the image has no description", Try: "write an alt text",
			})
		}
	}
	return problems
}

// describe gives the document "media", or false if there is no image.
func describe(assets []channels.Asset) (channels.Document, bool) {
	var pictures []picture
	for _, a := range assets {
		if a.Image() {
			pictures = append(pictures, picture{Alt: a.Alt, MediaType: a.MediaType, SHA256: a.SHA256})
		}
	}
	if len(pictures) == 0 {
		return channels.Document{}, false
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // it is read as it stands
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(pictures); err != nil {
		panic("rehearsal: a description always marshals: " + err.Error())
	}
	return channels.Document{
		Name: "media", MediaType: "application/json", Parts: []channels.Part{{Literal: b.Bytes()}},
	}, true
}
