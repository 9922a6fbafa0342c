package picture

import (
	"bytes"
	"image"
	colour "image/color" //nolint:misspell // the package's name

	"github.com/bep/imagemeta"
)

// turn is how an image must be turned to stand upright, as a camera wrote it
// (Exif 2.32, tag Orientation).
type turn uint16

const (
	upright    turn = 1
	lastTurn   turn = 8
	sideways   turn = 5 // from here on width and height change places
	orientated      = "Orientation"
)

// turnOf reads a photograph's turn; upright if it has none that makes sense.
func turnOf(mediaType string, content []byte) turn {
	format, ok := map[string]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG}[mediaType]
	if !ok {
		return upright
	}
	found := upright
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(content), ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return t.Tag == orientated && t.Namespace == "IFD0" },
		HandleTag: func(t imagemeta.TagInfo) error {
			if n, ok := t.Value.(uint16); ok && turn(n) >= upright && turn(n) <= lastTurn {
				found = turn(n)
			}
			return imagemeta.ErrStopWalking
		},
	})
	if err != nil { // broken metadata says nothing
		return upright
	}
	return found
}

// turnedImage shows an image upright.
type turnedImage struct {
	image.Image
	by turn
}

func (t turnedImage) Bounds() image.Rectangle {
	w, h := t.Image.Bounds().Dx(), t.Image.Bounds().Dy()
	if t.by >= sideways {
		w, h = h, w
	}
	return image.Rect(0, 0, w, h)
}

// At finds the stored pixel behind an upright one.
func (t turnedImage) At(x, y int) colour.Color { //nolint:misspell // the type's name
	b := t.Image.Bounds()
	right, bottom := b.Dx()-1, b.Dy()-1
	switch t.by {
	case 2:
		x = right - x
	case 3:
		x, y = right-x, bottom-y
	case 4:
		y = bottom - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, bottom-x
	case 7:
		x, y = right-y, bottom-x
	case 8:
		x, y = right-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
