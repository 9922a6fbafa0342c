package mastodon

import (
	"strconv"

	"clarion/channels"
	"clarion/channels/social"
)

func (w *wording) rendering(texts []string, images []picture) channels.Rendering {
	r := channels.Rendering{Documents: []channels.Document{w.limits.document()}}
	for _, i := range images {
		r.Documents = append(r.Documents, i.document())
	}
	for i, text := range texts {
		length := w.limits.count(text) + w.limits.plain(w.warning)
		last := i == len(texts)-1
		if last {
			length += w.page
		}
		r.Length = max(r.Length, length)
		r.Documents = append(r.Documents, w.document(i, text, last, images))
		images = nil // the first post shows them all
	}
	return r
}

// document writes the request for one post (methods/statuses).
func (w *wording) document(i int, text string, last bool, images []picture) channels.Document {
	b := newBody()
	b.field("status")
	if last && w.page > 0 {
		b.lead(text+social.Gap, channels.PageAddress)
	} else {
		b.value(text)
	}
	edit := w.post.Action == channels.Edit
	if !edit {
		b.field("visibility")
		b.value(w.visibility)
	}
	if language := languageOf(w.post.Language); language != "" {
		b.field("language")
		b.value(language)
	}
	w.warned(b, edit)
	w.pictured(b, images, edit)
	if name := w.name(i); !edit && name != postName+"1" {
		b.field("in_reply_to_id")
		b.slot(channels.ParentPost, "")
		return b.document(name)
	}
	return b.document(w.name(i))
}

// name is what the document of a post is called.
func (w *wording) name(i int) string {
	number := strconv.Itoa(i + 1)
	switch {
	case w.post.Action == channels.Edit:
		return editName + number
	case w.post.Action == channels.Reply && i == 0:
		return replyName + number
	default:
		return postName + number
	}
}

// warned writes the warning. An edit says it also if there is none, which takes
// away the one that was.
func (w *wording) warned(b *body, edit bool) {
	if w.warning == "" && !edit {
		return
	}
	b.field("spoiler_text")
	b.value(w.warning)
	b.field("sensitive")
	b.value(w.warning != "")
}

// pictured writes which images are shown. An edit says it also if there are
// none, and how each is described.
func (w *wording) pictured(b *body, images []picture, edit bool) {
	if len(images) == 0 && !edit {
		return
	}
	b.field("media_ids")
	b.raw("[")
	for i, m := range images {
		if i > 0 {
			b.raw(",")
		}
		b.slot(channels.MediaID, m.SHA256)
	}
	b.raw("]")
	if !edit || len(images) == 0 {
		return
	}
	b.field("media_attributes")
	b.raw("[")
	for i, m := range images {
		if i > 0 {
			b.raw(",")
		}
		m.attributes(b)
	}
	b.raw("]")
}
