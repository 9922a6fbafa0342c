package email

import (
	"mime"
	"strings"

	"clarion/channels"
)

// maxFilename is the greatest length of an asset's name in bytes: encoded, it
// stays within a line's 998.
const maxFilename = 255

// contentID names an image within the mail (RFC 2392).
func (p page) contentID(a channels.Asset) string {
	const enough = 32 // hex digits that tell the images of one mail apart
	return a.SHA256[:min(enough, len(a.SHA256))] + "@" + p.domain
}

// inline are the images that the HTML shows.
func (p page) inline(images []channels.Asset) []entity {
	var out []entity
	for _, a := range images {
		e := file(a, "inline")
		e.headers = append(e.headers, "Content-ID:\r\n <"+p.contentID(a)+">")
		out = append(out, e)
	}
	return out
}

func attachments(assets []channels.Asset) []entity {
	var out []entity
	for _, a := range assets {
		out = append(out, file(a, "attachment"))
	}
	return out
}

func file(a channels.Asset, disposition string) entity {
	return entity{
		kind: mediaType(a),
		headers: []string{
			"Content-Transfer-Encoding: base64",
			"Content-Disposition: " + disposition + filename(a.Name),
		},
		content: []channels.Part{{Slot: channels.AssetContent, Arg: a.SHA256, Form: channels.Base64Lines}},
	}
}

// mediaType is the asset's own without parameters. Composite types, which may
// not be in base64 (RFC 2045 6.4), and what is no type go as plain bytes.
func mediaType(a channels.Asset) string {
	kind, _, err := mime.ParseMediaType(a.MediaType)
	if err != nil || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") || !strings.Contains(kind, "/") {
		return "application/octet-stream"
	}
	return kind
}

// filename is the parameter of that name, encoded where needed (RFC 2231).
func filename(name string) string {
	value, ok := strings.CutPrefix(mime.FormatMediaType("x", map[string]string{"filename": name}), "x; ")
	if !ok {
		return ""
	}
	return ";\r\n " + value
}
