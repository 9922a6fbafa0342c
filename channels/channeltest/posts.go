package channeltest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"clarion/channels"
)

// pixel is a PNG of one pixel.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="

// Post is a plain post that every channel must be able to render.
func Post() channels.Post {
	return channels.Post{
		Title: "Library opens on Sundays", Summary: "From May the central library opens from 10 to 4.",
		Body:     "The central library opens on **Sundays** from May.\n\nAdmission is free.",
		Language: "en-GB", Zone: "Europe/London", Department: "Culture", Topics: []string{"libraries"},
		Audiences: []channels.Audience{{Name: "public", Title: "The public", Public: true}},
		HasPage:   true,
	}
}

// Image is an image with its description; Attachment is a file that is not
// shown in place. Values carries the content of both.
func Image() channels.Asset {
	return asset("photo.png", "image/png", 1, "The new reading room")
}

// Attachment is a file that is not shown in place.
func Attachment() channels.Asset { return asset("plan.txt", "text/plain", 0, "") }

func asset(name, mediaType string, width int, alt string) channels.Asset {
	content := contentOf(mediaType)
	sum := sha256.Sum256(content)
	return channels.Asset{
		Name: name, MediaType: mediaType, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)),
		Width: width, Height: width, Alt: alt,
	}
}

func contentOf(mediaType string) []byte {
	if mediaType != "image/png" {
		return []byte("Ground floor, first floor, roof.\r\n")
	}
	content, err := base64.StdEncoding.DecodeString(pixel)
	if err != nil {
		panic("channeltest: the pixel is no base64: " + err.Error())
	}
	return content
}

// edited is the plain post with a change.
func edited(change func(p *channels.Post)) channels.Post {
	p := Post()
	change(&p)
	return p
}

// posts is the table that every kind renders, or refuses with problems.
func posts() map[string]channels.Post {
	return map[string]channels.Post{
		"plain":   Post(),
		"bare":    {Title: "Office closed", Body: "The office is closed today.", Language: "en", Zone: "UTC"},
		"no page": edited(func(p *channels.Post) { p.HasPage = false }),
		"right to left": edited(func(p *channels.Post) {
			p.Title, p.Language = "المكتبة تفتح أيام الأحد", "ar"
			p.Body = "تفتح المكتبة المركزية أبوابها كل يوم أحد (10:00-16:00)."
		}),
		"emoji with joiners": edited(func(p *channels.Post) {
			p.Title = "Families 👩‍👩‍👧‍👦 and flags 🏴󠁧󠁢󠁷󠁬󠁳󠁿 welcome 👍🏽"
			p.Summary = strings.Repeat("👩‍👩‍👧‍👦", 40)
		}),
		"long": edited(func(p *channels.Post) {
			p.Summary = strings.TrimSpace(strings.Repeat("long summary ", 75))
			p.Body = strings.Repeat("One more paragraph about the opening hours of the library.\n\n", 1000)
		}),
		"one long word": edited(func(p *channels.Post) { p.Body = strings.Repeat("x", 5000) }),
		"assets": edited(func(p *channels.Post) {
			p.Body = "Before.\n\n![The new reading room](photo.png)\n\nAfter."
			p.Assets = []channels.Asset{Image(), Attachment()}
		}),
		"variant": edited(func(p *channels.Post) {
			p.Variant = channels.Variant{Title: "Sundays!", Summary: "Open at last.", Text: "Open on Sundays from May."}
		}),
		"everything": edited(func(p *channels.Post) {
			p.Notes, p.Contact = "Photographs on request.", "Press office, 020 7946 0000"
			p.Embargo = time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
			p.Corrects = "Library opens on Saturdays"
			p.Assets = []channels.Asset{Image(), Attachment()}
			p.Audiences = append(p.Audiences, channels.Audience{Name: "press", Title: "The press"})
		}),
		"markup": edited(func(p *channels.Post) { p.Title, p.Summary = hostile()[0], hostile()[1] }),
	}
}

// hostile lists texts that try to be slots, markup or headers.
func hostile() []string {
	slot := channels.Rendering{Documents: []channels.Document{{
		Name: "x", Parts: []channels.Part{{Slot: channels.RecipientAddress, Form: channels.HTML}},
	}}}
	return []string{
		`</title><script>alert("x")</script>`, "]]> & <!-- -->", "{{.RecipientAddress}} {{page-address}} ${MessageID}",
		"%recipient-name% <recipient-address> [unsubscribe-link]", "PageAddress", "page-address",
		string(slot.Marshal()), "\x01\x00", "\x00", "x\r\nBcc: victim@example.org", "=?utf-8?q?=0D=0ABcc:?=",
		"https://news.example.org/news/library", "urn:uuid:00000000-0000-4000-8000-000000000000", "reader@example.org",
		"\"", "'", `\`, "--=_boundary", "\u202eevil", "\xff\xfe",
	}
}

// clone copies a post so that the two share no memory.
func clone(p channels.Post) channels.Post {
	p.Topics = slices.Clone(p.Topics)
	p.Audiences = slices.Clone(p.Audiences)
	p.Assets = slices.Clone(p.Assets)
	return p
}

// Values fills every slot of what a channel renders of this package's posts.
func Values(key string) channels.Values {
	at := time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)
	image, attachment := Image(), Attachment()
	return channels.Values{
		RecipientName: "Rhian Price", RecipientAddress: recipient,
		UnsubscribeLink: "https://news.example.org/u/opaque", MessageID: key,
		PublishedAt: at, UpdatedAt: at, OccurrenceDate: at,
		PageAddress: "https://news.example.org/news/library-opens-x7",
		EntryID:     "urn:uuid:5f0c0c7e-7b0a-4c53-9d43-3f2a1b0c9d8e", ParentPost: "parent-1",
		ParentHash: "parent-hash-1", RootPost: "root-1", RootHash: "root-hash-1",
		MediaIDs:  map[string]string{image.SHA256: "media-1", attachment.SHA256: "media-2"},
		AssetBase: "https://news.example.org/assets/",
		Asset: func(sum string) ([]byte, error) {
			if sum == image.SHA256 {
				return contentOf(image.MediaType), nil
			}
			return contentOf(attachment.MediaType), nil
		},
	}
}

// recipient must not show in a receipt or an error.
const recipient = "rhian.price@reader.example.org"
