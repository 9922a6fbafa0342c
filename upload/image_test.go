package upload

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/gif"
	"slices"
	"strings"
	"testing"
)

const jfif = "JFIF\x00\x01\x02\x00\x00\x48\x00\x48"

func TestJPEG(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t)
	icc, adobe := segment(0xE2, "ICC_PROFILE\x00\x01\x01colours"), segment(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01")
	short := segment(0xE0, jfif+"\x00\x00")
	hidden := slices.Concat(
		segment(0xE1, exifOf(binary.BigEndian, "MM\x00*", 1)), segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x>"+secret), segment(0xED, "Photoshop 3.0\x00"+secret),
		segment(0xFE, secret), segment(0xE0, "JFXX\x00\x10"+secret), segment(0xE2, "MPF\x00"+secret), segment(0xE2, secret), segment(0xEF, secret), segment(0xE5, ""),
	)
	strips(t, "plain.jpg", plain, plain)
	strips(t, "hidden.jpeg", put(plain, 2, hidden), plain)
	strips(t, "tail.JPG", append(bytes.Clone(plain), "<script>"+secret...), plain)
	strips(t, "second picture.jpg", append(bytes.Clone(plain), plain...), plain)
	strips(t, "fill.jpg", put(plain, 2, []byte{0xFF, 0xFF, 0xFF}), plain)
	strips(t, "colours.jpg", put(plain, 2, hidden, icc, adobe), put(plain, 2, icc, adobe))
	strips(t, "thumbnail.jpg", put(plain, 2, segment(0xE0, jfif+"\x01\x01Ann")), put(plain, 2, short))
	strips(t, "between.jpg", put(plain, len(plain)-2, segment(0xFE, secret)), plain)
}

// Which side is up stays, in the same bytes whatever wrote it.
func TestOrientation(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t)
	for turned := range uint16(10) {
		want := plain
		if turned >= 2 && turned <= 8 {
			want = put(plain, 2, segment(0xE1, string(orientationOnly([]byte(exifOf(binary.BigEndian, "MM\x00*", turned))[6:]))))
			if orientation(want[12:]) != turned {
				t.Errorf("%d is written as %d", turned, orientation(want[12:]))
			}
		}
		strips(t, fmt.Sprintf("big %d.jpg", turned), put(plain, 2, segment(0xE1, exifOf(binary.BigEndian, "MM\x00*", turned))), want)
		strips(t, fmt.Sprintf("little %d.jpg", turned), put(plain, 2, segment(0xE1, exifOf(binary.LittleEndian, "II*\x00", turned))), want)
	}
	whole := exifOf(binary.BigEndian, "MM\x00*", 6)[6:]
	for _, tiff := range []string{"", "MM", "MM\x00*", "MM\x00*\xff\xff\xff\xff", "II*\x00\x08\x00\x00\x00\xff\xff", "XX\x00*\x00\x00\x00\x08", whole[:20], whole[:30]} {
		if got := orientationOnly([]byte(tiff)); got != nil {
			t.Errorf("%q says %q", tiff, got)
		}
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	plain := pngOf(t)
	const head = 8 + 25 // signature and IHDR
	shown := slices.Concat(chunk("sRGB", "\x00"), chunk("pHYs", "\x00\x00\x0b\x13\x00\x00\x0b\x13\x01"))
	hidden := slices.Concat(
		chunk("tEXt", "Author\x00"+secret), chunk("zTXt", "a\x00\x00"+secret), chunk("iTXt", "XML:com.adobe.xmp\x00"+secret),
		chunk("eXIf", exifOf(binary.BigEndian, "MM\x00*", 6)[6:]), chunk("tIME", "\x07\xe9\x05\x01\x08\x00\x00"), chunk("prVt", secret),
	)
	strips(t, "plain.png", plain, plain)
	strips(t, "hidden.png", put(plain, head, hidden), plain)
	strips(t, "shown.png", put(plain, head, shown, hidden), put(plain, head, shown))
	strips(t, "before the end.png", put(plain, len(plain)-12, hidden), plain)
	strips(t, "tail.PNG", append(bytes.Clone(plain), "PK\x03\x04"+secret...), plain)
	refused(t, "critical.png", put(plain, head, chunk("PRIV", secret)), "can't be read")
	torn := bytes.Clone(plain)
	torn[len(torn)-1]++
	refused(t, "torn.png", torn, "to its end")
	refused(t, "none.png", put(plain[:head], head, chunk("IEND", "")), "to its end")
}

