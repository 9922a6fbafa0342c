package mastodon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"clarion/channels"
	"clarion/channels/social"
)

// picture is an asset as it is uploaded.
type picture struct {
	channels.Asset
	alt   string
	focus string // x,y; empty for the middle
}

// images gives the images of the post, and what the server would refuse.
func (w *wording) images() ([]picture, []channels.Problem) {
	assets, problems := social.Images(w.post, w.limits.AltLimit)
	if len(assets) > w.limits.Images {
		problems = append(problems, channels.Problem{
			Field: "assets", Says: fmt.Sprintf("there are %d images, the limit is %d", len(assets), w.limits.Images), Try: "leave some out",
		})
	}
	images := make([]picture, len(assets))
	for i, a := range assets {
		focus, ok := focusOf(a.Focus)
		images[i] = picture{Asset: a, alt: strings.TrimSpace(a.Alt), focus: focus}
		twice := slices.ContainsFunc(assets[:i], func(b channels.Asset) bool { return b.SHA256 == a.SHA256 })
		for _, fault := range w.limits.faults(a, ok, twice) {
			fault.Field = "assets[" + a.Name + "]"
			problems = append(problems, fault)
		}
	}
	return images, problems
}

// faults lists what the server would refuse of an image.
func (l limits) faults(a channels.Asset, focus, twice bool) []channels.Problem {
	var all []channels.Problem
	if !slices.Contains(l.ImageTypes, a.MediaType) {
		all = append(all, channels.Problem{
			Says: fmt.Sprintf("the server takes no images of type %s", a.MediaType), Try: "use one of " + strings.Join(l.ImageTypes, ", "),
		})
	}
	if a.Size > l.ImageBytes {
		all = append(all, channels.Problem{
			Says: fmt.Sprintf("the image has %d bytes, the limit is %d", a.Size, l.ImageBytes), Try: "use a smaller file",
		})
	}
	if pixels := int64(a.Width) * int64(a.Height); pixels > l.ImagePixels {
		all = append(all, channels.Problem{
			Says: fmt.Sprintf("the image has %d pixels, the limit is %d", pixels, l.ImagePixels), Try: "scale it down",
		})
	}
	if !focus {
		all = append(all, channels.Problem{Says: "the focus is no point of the image", Try: `write it as "x,y", each from -1 to 1`})
	}
	if l.mangles(a.Alt) {
		all = append(all, channels.Problem{Says: markup, Try: "write the alt text without <, > and &"})
	}
	if twice {
		all = append(all, channels.Problem{Says: "the same image is there twice", Try: "leave one out"})
	}
	return all
}

// focusOf reads a focus point; false if it is none.
func focusOf(point string) (string, bool) {
	if point == "" {
		return "", true
	}
	x, y, _ := strings.Cut(point, ",")
	for _, text := range []*string{&x, &y} {
		n, err := strconv.ParseFloat(strings.TrimSpace(*text), 64)
		if err != nil || math.IsNaN(n) || n < -1 || n > 1 {
			return "", false
		}
		*text = strconv.FormatFloat(n, 'f', -1, 64)
	}
	return x + "," + y, true
}

// document writes the upload (methods/media, RFC 7578): the image comes last.
func (m picture) document() channels.Document {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	check(form.SetBoundary(m.boundary()))
	check(form.WriteField("description", m.alt))
	if m.focus != "" {
		check(form.WriteField("focus", m.focus))
	}
	_, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", m.fileName())}, "Content-Type": {m.MediaType},
	})
	check(err)
	before := bytes.Clone(b.Bytes())
	b.Reset()
	check(form.Close())
	return channels.Document{
		Name: mediaName + m.SHA256, MediaType: form.FormDataContentType(),
		Parts: []channels.Part{{Literal: before}, {Slot: channels.AssetContent, Arg: m.SHA256}, {Literal: b.Bytes()}},
	}
}

// boundary gives one that the description does not hold.
func (m picture) boundary() string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(m.SHA256 + strconv.Itoa(n)))
		if boundary := hex.EncodeToString(sum[:]); !strings.Contains(m.alt, boundary) {
			return boundary
		}
	}
}

// fileName says no more than the type: an asset's own name is for the office.
func (m picture) fileName() string {
	_, suffix, _ := strings.Cut(m.MediaType, "/")
	return "image." + suffix
}

func check(err error) {
	if err != nil {
		panic("mastodon: writing to memory never fails: " + err.Error())
	}
}

// attributes writes how an image of a post that is there is described.
func (m picture) attributes(b *body) {
	b.raw(`{"id":`)
	b.slot(channels.MediaID, m.SHA256)
	b.raw(`,"description":`)
	b.value(m.alt)
	if m.focus != "" {
		b.raw(`,"focus":`)
		b.value(m.focus)
	}
	b.raw("}")
}
