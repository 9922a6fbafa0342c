package mastodon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"clarion/channels"
)

// Preview shows each post with its images. What is deleted shows as nothing.
func (c *Channel) Preview(r channels.Rendering, v channels.Values) ([]channels.Preview, error) {
	doc, _ := r.Document(limitsName)
	facts, err := doc.Fill(v)
	if err != nil {
		return nil, err
	}
	l, err := limitsOf(facts)
	if err != nil {
		return nil, err
	}
	var all []channels.Preview
	for _, doc := range stepsOf(r) {
		if strings.HasPrefix(doc.Name, deleteName) {
			continue
		}
		p, err := preview(r, doc, v, l)
		if err != nil {
			return nil, fmt.Errorf("preview %s: %w", doc.Name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func preview(r channels.Rendering, doc channels.Document, v channels.Values, l limits) (channels.Preview, error) {
	v.ParentPost, v.MediaIDs = "0", map[string]string{}
	pictures := (channels.Rendering{Documents: []channels.Document{doc}}).Assets()
	for _, sum := range pictures {
		v.MediaIDs[sum] = sum
	}
	if v.PageAddress == "" {
		v.PageAddress = "[" + channels.PageAddress.String() + "]"
	}
	content, err := doc.Fill(v)
	if err != nil {
		return channels.Preview{}, err
	}
	var post struct {
		Text     string `json:"status"`
		Language string `json:"language"`
		Warning  string `json:"spoiler_text"`
	}
	if err := json.Unmarshal(content, &post); err != nil {
		return channels.Preview{}, err
	}
	p := channels.Preview{Text: post.Text, Limit: l.Characters, Language: post.Language, Warning: post.Warning}
	p.Length = l.plain(post.Warning) + l.length(doc, post.Text, v.PageAddress)
	if p.Images, err = images(r, pictures); err != nil {
		return channels.Preview{}, err
	}
	if linked(doc) && len(pictures) == 0 {
		p.Card = v.PageAddress
	}
	return p, nil
}

// length counts a text with the link to the page, which weighs what a link
// does wherever it leads.
func (l limits) length(doc channels.Document, text, page string) int {
	if own, ok := strings.CutSuffix(text, page); ok && linked(doc) && l.Mastodon {
		return l.count(own) + l.LinkWeight
	}
	return l.count(text)
}

// images reads the descriptions out of the uploads.
func images(r channels.Rendering, sums []string) ([]channels.PreviewImage, error) {
	var all []channels.PreviewImage
	for _, sum := range sums {
		doc, _ := r.Document(mediaName + sum)
		alt, err := description(doc)
		if err != nil {
			return nil, fmt.Errorf("read the description of image %s: %w", sum, err)
		}
		all = append(all, channels.PreviewImage{SHA256: sum, Alt: alt})
	}
	return all, nil
}

// description reads the first field of an upload.
func description(doc channels.Document) (string, error) {
	_, with, err := mime.ParseMediaType(doc.MediaType)
	if err != nil {
		return "", err
	}
	if len(doc.Parts) == 0 {
		return "", io.ErrUnexpectedEOF
	}
	field, err := multipart.NewReader(bytes.NewReader(doc.Parts[0].Literal), with["boundary"]).NextPart()
	if err != nil {
		return "", err
	}
	alt, err := io.ReadAll(field)
	return string(alt), err
}
