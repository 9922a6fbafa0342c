package rehearsal

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/rivo/uniseg"

	"clarion/channels"
	"clarion/channels/social"
)

// picture is how an image is described in the document "media". The image
// itself is no part of the rendering: its sum ties it to the approval.
type picture struct {
	Alt       string `json:"alt"`
	MediaType string `json:"media_type"`
	SHA256    string `json:"sha256"`
}

// Render makes the document "post", and "media" if there are images.
func (n network) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	field, text := social.Wording(post)
	length := n.length(text, post.HasPage)
	images, problems := social.Images(post, 0)
	problems = append(n.textProblems(field, text, length), problems...)
	if len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	r := channels.Rendering{Documents: []channels.Document{document(text, post.HasPage)}, Length: length}
	if media, ok := describe(images); ok {
		r.Documents = append(r.Documents, media)
	}
	return r, nil
}

// length counts what a reader sees as one character as one (UAX #29), and a
// link by its weight, however long its address is.
func (n network) length(text string, link bool) int {
	count := uniseg.GraphemeClusterCount(text)
	if link {
		count += len(social.Gap) + n.LinkWeight
	}
	return count
}

func document(text string, link bool) channels.Document {
	d := channels.Document{Name: "post", MediaType: "text/plain; charset=utf-8"}
	if !link {
		d.Parts = []channels.Part{{Literal: []byte(text)}}
		return d
	}
	d.Parts = []channels.Part{{Literal: []byte(text + social.Gap)}, {Slot: channels.PageAddress}}
	return d
}

func (n network) textProblems(field, text string, length int) []channels.Problem {
	if p, unfit := social.Unfit(field, text); unfit {
		return []channels.Problem{p}
	}
	if length <= n.Limit {
		return nil
	}
	return []channels.Problem{{
		Field: field,
		Says:  fmt.Sprintf("the text has %d %s, the limit is %d", length, n.Unit, n.Limit),
		Try:   fmt.Sprintf("write a variant for this channel that is %d shorter", length-n.Limit),
	}}
}

// describe gives the document "media", or false if there is no image.
func describe(images []channels.Asset) (channels.Document, bool) {
	if len(images) == 0 {
		return channels.Document{}, false
	}
	pictures := make([]picture, len(images))
	for i, a := range images {
		pictures[i] = picture{Alt: a.Alt, MediaType: a.MediaType, SHA256: a.SHA256}
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
