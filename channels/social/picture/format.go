package picture

import (
	"bytes"
	"image"
	colour "image/color" //nolint:misspell // the package's name
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
)

// format reads one kind of file.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func formats() map[string]format {
	return map[string]format{
		JPEG: {jpeg.DecodeConfig, jpeg.Decode},
		PNG:  {png.DecodeConfig, png.Decode},
		GIF:  {gif.DecodeConfig, gif.Decode},
	}
}

func decode(mediaType string, content []byte) (image.Image, error) {
	return formats()[mediaType].decode(bytes.NewReader(content))
}

// printed reports whether an image has the colours of print, which browsers
// show wrong or not at all.
func printed(c image.Config) bool { return c.ColorModel == colour.CMYKModel }

// Marks in a GIF (GIF89a specification, sections 18 to 26).
const (
	gifHeader     = 13 // signature and logical screen descriptor
	gifExtension  = 0x21
	gifImage      = 0x2c
	gifDescriptor = 9 // after the mark
)

// frames counts the images of a GIF without decoding them. One that is cut
// short counts as far as it goes.
func frames(content []byte) int {
	if len(content) < gifHeader {
		return 0
	}
	rest := after(content[gifHeader:], colours(content[10]))
	for n := 0; ; {
		if len(rest) == 0 {
			return n
		}
		switch rest[0] {
		case gifExtension: // mark, label, blocks
			rest = afterBlocks(after(rest, 2))
		case gifImage: // mark, descriptor, colours, code size, blocks
			n++
			if len(rest) <= gifDescriptor {
				return n
			}
			rest = afterBlocks(after(rest, 1+gifDescriptor+colours(rest[gifDescriptor])+1))
		default:
			return n
		}
	}
}

// colours gives the length of the colour table that flags announce, in bytes.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func after(b []byte, n int) []byte { return b[min(n, len(b)):] }

// afterBlocks skips blocks, each with its length before it, up to an empty one.
func afterBlocks(b []byte) []byte {
	for len(b) > 0 {
		n := int(b[0])
		b = after(b, 1+n)
		if n == 0 {
			break
		}
	}
	return b
}
