package announcement

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"clarion/channels"
	"clarion/message"
)

// maxFileName is what file systems bear, in bytes.
const maxFileName = 255

func (p *problems) assets(assets []channels.Asset) {
	if len(assets) > message.MaxAssets {
		p.add("assets", fmt.Sprintf("there are %d; the limit is %d", len(assets), message.MaxAssets), "take some out")
		return
	}
	seen := map[string]bool{}
	for i, a := range assets {
		field := item("assets", i)
		p.assetName(field+".file", a.Name)
		p.oneLine(field+".alt", a.Alt, message.MaxField)
		if a.Alt == "" && isImage(a.Name) {
			p.add(field+".alt", fmt.Sprintf("the image %s has no alt text", message.Quote(a.Name)), "say in alt what it shows, for those who can't see it")
		}
		p.focus(field+".focus", a)
		folded := strings.ToLower(a.Name) // many file systems don't tell case apart
		if seen[folded] && folded != "" {
			p.add(field+".file", fmt.Sprintf("%s is listed twice", message.Quote(a.Name)), "list it once")
		}
		seen[folded] = true
	}
}

func (p *problems) assetName(field, name string) {
	const try = "name a file that lies beside the announcement, without a folder"
	switch {
	case strings.TrimSpace(name) == "":
		p.add(field, "there is no file", try)
	case strings.ContainsAny(name, `/\:`) || strings.Contains(name, "..") || name == ".":
		p.add(field, fmt.Sprintf("%s is a path, not the name of a file", message.Quote(name)), try)
	case unfitLine(name) != "":
		p.add(field, "the file's name "+unfitLine(name), "rename the file")
	case len(name) > maxFileName:
		p.add(field, fmt.Sprintf("the file's name has %d bytes; the limit is %d", len(name), maxFileName), "rename the file")
	}
}

// focus checks the point of an image that a crop keeps.
func (p *problems) focus(field string, a channels.Asset) {
	switch {
	case a.Focus == "":
	case !isImage(a.Name):
		p.add(field, "only an image has a focus", "delete it")
	case !isFocus(a.Focus):
		p.add(field, fmt.Sprintf("%s is no point in an image", message.Quote(a.Focus)),
			`write "x,y", both from -1 to 1, as in "0,0.5": 0,0 is the middle, -1 is left or bottom, 1 is right or top`)
	}
}

// isFocus tells two plain numbers from -1 to 1 with a comma between them.
func isFocus(s string) bool {
	x, y, ok := strings.Cut(s, ",")
	return ok && isShare(x) && isShare(y)
}

func isShare(s string) bool {
	const longest = 12 // characters: more is no care but a mistake
	strange := func(r rune) bool { return !strings.ContainsRune("-.0123456789", r) }
	if len(s) > longest || strings.ContainsFunc(s, strange) {
		return false
	}
	v, err := strconv.ParseFloat(s, 64)
	return err == nil && v >= -1 && v <= 1
}

// isImage goes by the ending alone; what is in the file is looked at later.
func isImage(name string) bool {
	images := []string{
		".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".jxl", ".apng", ".jfif",
	}
	return slices.Contains(images, strings.ToLower(path.Ext(name)))
}

func (p *problems) variants(variants map[string]channels.Variant) {
	if len(variants) > message.MaxChannels {
		p.add("variants", fmt.Sprintf("there are %d; the limit is %d", len(variants), message.MaxChannels), "take some out")
		return
	}
	for _, channel := range slices.Sorted(maps.Keys(variants)) {
		v := variants[channel]
		if says, try := unfitChannel(channel); says != "" {
			p.add("variants", says, try)
			continue
		}
		field := "variants[" + channel + "]"
		if v == (channels.Variant{}) {
			p.add(field, "it has no wording", "give a title, summary, text, warning or visibility, or delete it")
		}
		p.oneLine(field+".title", v.Title, message.MaxTitle)
		p.text(field+".summary", v.Summary, message.MaxSummary)
		p.block(field+".text", v.Text, message.MaxBody)
		p.oneLine(field+".warning", v.Warning, message.MaxField)
		p.oneLine(field+".visibility", v.Visibility, message.MaxField)
	}
}
