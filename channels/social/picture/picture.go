// Package picture fits an image to what a network takes.
//
// Failure rules. An image that fits already is left as it is, byte for byte.
// One that must change is drawn anew: upright, in sRGB colours, without
// metadata, and small enough. Equal images give equal bytes. What can't be
// fitted is an *UnfitError with words for an author. Dimensions are read before
// anything is decoded, and an image with too many pixels is refused then.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"slices"
)

// The media types that Fit reads.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	GIF  = "image/gif"
)

// MaxPixels is how many pixels an image may have, width × height.
const MaxPixels = 50_000_000

// Bounds are what a destination takes.
type Bounds struct {
	Types []string // media types, such as JPEG
	Bytes int      // of the file
	// Side is the longest side, in pixels, of an image that is drawn anew. One
	// that fits as it is may be larger.
	Side int
}

// Picture is an image that fits.
type Picture struct {
	Content   []byte
	MediaType string
	Width     int // as a reader sees it
	Height    int
	Redrawn   bool // Content is not what was given
}

// UnfitError says why an image can't be fitted, in words for its author.
type UnfitError struct {
	Says string // "the image is animated"
	Try  string // what to do
}

func (e *UnfitError) Error() string { return e.Says + "; " + e.Try }

// Fit gives the image within the bounds. An error is an *UnfitError.
func Fit(content []byte, b Bounds) (Picture, error) {
	mediaType := http.DetectContentType(content)
	config, err := inspect(mediaType, content)
	if err != nil {
		return Picture{}, err
	}
	img, err := decode(mediaType, content)
	if err != nil {
		return Picture{}, &UnfitError{"the image can't be read whole", "save it again as PNG or JPEG"}
	}
	turned := turnOf(mediaType, content)
	if slices.Contains(b.Types, mediaType) && len(content) <= b.Bytes && turned == upright && !printed(config) {
		return Picture{Content: content, MediaType: mediaType, Width: config.Width, Height: config.Height}, nil
	}
	return redraw(img, turned, mediaType != JPEG, b)
}

// inspect reads an image's header.
func inspect(mediaType string, content []byte) (image.Config, error) {
	read, ok := formats()[mediaType]
	if !ok {
		return image.Config{}, &UnfitError{fmt.Sprintf("a file of type %s is no image that can be posted", mediaType), "use PNG, JPEG or GIF"}
	}
	config, err := read.config(bytes.NewReader(content))
	if err != nil {
		return config, &UnfitError{"the image can't be read", "save it again as PNG or JPEG"}
	}
	if tooLarge(config.Width, config.Height) {
		return config, &UnfitError{
			fmt.Sprintf("the image has %d × %d pixels, the limit is %d million", config.Width, config.Height, MaxPixels/1_000_000),
			"make it smaller",
		}
	}
	if mediaType == GIF && frames(content) > 1 {
		return config, &UnfitError{"the image is animated", "use a still image"}
	}
	return config, nil
}

func tooLarge(width, height int) bool {
	return width < 1 || height < 1 || width > MaxPixels/height
}
