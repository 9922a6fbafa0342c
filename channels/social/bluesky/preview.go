package bluesky

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"clarion/channels"
)

// parsedPost is a request to put a post, read back.
type parsedPost struct {
	Record struct {
		Text  string   `json:"text"`
		Langs []string `json:"langs"`
		Embed struct {
			Images []struct {
				Alt   string `json:"alt"`
				Image struct {
					Ref struct {
						Link string `json:"$link"`
					} `json:"ref"`
				} `json:"image"`
			} `json:"images"`
			External struct {
				URI string `json:"uri"`
			} `json:"external"`
		} `json:"embed"`
	} `json:"record"`
}

func parsePost(doc channels.Document, v channels.Values) (parsedPost, error) {
	var p parsedPost
	body, err := doc.Fill(v)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, fmt.Errorf("read %q: %w", doc.Name, err)
	}
	return p, nil
}

// Preview shows the posts as readers will see them; none for a deletion.
func (c *Channel) Preview(r channels.Rendering, v channels.Values) ([]channels.Preview, error) {
	v.MessageID, v.PublishedAt = "record-key", time.Unix(0, 0) // made at delivery, and not shown
	v.MediaIDs = map[string]string{}
	for _, sum := range r.Assets() {
		v.MediaIDs[sum] = leaving(r, sum)
	}
	v = v.StandIn(r)
	var all []channels.Preview
	for _, doc := range postsOf(r) {
		parsed, err := parsePost(doc, v)
		if err != nil {
			return nil, err
		}
		all = append(all, parsed.preview())
	}
	return all, nil
}

func (p parsedPost) preview() channels.Preview {
	shown := channels.Preview{
		Text: p.Record.Text, Length: length(p.Record.Text), Limit: maxLength, Card: p.Record.Embed.External.URI,
	}
	if len(p.Record.Langs) > 0 {
		shown.Language = p.Record.Langs[0]
	}
	for _, i := range p.Record.Embed.Images {
		shown.Images = append(shown.Images, channels.PreviewImage{SHA256: i.Image.Ref.Link, Alt: i.Alt})
	}
	return shown
}

// leaving gives the SHA-256 of the bytes that leave for an asset.
func leaving(r channels.Rendering, asset string) string {
	doc, ok := r.Document(mediaName(asset))
	if !ok || len(doc.Parts) != 1 || doc.Parts[0].Slot != channels.NoSlot {
		return asset
	}
	sum := sha256.Sum256(doc.Parts[0].Literal)
	return hex.EncodeToString(sum[:])
}
