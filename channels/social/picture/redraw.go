package picture

import (
	"bytes"
	"fmt"
	"image"
	colour "image/color" //nolint:misspell // the package's name
	"image/jpeg"
	"image/png"
	"math"
	"slices"

	"golang.org/x/image/draw"
)

// minSide is the longest side, in pixels, below which an image is of no use.
const minSide = 320

// shrink is the step by which an image gets smaller until its file fits.
const shrink = 0.8

// redraw draws an image anew. A drawing, as PNG and GIF mostly are, stays
// without loss if it fits so.
func redraw(img image.Image, by turn, drawing bool, b Bounds) (Picture, error) {
	longest := max(img.Bounds().Dx(), img.Bounds().Dy())
	side := longest
	if b.Side > 0 {
		side = min(side, b.Side)
	}
	for small := scaled(img, side); ; small = scaled(small, side) {
		canvas := turned(small, by)
		if p, ok := encode(canvas, drawing, b); ok {
			return p, nil
		}
		if side <= minSide {
			return Picture{}, &UnfitError{
				fmt.Sprintf("the image can't be made to fit into %d bytes", b.Bytes), "use a simpler one",
			}
		}
		side = max(int(float64(side)*shrink), minSide)
	}
}

// scaled gives an image in sRGB whose longest side is at most the given one.
func scaled(img image.Image, side int) *image.RGBA {
	from := img.Bounds()
	ratio := min(1, float64(side)/float64(max(from.Dx(), from.Dy())))
	length := func(n int) int { return max(1, int(math.Round(float64(n)*ratio))) }
	to := image.NewRGBA(image.Rect(0, 0, length(from.Dx()), length(from.Dy())))
	if to.Rect.Size() == from.Size() {
		draw.Draw(to, to.Rect, img, from.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(to, to.Rect, img, from, draw.Src, nil)
	}
	return to
}

// turned gives an image upright.
func turned(img *image.RGBA, by turn) *image.RGBA {
	if by == upright {
		return img
	}
	from := turnedImage{img, by}
	to := image.NewRGBA(from.Bounds())
	draw.Draw(to, to.Rect, from, image.Point{}, draw.Src)
	return to
}

// encode gives the first file that fits, the best first.
func encode(img *image.RGBA, drawing bool, b Bounds) (Picture, bool) {
	p := Picture{Width: img.Rect.Dx(), Height: img.Rect.Dy(), Redrawn: true}
	if drawing && slices.Contains(b.Types, PNG) {
		if p.Content, p.MediaType = asPNG(img), PNG; len(p.Content) <= b.Bytes {
			return p, true
		}
	}
	if !slices.Contains(b.Types, JPEG) {
		return p, false
	}
	p.MediaType = JPEG
	flat := onWhite(img)
	for _, quality := range []int{90, 80, 70} {
		if p.Content = asJPEG(flat, quality); len(p.Content) <= b.Bytes {
			return p, true
		}
	}
	return p, false
}

// onWhite puts an image on white, since a JPEG can't be seen through.
func onWhite(img *image.RGBA) *image.RGBA {
	flat := image.NewRGBA(img.Rect)
	draw.Draw(flat, flat.Rect, image.NewUniform(colour.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, image.Point{}, draw.Over)
	return flat
}

func asPNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil { // a buffer takes everything
		panic("picture: an image that was drawn always encodes: " + err.Error())
	}
	return b.Bytes()
}

func asJPEG(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil { // a side over 65535 was scaled down
		panic("picture: an image that was drawn always encodes: " + err.Error())
	}
	return b.Bytes()
}
