package webfeed

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"clarion/channels"
	"clarion/channels/commonmark"
)

func bodyHTML(post channels.Post) []channels.Part {
	return commonmark.HTML(post.Body, post.Assets, assetSource)
}

// notesHTML stands under a heading of the second level.
func notesHTML(post channels.Post) []channels.Part {
	return commonmark.HTMLBelow(2, post.Notes, post.Assets, assetSource)
}

func assetSource(a channels.Asset) channels.Part {
	return channels.Part{Slot: channels.AssetAddress, Arg: a.SHA256, Form: channels.HTML}
}

// shownImages lists the SHA-256 of the images within texts.
func shownImages(texts ...[]channels.Part) []string {
	var sums []string
	for _, p := range slices.Concat(texts...) {
		if p.Slot == channels.AssetAddress {
			sums = append(sums, p.Arg)
		}
	}
	return sums
}

// compose gives all that stands below the summary, the same on the page and
// in the feeds: what became of the original, the body, images that the text does not
// show, attachments, notes to editors and the press contact.
func (a article) compose() []channels.Part {
	b := &builder{}
	body, notes := bodyHTML(a.Post), notesHTML(a.Post)
	a.standing(b)
	b.add(body)
	a.figures(b, shownImages(body, notes))
	a.attachments(b)
	if len(notes) > 0 {
		a.section(b, a.tongue.words.notes, func() { b.add(notes) })
	}
	a.contact(b)
	return b.done()
}

func (a article) section(b *builder, heading string, content func()) {
	b.raw("<section>\n")
	a.tongue.label(b, "h2", heading)
	b.raw("\n")
	content()
	b.raw("</section>\n")
}

func (a article) figures(b *builder, shown []string) {
	for _, asset := range a.Assets {
		if !asset.Image() || slices.Contains(shown, asset.SHA256) {
			continue
		}
		b.raw(`<figure><img src="`)
		b.add([]channels.Part{assetSource(asset)})
		b.put(`" alt="%s" width="%s" height="%s"></figure>`+"\n",
			oneLine(asset.Alt), fmt.Sprint(asset.Width), fmt.Sprint(asset.Height))
	}
}

func (a article) attachments(b *builder) {
	files := slices.DeleteFunc(slices.Clone(a.Assets), channels.Asset.Image)
	if len(files) == 0 {
		return
	}
	a.section(b, a.tongue.words.attachments, func() {
		b.raw("<ul>\n")
		for _, file := range files {
			b.raw(`<li><a href="`)
			b.add([]channels.Part{assetSource(file)})
			b.put(`" type="%s" download="%s"><bdi>%s</bdi></a> (<bdi>%s, %s</bdi>)</li>`+"\n",
				file.MediaType, oneLine(file.Name), oneLine(firstOf(file.Alt, file.Name)), fileType(file), fileSize(file.Size))
		}
		b.raw("</ul>\n")
	})
}

func (a article) contact(b *builder) {
	lines := strings.FieldsFunc(a.Contact, func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(l string) bool { return oneLine(l) == "" })
	if len(lines) == 0 {
		return
	}
	a.section(b, a.tongue.words.contact, func() {
		b.raw("<p>")
		for i, line := range lines {
			if i > 0 {
				b.raw("<br>\n")
			}
			b.put("<bdi>%s</bdi>", oneLine(line))
		}
		b.raw("</p>\n")
	})
}

// fileType is the ending of a file's name, such as PDF, or its media type.
func fileType(a channels.Asset) string {
	if ending := strings.TrimPrefix(path.Ext(oneLine(a.Name)), "."); ending != "" {
		return strings.ToUpper(ending)
	}
	return a.MediaType
}

// fileSize writes a size in bytes for people, in powers of 1000.
func fileSize(n int64) string {
	switch {
	case n < 1_000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d kB", (n+500)/1_000)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}
