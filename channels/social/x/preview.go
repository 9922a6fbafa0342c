package x

import (
	"encoding/json"
	"fmt"
	"strings"

	"clarion/channels"
	"clarion/channels/social/x/xtext"
)

// Preview reads the posts off a rendering. A rendering that deletes shows
// none.
func (c *account) Preview(r channels.Rendering, v channels.Values) ([]channels.Preview, error) {
	d := channels.Delivery{Rendering: r, Values: v}
	var all []channels.Preview
	for _, name := range named(r, replyDocument, postPrefix) {
		text, err := textOf(d, name)
		if err != nil {
			return nil, fmt.Errorf("preview %s: %w", name, err)
		}
		images, err := shown(d, name)
		if err != nil {
			return nil, fmt.Errorf("preview the images of %s: %w", name, err)
		}
		p := channels.Preview{Text: text, Length: c.text.Count(text), Limit: xtext.Limit, Images: images}
		if v.PageAddress != "" && strings.HasSuffix(text, v.PageAddress) && len(images) == 0 {
			p.Card = v.PageAddress
		}
		all = append(all, p)
	}
	return all, nil
}

// shown lists the images of a post with their descriptions.
func shown(d channels.Delivery, name string) ([]channels.PreviewImage, error) {
	post, _ := d.Rendering.Document(name)
	var images []channels.PreviewImage
	for _, part := range post.Parts {
		if part.Slot != channels.MediaID {
			continue
		}
		document, _ := d.Rendering.Document(mediaPrefix + part.Arg)
		body, err := document.Fill(placeholders(d))
		if err != nil {
			return nil, err
		}
		var said struct {
			Metadata struct {
				Alt struct{ Text string } `json:"alt_text"`
			}
		}
		if err := json.Unmarshal(body, &said); err != nil {
			return nil, err
		}
		images = append(images, channels.PreviewImage{SHA256: part.Arg, Alt: said.Metadata.Alt.Text})
	}
	return images, nil
}