func TestGIF(t *testing.T) {
	t.Parallel()
	plain := gifOf(t, 3)
	still := gifOf(t, 1)
	head := 13
	hidden := slices.Concat(
		extension(0xFE, secret, ""), extension(0xFF, "XMP DataXMP", secret), extension(0xFF, "ICCRGBG1012", secret), extension(0x01, strings.Repeat("x", 12), secret),
	)
	strips(t, "plain.gif", plain, plain)
	strips(t, "still.gif", still, still)
	strips(t, "hidden.gif", put(plain, head, hidden), plain)
	strips(t, "before the end.gif", put(plain, len(plain)-1, hidden), plain)
	strips(t, "tail.gif", append(bytes.Clone(plain), secret...), plain)
	if got, err := Take("unknown.gif", put(plain, head, extension(0x42, secret, ""))); err != nil || !bytes.Equal(got.Content, plain) {
		t.Errorf("an unknown extension: %+v, %v", got, err)
	}
	got, err := gif.DecodeAll(bytes.NewReader(plain))
	if err != nil || len(got.Image) != 3 || got.LoopCount != 0 || got.Delay[2] != 10 {
		t.Errorf("the animation is %+v, %v", got, err)
	}
	refused(t, "none.gif", append(bytes.Clone(plain[:head]), gifTrailer), "to its end")
	refused(t, "other.gif", append(bytes.Clone(plain[:head]), 0x99), "can't be read")
}

// An image that was cut short is refused wherever that is.
func TestCutShort(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string][]byte{"a.jpg": jpegOf(t), "a.png": pngOf(t), "a.gif": gifOf(t, 2)} {
		for n := range whole {
			if f, err := Take(name, whole[:n]); err == nil {
				t.Errorf("%s: %d of %d bytes are taken as %s", name, n, len(whole), f.MediaType)
			}
		}
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for n := MaxFrames - 1; n <= MaxFrames+1; n++ {
		moving := put(pngOf(t), 33, bytes.Repeat(chunk("fcTL", strings.Repeat("\x00", 26)), n))
		for name, content := range map[string][]byte{"a.gif": gifOf(t, n), "a.png": moving} {
			if _, err := Take(name, content); (err == nil) != (n <= MaxFrames) {
				t.Errorf("%s of %d frames: %v", name, n, err)
			}
		}
	}
}

// FuzzTake holds that whatever is taken is taken again as it is, is not longer,
// and holds no segment or chunk that tells.
func FuzzTake(f *testing.F) {
	hidden := segment(0xE1, exifOf(binary.BigEndian, "MM\x00*", 6))
	for name, content := range map[string][]byte{
		"a.jpg": put(jpegOf(f), 2, hidden), "a.png": put(pngOf(f), 33, chunk("tEXt", secret)), "a.gif": put(gifOf(f, 2), 13, extension(0xFE, secret, "")),
		"a.txt": []byte("text"), "a.csv": []byte("a,b\n"), "a.pdf": []byte("%PDF-1.7\n%%EOF"),
		"a.odt": archive(f, [2]string{"mimetype", "application/vnd.oasis.opendocument.text"}),
	} {
		f.Add(name, content)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		got, err := Take(name, content)
		if err != nil {
			return
		}
		if len(got.Content) > len(content) {
			t.Errorf("%d bytes became %d", len(content), len(got.Content))
		}
		again, err := Take(name, got.Content)
		if err != nil || !bytes.Equal(again.Content, got.Content) || again.MediaType != got.MediaType {
			t.Errorf("taken once as %s, then as %s: %v", got.MediaType, again.MediaType, err)
		}
		for _, ancillary := range []string{"tEXt", "eXIf"} {
			if got.MediaType == "image/png" && slices.Contains(kinds(got.Content), ancillary) {
				t.Errorf("%s came through", ancillary)
			}
		}
	})
}

// kinds lists a PNG's chunks.
func kinds(in []byte) []string {
	var all []string
	for rest := in[8:]; len(rest) > 0; {
		chunk, kind, ok := pngChunk(rest)
		if !ok {
			return append(all, "tEXt")
		}
		all, rest = append(all, kind), rest[len(chunk):]
	}
	return all
}
