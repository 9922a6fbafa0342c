package picture

import (
	"bytes"
	"errors"
	"image"
	colour "image/color" //nolint:misspell // the package's name
	"net/http"
	"os"
	"strings"
	"testing"
)

// shown decodes what was fitted and holds it against the bounds.
func shown(t *testing.T, content []byte, b Bounds) (Picture, image.Image) {
	t.Helper()
	p, err := Fit(content, b)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Fit(content, b); err != nil || !bytes.Equal(p.Content, again.Content) {
		t.Errorf("fits in two ways, %v", err)
	}
	if len(p.Content) > b.Bytes {
		t.Errorf("%d bytes, the limit is %d", len(p.Content), b.Bytes)
	}
	img, err := decode(p.MediaType, p.Content)
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != p.Width || img.Bounds().Dy() != p.Height {
		t.Errorf("is %v, said to be %d × %d", img.Bounds(), p.Width, p.Height)
	}
	return p, img
}

func TestWhatFitsIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"a photograph":                        jpegOf(t, corners(40, 20)),
		"a drawing":                           asPNG(corners(40, 20)),
		"wider than an image drawn anew":      asPNG(corners(1000, 20)),
		"a photograph that is upright by tag": withTurn(jpegOf(t, corners(40, 20)), 1),
	} {
		p, _ := shown(t, content, network)
		if p.Redrawn || !bytes.Equal(p.Content, content) {
			t.Errorf("%s: was drawn anew", name)
		}
	}
}

func TestBytesAtTheLimit(t *testing.T) {
	t.Parallel()
	content := jpegOf(t, noise(100, 60))
	for _, test := range []struct {
		limit   int
		redrawn bool
	}{{len(content) + 1, false}, {len(content), false}, {len(content) - 1, true}} {
		p, _ := shown(t, content, Bounds{Types: []string{JPEG}, Bytes: test.limit})
		if p.Redrawn != test.redrawn || p.MediaType != JPEG {
			t.Errorf("limit %d of %d bytes: drawn anew %t", test.limit, len(content), p.Redrawn)
		}
	}
}

func TestTooLargeIsMadeSmaller(t *testing.T) {
	t.Parallel()
	p, _ := shown(t, asPNG(noise(800, 400)), network)
	if p.MediaType != JPEG || p.Width > 600 || p.Width != 2*p.Height {
		t.Errorf("%s of %d × %d", p.MediaType, p.Width, p.Height)
	}
	p, _ = shown(t, asPNG(noise(300, 100)), Bounds{Types: []string{PNG}, Bytes: 100_000, Side: 600})
	if p.Redrawn {
		t.Error("a small drawing was drawn anew")
	}
	p, _ = shown(t, jpegOf(t, corners(900, 300)), Bounds{Types: []string{JPEG}, Bytes: 5_000, Side: 600})
	if p.Width != 600 || p.Height != 200 {
		t.Errorf("is %d × %d", p.Width, p.Height)
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	// What a viewer that knows Exif shows of an image stored as red, green,
	// blue, white.
	want := map[uint16]string{
		1: "rgbw", 2: "grwb", 3: "bwrg", 4: "wbgr", 5: "rwbg", 6: "wrgb", 7: "bgrw", 8: "gbwr",
		0: "rgbw", 9: "rgbw",
	}
	for by, names := range want {
		p, img := shown(t, withTurn(jpegOf(t, corners(80, 40)), by), network)
		sideways := by >= 5 && by <= 8
		if got := namesOf(img); got != names || p.Redrawn != (by > 1 && by < 9) || sideways != (p.Height > p.Width) {
			t.Errorf("turn %d: %s in %d × %d, want %s", by, got, p.Width, p.Height, names)
		}
		if bytes.Contains(p.Content, []byte("Exif")) && p.Redrawn {
			t.Errorf("turn %d: the metadata is still there", by)
		}
	}
}

func TestPrintColoursBecomeScreenColours(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/cmyk.jpg")
	if err != nil {
		t.Fatal(err)
	}
	p, img := shown(t, content, network)
	if _, is := img.(*image.CMYK); is || !p.Redrawn {
		t.Errorf("is still an image for print, drawn anew %t", p.Redrawn)
	}
	if got := namesOf(img); got != "rgbw" {
		t.Errorf("colours %s", got)
	}
}

func TestSeeThroughBecomesWhite(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 50, 50)) // all of it can be seen through
	_, got := shown(t, asPNG(img), Bounds{Types: []string{JPEG}, Bytes: 10_000})
	if r, g, b, _ := got.At(25, 25).RGBA(); min(r, g, b) < 0xf000 {
		t.Errorf("is %v", got.At(25, 25))
	}
	p, kept := shown(t, gifOf(t, 50, 50, 1), network)
	if p.MediaType != PNG {
		t.Errorf("a still GIF became %s", p.MediaType)
	}
	if c := colour.NRGBAModel.Convert(kept.At(25, 25)).(colour.NRGBA); c != (colour.NRGBA{A: 255}) {
		t.Errorf("is %v", c)
	}
}

