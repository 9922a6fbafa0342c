package webfeed

import (
	"slices"
	"time"

	"clarion/channels"
	"clarion/channels/commonmark"
)

// jsonAuthor is an author of JSON Feed 1.1.
type jsonAuthor struct {
	Name string `json:"name"`
}

// json gives the message as an item of JSON Feed 1.1
// (https://www.jsonfeed.org/version/1.1/).
func (a article) json() []channels.Part {
	b := &builder{}
	b.raw(`{"id":"`)
	b.slot(channels.EntryID, channels.JSON)
	b.raw(`","url":"`)
	b.slot(channels.PageAddress, channels.JSON)
	b.raw(`","date_published":"`)
	b.slot(channels.PublishedAt, channels.TimeRFC3339)
	b.raw(`","date_modified":"`)
	b.slot(channels.UpdatedAt, channels.TimeRFC3339)
	b.raw(`",`)
	a.jsonImage(b)
	a.jsonAttachments(b)
	b.raw(`"content_html":`)
	b.jsonText(a.feedContent())
	b.raw("," + a.jsonFacts())
	return b.done()
}

func (a article) jsonFacts() string {
	facts := struct {
		Title    string       `json:"title"`
		Summary  string       `json:"summary,omitempty"`
		Language string       `json:"language"`
		Tags     []string     `json:"tags,omitempty"`
		Authors  []jsonAuthor `json:"authors,omitempty"`
	}{Title: a.Title, Summary: a.Summary, Language: a.tongue.tag, Tags: a.Topics}
	if a.Department != "" {
		facts.Authors = []jsonAuthor{{a.Department}}
	}
	return members(facts)
}

func (a article) jsonImage(b *builder) {
	i := slices.IndexFunc(a.Assets, channels.Asset.Image)
	if i < 0 {
		return
	}
	b.raw(`"image":"`)
	b.asset(a.Assets[i], channels.JSON)
	b.raw(`",`)
}

func (a article) jsonAttachments(b *builder) {
	if len(a.Assets) == 0 {
		return
	}
	b.raw(`"attachments":[`)
	for i, asset := range a.Assets {
		if i > 0 {
			b.raw(",")
		}
		b.raw(`{"url":"`)
		b.asset(asset, channels.JSON)
		b.raw(`",` + members(struct {
			MediaType string `json:"mime_type"`
			Title     string `json:"title"`
			Size      int64  `json:"size_in_bytes"`
		}{commonmark.Clean(asset.MediaType), oneLine(asset.Name), asset.Size}))
	}
	b.raw("],")
}

// Item is what Index shows of a message: the filled document "item" is one, as
// JSON.
type Item struct {
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Summary   string    `json:"summary,omitempty"`
	Published time.Time `json:"published"` // in the zone that its date is shown in
	Language  string    `json:"language"`  // BCP 47
}

func (a article) item() []channels.Part {
	b := &builder{}
	b.raw(`{"url":"`)
	b.slot(channels.PageAddress, channels.JSON)
	b.raw(`","published":"`)
	b.slot(channels.PublishedAt, channels.TimeRFC3339)
	b.raw(`",` + members(struct {
		Title    string `json:"title"`
		Summary  string `json:"summary,omitempty"`
		Language string `json:"language"`
	}{a.Title, a.Summary, a.tongue.tag}))
	return b.done()
}
