package webhook

import (
	"encoding/json"
	"fmt"

	"clarion/channels"
)

// Preview shows the event's words. Its length is the request's, in bytes; while
// nobody knows when it leaves, with the time of now.
func (c *channel) Preview(r channels.Rendering, v channels.Values) ([]channels.Preview, error) {
	if v.PublishedAt.IsZero() {
		v.PublishedAt = c.now()
	}
	body, err := fill(r, v)
	if err != nil {
		return nil, err
	}
	var event struct {
		Type string
		Data struct {
			URL, Title, Summary, Body, Language string
			Assets                              []channels.Asset
		}
	}
	if err := json.Unmarshal(body, &event); err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	p := channels.Preview{Length: len(body), Language: event.Data.Language, Card: event.Data.URL}
	p.Text = event.Type + "\n\n" + event.Data.Title
	for _, text := range []string{event.Data.Summary, event.Data.Body} {
		if text != "" {
			p.Text += "\n\n" + text
		}
	}
	for _, a := range event.Data.Assets {
		if a.Image() {
			p.Images = append(p.Images, channels.PreviewImage{SHA256: a.SHA256, Alt: a.Alt})
		}
	}
	return []channels.Preview{p}, nil
}
