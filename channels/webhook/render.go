package webhook

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/commonmark"
	"clarion/channels/receiver"
)

// docEvent is the rendering's one document: the body of the request.
const docEvent = "event"

// MaxEvent is how long an event may be, in bytes without what its slots are
// filled with. Common servers take 1 MiB and no more.
const MaxEvent = 900_000

// typeOf is the event's type, by what the rendering does.
func typeOf(a channels.Action) string {
	switch a {
	case channels.Edit:
		return "message.corrected"
	case channels.Delete:
		return "message.withdrawn"
	default:
		return "message.published"
	}
}

// Render makes the event. Its slots are PublishedAt, EntryID, and, if the
// message has a page, PageAddress and AssetAddress.
func (c *channel) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	post = inOwnWords(post)
	if problems := check(post); len(problems) > 0 {
		return channels.Rendering{}, problems
	}
	w := &writer{}
	event(w, post)
	if w.size > MaxEvent {
		return channels.Rendering{}, []channels.Problem{{
			Field: "body", Says: fmt.Sprintf("the event has %d bytes, the limit is %d", w.size, MaxEvent),
			Try: "write a shorter variant for this channel",
		}}
	}
	return channels.Rendering{Documents: []channels.Document{{Name: docEvent, MediaType: receiver.MediaType, Parts: w.done()}}, Length: w.size}, nil
}

func inOwnWords(post channels.Post) channels.Post {
	post.Title = first(post.Variant.Title, post.Title)
	post.Summary = first(post.Variant.Summary, post.Summary)
	post.Body = first(post.Variant.Text, post.Body)
	return post
}

func first(own, common string) string {
	if strings.TrimSpace(own) != "" {
		return own
	}
	return common
}

func event(w *writer, post channels.Post) {
	w.open("", '{')
	w.value("type", typeOf(post.Action))
	w.slot("timestamp", channels.Part{Slot: channels.PublishedAt, Form: channels.TimeRFC3339})
	w.open("data", '{')
	w.slot("entry_id", channels.Part{Slot: channels.EntryID, Form: channels.JSON})
	if post.HasPage {
		w.slot("url", channels.Part{Slot: channels.PageAddress, Form: channels.JSON})
	}
	words(w, post)
	assets(w, post)
	w.close('}')
	w.close('}')
}

func words(w *writer, post channels.Post) {
	w.value("title", post.Title)
	w.value("summary", post.Summary)
	w.value("language", post.Language)
	w.value("department", post.Department)
	w.value("topics", append([]string{}, post.Topics...)) // a list even if there are none
	w.value("audiences", append([]channels.Audience{}, post.Audiences...))
	if post.Corrects != "" {
		w.value("corrects", post.Corrects)
	}
	if post.Withdraws != "" {
		w.value("withdraws", post.Withdraws)
	}
	if !post.Embargo.IsZero() {
		w.value("embargo", post.Embargo.In(zone(post.Zone)).Format(time.RFC3339))
	}
	w.value("body", post.Body)
	w.text("body_html", inHTML(post, post.Body))
	w.value("notes", post.Notes)
	w.text("notes_html", inHTML(post, post.Notes))
	w.value("contact", post.Contact)
}

func zone(name string) *time.Location {
	if location, err := time.LoadLocation(name); err == nil {
		return location
	}
	return time.UTC
}

// inHTML shows images by their public address if they have one, and by the name
// of their file otherwise.
func inHTML(post channels.Post, body string) []channels.Part {
	return commonmark.HTML(body, post.Assets, func(a channels.Asset) channels.Part {
		if !post.HasPage {
			return channels.Part{Literal: []byte(html.EscapeString(url.PathEscape(a.Name)))}
		}
		return address(a, channels.HTML)
	})
}

func address(a channels.Asset, form channels.Form) channels.Part {
	return channels.Part{Slot: channels.AssetAddress, Arg: a.SHA256, Form: form}
}

func assets(w *writer, post channels.Post) {
	w.open("assets", '[')
	for _, a := range post.Assets {
		w.open("", '{')
		w.value("name", a.Name)
		w.value("media_type", a.MediaType)
		w.value("size", a.Size)
		w.value("sha256", a.SHA256)
		if a.Image() {
			w.value("width", a.Width)
			w.value("height", a.Height)
			w.value("alt", a.Alt)
		}
		if post.HasPage {
			w.slot("url", address(a, channels.JSON))
		}
		w.close('}')
	}
	w.close(']')
}
