package x

import (
	"fmt"
	"slices"
	"strings"

	"clarion/channels"
	"clarion/channels/social"
)

// X's limits for images.
const (
	maxImages = 4
	maxAlt    = 1000    // characters
	maxImage  = 5 << 20 // bytes
)

// imagesOf gives a post's images and what is wrong with them.
func imagesOf(post channels.Post) ([]channels.Asset, []channels.Problem) {
	images, problems := social.Images(post, maxAlt)
	images = unique(images)
	for _, image := range images {
		if p, bad := unfit(image); bad {
			problems = append(problems, p)
		}
	}
	if n := len(images); n > maxImages {
		problems = append(problems, channels.Problem{
			Field: "assets", Says: fmt.Sprintf("there are %d images, X takes %d", n, maxImages),
			Try: fmt.Sprintf("keep %d of them for this channel", maxImages),
		})
	}
	if len(images) > 1 && slices.ContainsFunc(images, animated) {
		problems = append(problems, channels.Problem{
			Field: "assets", Says: "X shows a GIF only alone", Try: "keep the GIF, or the other images",
		})
	}
	return images, problems
}

// animated takes every GIF for an animation, as X does.
func animated(a channels.Asset) bool { return a.MediaType == "image/gif" }

func unfit(a channels.Asset) (channels.Problem, bool) {
	p := channels.Problem{Field: "assets[" + a.Name + "]"}
	switch {
	case !slices.Contains([]string{"image/jpeg", "image/png", "image/webp", "image/gif"}, a.MediaType):
		p.Says = fmt.Sprintf("the image is %s, X takes JPEG, PNG, WebP and GIF", strings.TrimPrefix(a.MediaType, "image/"))
		p.Try = "save it as JPEG or PNG"
	case a.Size > maxImage:
		p.Says = fmt.Sprintf("the image has %.1f MB, X takes %.1f", megabytes(a.Size), megabytes(maxImage))
		p.Try = "save it smaller, or as JPEG"
	default:
		return p, false
	}
	return p, true
}

// megabytes are binary, rounded up: an image over the limit never looks as if
// it were at it.
func megabytes(size int64) float64 {
	const tenth = 1 << 20 / 10.0
	n := float64(size) / tenth
	if n > float64(int64(n)) {
		n = float64(int64(n)) + 1
	}
	return n / 10
}

// unique drops images that are there twice: X gets each once.
func unique(images []channels.Asset) []channels.Asset {
	var once []channels.Asset
	for _, a := range images {
		if !slices.ContainsFunc(once, func(b channels.Asset) bool { return a.SHA256 == b.SHA256 }) {
			once = append(once, a)
		}
	}
	return once
}

// upload is the body of POST /2/media/upload. Its boundary is the content's
// own SHA-256, which no content holds.
func upload(a channels.Asset) channels.Document {
	category := "tweet_image"
	if animated(a) {
		category = "tweet_gif"
	}
	head := "--" + a.SHA256 + "\r\nContent-Disposition: form-data; name=\"media_category\"\r\n\r\n" + category +
		"\r\n--" + a.SHA256 + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\"image\"\r\n" +
		"Content-Type: application/octet-stream\r\n\r\n"
	return channels.Document{
		Name: uploadPrefix + a.SHA256, MediaType: "multipart/form-data; boundary=" + a.SHA256,
		Parts: []channels.Part{
			{Literal: []byte(head)}, {Slot: channels.AssetContent, Arg: a.SHA256}, {Literal: []byte("\r\n--" + a.SHA256 + "--\r\n")},
		},
	}
}

// description is the body of POST /2/media/metadata.
func description(a channels.Asset) channels.Document {
	b := builder{}
	b.write(`{"id":"`)
	b.slot(channels.MediaID, a.SHA256)
	b.write(`","metadata":{"alt_text":{"text":"` + quoted(strings.TrimSpace(a.Alt)) + `"}}}`)
	return channels.Document{Name: mediaPrefix + a.SHA256, MediaType: jsonType, Parts: b.parts}
}
