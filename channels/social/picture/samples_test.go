package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	colour "image/color" //nolint:misspell // the package's name
	"image/gif"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// network is what most tests fit to.
var network = Bounds{Types: []string{JPEG, PNG}, Bytes: 100_000, Side: 600}

// corners is an image whose corners tell which way up it is: red at the top
// left, then green, blue and white, clockwise.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	quarter := func(x, y int) colour.RGBA {
		switch {
		case x < w/2 && y < h/2:
			return colour.RGBA{255, 0, 0, 255}
		case y < h/2:
			return colour.RGBA{0, 255, 0, 255}
		case x >= w/2:
			return colour.RGBA{0, 0, 255, 255}
		}
		return colour.RGBA{255, 255, 255, 255}
	}
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, quarter(x, y))
		}
	}
	return img
}

// namesOf reads the corners clockwise from the top left.
func namesOf(img image.Image) string {
	b := img.Bounds().Inset(3)
	name := func(x, y int) string {
		r, g, bl, _ := img.At(x, y).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000 && bl > 0x8000:
			return "w"
		case r > 0x8000:
			return "r"
		case g > 0x8000:
			return "g"
		}
		return "b"
	}
	return name(b.Min.X, b.Min.Y) + name(b.Max.X, b.Min.Y) + name(b.Max.X, b.Max.Y) + name(b.Min.X, b.Max.Y)
}

// noise can't be made small by any encoder.
func noise(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32()) // any byte will do
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func jpegOf(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// withTurn puts an Exif segment with a turn into a JPEG.
func withTurn(content []byte, by uint16) []byte {
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	exif = binary.BigEndian.AppendUint16(exif, by)
	exif = append(exif, 0, 0, 0, 0, 0, 0)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2)) // a few bytes
	return append(append(append([]byte(nil), content[:2]...), append(segment, exif...)...), content[2:]...)
}

func gifOf(tb testing.TB, w, h, frames int) []byte {
	tb.Helper()
	anim := &gif.GIF{}
	for i := range frames {
		frame := image.NewPaletted(image.Rect(0, 0, w, h), colour.Palette{colour.Black, colour.White, colour.Transparent})
		frame.SetColorIndex(i%w, 0, 1)
		anim.Image, anim.Delay = append(anim.Image, frame), append(anim.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, anim); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// pngHeader is a PNG that announces a size and has no pixels.
func pngHeader(w, h uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = append(binary.BigEndian.AppendUint32(chunk, h), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(b, chunk...), crc32.ChecksumIEEE(chunk))
}
