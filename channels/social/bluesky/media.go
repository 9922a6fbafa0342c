package bluesky

import (
	"errors"
	"fmt"

	"clarion/channels"
	"clarion/channels/social"
	fit "clarion/channels/social/picture"
)

// picture is an image of a post (lexicon app.bsky.embed.images).
type picture struct {
	sum           string // SHA-256 of the asset, whatever bytes leave
	alt           string
	mediaType     string
	size          int // bytes that leave
	width, height int
	redrawn       []byte // what leaves in place of the asset; nil for the asset itself
}

// write writes the image with its blob, which the upload's answer completes.
func (p picture) write(b *body) {
	b.raw(`{"alt":`)
	b.value(p.alt)
	b.raw(`,"image":{"$type":"blob","ref":{"$link":`)
	b.slot(channels.MediaID, p.sum)
	b.raw(`},"mimeType":`)
	b.value(p.mediaType)
	b.raw(`,"size":`)
	b.value(p.size)
	b.raw(`},"aspectRatio":{"width":`)
	b.value(p.width)
	b.raw(`,"height":`)
	b.value(p.height)
	b.raw("}}")
}

// upload is the request that uploads the image (com.atproto.repo.uploadBlob):
// its body is the image's bytes.
func (p picture) upload() channels.Document {
	d := channels.Document{Name: mediaName(p.sum), MediaType: p.mediaType}
	if p.redrawn != nil {
		d.Parts = []channels.Part{{Literal: p.redrawn}}
	} else {
		d.Parts = []channels.Part{{Slot: channels.AssetContent, Arg: p.sum}}
	}
	return d
}

func mediaName(sum string) string { return "media/" + sum }

// bounds are what the network takes of an image.
func bounds() fit.Bounds {
	return fit.Bounds{Types: []string{fit.JPEG, fit.PNG}, Bytes: maxImage, Side: imageSide}
}

// pictures gives a post's images as they will leave.
func pictures(post channels.Post) ([]picture, []channels.Problem) {
	images, problems := social.Images(post, maxAlt)
	if len(images) > maxImages {
		problems = append(problems, channels.Problem{
			Field: "assets", Says: fmt.Sprintf("there are %d images, a post has at most %d", len(images), maxImages),
			Try: fmt.Sprintf("leave out %d", len(images)-maxImages),
		})
		return nil, problems
	}
	all := make([]picture, 0, len(images))
	for _, a := range images {
		p, problem := pictureOf(a, post.Content)
		if problem != nil {
			problems = append(problems, *problem)
		}
		all = append(all, p)
	}
	return all, problems
}

func pictureOf(a channels.Asset, content func(string) ([]byte, error)) (picture, *channels.Problem) {
	if content == nil {
		return unseen(a)
	}
	problem := &channels.Problem{Field: "assets[" + a.Name + "]"}
	original, err := content(a.SHA256)
	if err != nil {
		problem.Says, problem.Try = "the image can't be read: "+err.Error(), "add it again"
		return picture{}, problem
	}
	fitted, err := fit.Fit(original, bounds())
	if unfit, ok := errors.AsType[*fit.UnfitError](err); ok {
		problem.Says, problem.Try = unfit.Says, unfit.Try
		return picture{}, problem
	}
	p := picture{
		sum: a.SHA256, alt: a.Alt, mediaType: fitted.MediaType, size: len(fitted.Content),
		width: fitted.Width, height: fitted.Height,
	}
	if fitted.Redrawn {
		p.redrawn = fitted.Content
	}
	return p, nil
}

// unseen goes by what is known of an image whose content is not at hand.
func unseen(a channels.Asset) (picture, *channels.Problem) {
	if a.Size > maxImage || a.MediaType == fit.GIF {
		return picture{}, &channels.Problem{
			Field: "assets[" + a.Name + "]",
			Says:  fmt.Sprintf("the image is of type %s and has %d bytes; Bluesky takes JPEG and PNG of at most %d", a.MediaType, a.Size, maxImage),
			Try:   "make it smaller",
		}
	}
	return picture{
		sum: a.SHA256, alt: a.Alt, mediaType: a.MediaType, size: int(a.Size), width: a.Width, height: a.Height,
	}, nil
}
