package upload

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color" //nolint:misspell // the library's spelling
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
)

// secret stands in everything that must not come through.
const secret = "51.4816N 3.1791W, by Ann Price's phone"

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 17, 9))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	return m
}

func jpegOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifOf is an animation of some frames that goes on for ever.
func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 5, 4), color.Palette{color.Black, color.White}) //nolint:misspell // the library's spelling
	m.Pix[3] = 1
	g := &gif.GIF{}
	for range frames {
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// segment makes a segment of a JPEG.
func segment(marker byte, body string) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2))
	return append(out, body...)
}

// chunk makes a chunk of a PNG.
func chunk(kind, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, kind+body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+body)))
}

// extension makes an extension of a GIF out of its first block and another.
func extension(label byte, first, second string) []byte {
	out := []byte{gifExtension, label}
	for _, block := range []string{first, second} {
		if block != "" {
			out = append(append(out, byte(len(block))), block...)
		}
	}
	return append(out, 0)
}

// exifOf makes the body of an Exif segment that says which side is up, besides
// what tells where it was taken.
func exifOf(order binary.AppendByteOrder, mark string, turned uint16) string {
	out := []byte("Exif\x00\x00" + mark)
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 2)
	for _, entry := range [][3]uint32{{0x8825, 4, 64}, {tagOrientation, 3, uint32(turned)}} {
		out = order.AppendUint16(order.AppendUint16(out, uint16(entry[0])), uint16(entry[1]))
		out = order.AppendUint32(out, 1)
		if entry[1] == 3 {
			out = append(order.AppendUint16(out, uint16(entry[2])), 0, 0)
		} else {
			out = order.AppendUint32(out, entry[2])
		}
	}
	return string(out) + secret
}

// put inserts parts into a file.
func put(file []byte, at int, parts ...[]byte) []byte {
	return slices.Concat(file[:at], slices.Concat(parts...), file[at:])
}

// archive packs files, each a name and a content.
func archive(t testing.TB, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f[0], Method: zip.Store})
		if err == nil {
			_, err = part.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// strips takes a file of which only want may come through.
func strips(t *testing.T, name string, in, want []byte) {
	t.Helper()
	got, err := Take(name, in)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !bytes.Equal(got.Content, want) {
		t.Errorf("%s: %d bytes came through as %d, want %d:\n%q", name, len(in), len(got.Content), len(want), got.Content)
	}
	if strings.Contains(string(got.Content), "Ann") {
		t.Errorf("%s: it tells %q", name, got.Content)
	}
	same(t, name, in, got.Content)
}

// same holds that two files show the same pixels, and that the second is taken
// as it is.
func same(t *testing.T, name string, in, out []byte) {
	t.Helper()
	before, _, err := image.Decode(bytes.NewReader(in))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	after, _, err := image.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatalf("%s: afterwards: %v", name, err)
	}
	if before.Bounds() != after.Bounds() {
		t.Fatalf("%s: %v became %v", name, before.Bounds(), after.Bounds())
	}
	for y := range before.Bounds().Dy() {
		for x := range before.Bounds().Dx() {
			if before.At(x, y) != after.At(x, y) {
				t.Fatalf("%s: the pixel at %d, %d differs", name, x, y)
			}
		}
	}
	again, err := Take(name, out)
	if err != nil || !bytes.Equal(again.Content, out) {
		t.Errorf("%s: what was taken is not taken again as it is: %v", name, err)
	}
}

func refused(t *testing.T, name string, content []byte, says string) {
	t.Helper()
	_, err := Take(name, content)
	r, ok := errors.AsType[*Error](err)
	if !ok || !strings.Contains(r.Says, says) || r.Try == "" {
		t.Errorf("%s: %v, want a refusal that says %q and what to do", name, err, says)
	}
}