func TestUnfit(t *testing.T) {
	t.Parallel()
	photo := jpegOf(t, corners(80, 40))
	tests := map[string]struct {
		content []byte
		bounds  Bounds
		says    string
	}{
		"empty":               {nil, network, "is no image"},
		"not an image":        {[]byte("%PDF-1.7 a plan"), network, "application/pdf is no image"},
		"web page as image":   {[]byte("<html><body>not found"), network, "text/html; charset=utf-8 is no image"},
		"header alone":        {photo[:20], network, "can't be read"},
		"cut short":           {photo[:len(photo)-20], network, "can't be read whole"},
		"animated":            {gifOf(t, 20, 20, 2), network, "is animated"},
		"huge":                {pngHeader(50_001, 1000), network, "50001 × 1000 pixels, the limit is 50 million"},
		"huge beyond numbers": {pngHeader(1<<31-1, 1<<31-1), network, "can't be read"},
		"can't be small":      {asPNG(noise(320, 100)), Bounds{Types: []string{JPEG}, Bytes: 2000, Side: 600}, "can't be made to fit into 2000 bytes"},
		"no type is taken":    {photo, Bounds{Bytes: 1 << 20}, "can't be made to fit"},
	}
	for name, test := range tests {
		p, err := Fit(test.content, test.bounds)
		unfit, ok := errors.AsType[*UnfitError](err)
		if !ok || !strings.Contains(unfit.Says, test.says) || unfit.Try == "" || p.Content != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestPixels(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		w, h int
		want bool
	}{
		{1, 1, false}, {50_000, 999, false}, {50_000, 1000, false}, {50_001, 1000, true},
		{1, 50_000_000, false}, {1, 50_000_001, true}, {1 << 40, 1 << 40, true}, {0, 1, true}, {1, 0, true},
	} {
		if got := tooLarge(test.w, test.h); got != test.want {
			t.Errorf("%d × %d: too large %t", test.w, test.h, got)
		}
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 7} {
		if got := frames(gifOf(t, 9, 9, n)); got != n {
			t.Errorf("%d frames counted as %d", n, got)
		}
	}
	if got := frames([]byte("GIF89a")); got != 0 {
		t.Errorf("no GIF has %d frames", got)
	}
}

// FuzzFit fits whatever comes: it fits the bounds, or the author is told why
// not.
func FuzzFit(f *testing.F) {
	for _, content := range [][]byte{
		jpegOf(f, corners(16, 8)), withTurn(jpegOf(f, corners(16, 8)), 6), asPNG(corners(16, 8)),
		gifOf(f, 8, 8, 1), gifOf(f, 8, 8, 3), pngHeader(9, 9),
	} {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if frames(content) < 0 {
			t.Error("counts below nothing")
		}
		config, err := inspect(http.DetectContentType(content), content)
		if err == nil && config.Width*config.Height > 1<<20 {
			t.Skip("takes long")
		}
		p, err := Fit(content, Bounds{Types: []string{JPEG, PNG}, Bytes: 20_000, Side: 200})
		if _, unfit := errors.AsType[*UnfitError](err); err != nil && !unfit {
			t.Fatal(err)
		}
		if err == nil && (len(p.Content) > 20_000 || p.Width < 1 || p.Height < 1) {
			t.Errorf("%d bytes, %d × %d", len(p.Content), p.Width, p.Height)
		}
	})
}
