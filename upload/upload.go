// Package upload takes files that authors attach, types them by what they are,
// and leaves out of images what tells of the photographer and not of the
// picture.
//
// Failure rules. A file is taken whole or refused with what to do. Its bytes
// decide what it is; its name must agree, since programs of readers go by the
// name. What no reader of the type needs does not come through: metadata and
// hidden pictures in images, and whatever stands behind a file's own end. The
// pixels of an image are never coded anew, so nothing is lost of them. An image
// that can't be followed to its end is refused. Nothing is unpacked or decoded,
// so a bomb costs its packed size. Equal input gives equal output, and what was
// taken is taken again unchanged.
package upload

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif"  // decoders for the formats that are taken
	_ "image/jpeg" // (registered by import)
	_ "image/png"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Bounds of an image.
const (
	MaxSide   = 12_000     // pixels
	MaxPixels = 50_000_000 // width × height
	MaxFrames = 1_000      // of an animation
)

// File is what was taken.
type File struct {
	MediaType     string // without parameters
	Content       []byte
	Width, Height int // of images, in pixels
}

// Error says why a file is not taken, and what to do.
type Error struct{ Says, Try string }

func (r *Error) Error() string { return r.Says + "; " + r.Try }

// taken lists the media types that are taken, and the endings that a name of
// each may have.
func taken() map[string][]string {
	return map[string][]string{
		"image/png":       {".png"},
		"image/jpeg":      {".jpg", ".jpeg"},
		"image/gif":       {".gif"},
		"application/pdf": {".pdf"},
		"text/csv":        {".csv"},
		"text/plain":      {".txt", ".md"},
		"application/vnd.oasis.opendocument.text":                                   {".odt"},
		"application/vnd.oasis.opendocument.spreadsheet":                            {".ods"},
		"application/vnd.oasis.opendocument.presentation":                           {".odp"},
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   {".docx"},
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         {".xlsx"},
		"application/vnd.openxmlformats-officedocument.presentationml.presentation": {".pptx"},
	}
}

// Take takes a file. An error is a *Error.
func Take(name string, content []byte) (File, error) {
	ending := strings.ToLower(path.Ext(name))
	f := File{Content: content, MediaType: typeOf(ending, content)}
	endings, ok := taken()[f.MediaType]
	if !ok {
		return File{}, &Error{fmt.Sprintf("a file of type %s is not taken", f.MediaType), "use PNG, JPEG, GIF, PDF, CSV, plain text, or an OpenDocument or Office document"}
	}
	if !slices.Contains(endings, ending) {
		return File{}, &Error{fmt.Sprintf("the file is of type %s, and its name does not end in %s", f.MediaType, strings.Join(endings, " or ")), "give it a name that says what it is"}
	}
	return f.checked(ending)
}

// typeOf says what a content is (https://mimesniff.spec.whatwg.org). Only among
// types that look alike the ending has a word.
func typeOf(ending string, content []byte) string {
	kind, _, _ := strings.Cut(http.DetectContentType(content), ";")
	switch {
	case kind == "text/plain" && ending == ".csv":
		return "text/csv"
	case kind == "application/zip":
		for office, endings := range taken() {
			if endings[0] == ending && strings.HasPrefix(office, "application/vnd.") {
				return office
			}
		}
	}
	return kind
}

// checked looks through the whole of a file.
func (f File) checked(ending string) (File, error) {
	switch f.MediaType {
	case "image/png", "image/jpeg", "image/gif":
		return f.image()
	case "application/pdf":
		return f, checkPDF(f.Content)
	case "text/csv", "text/plain":
		return f, checkText(f.Content)
	}
	return f, checkOffice(ending, f.MediaType, f.Content)
}

// image reads an image's size from its header, before anything else looks at
// it, and strips it.
func (f File) image() (File, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(f.Content))
	switch {
	case err != nil:
		return File{}, unreadable()
	case config.Width < 1 || config.Height < 1 || config.Width > MaxSide || config.Height > MaxSide || config.Width*config.Height > MaxPixels:
		return File{}, &Error{fmt.Sprintf("the image has %d × %d pixels; a side may have %d and the whole %d", config.Width, config.Height, MaxSide, MaxPixels), "make it smaller"}
	}
	strip := map[string]func([]byte) ([]byte, error){"png": stripPNG, "jpeg": stripJPEG, "gif": stripGIF}[format]
	f.Width, f.Height = config.Width, config.Height
	f.Content, err = strip(f.Content)
	return f, err
}

func unreadable() error {
	return &Error{"the image can't be read", "save it again as PNG or JPEG"}
}

func cutShort() error {
	return &Error{"the image can't be read to its end", "save it again as PNG or JPEG"}
}

func tooManyFrames() error {
	return &Error{fmt.Sprintf("the animation has more than %d frames", MaxFrames), "make it shorter"}
}

// checkPDF wants a document that ends where the file does (ISO 32000-2 7.5.5):
// what follows could be read as something else.
func checkPDF(content []byte) error {
	if !bytes.HasSuffix(bytes.TrimRight(content, "\x00\t\n\f\r "), []byte("%%EOF")) {
		return &Error{"the PDF does not end as one", "save or export it again"}
	}
	return nil
}

// checkText wants text to the end; the type is judged by its beginning.
func checkText(content []byte) error {
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return nil // UTF-16
	}
	if i := bytes.IndexFunc(content, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\f' && r != '\r' || r == 0x7f }); i >= 0 {
		return &Error{fmt.Sprintf("the text holds the control character %U at byte %d", content[i], i), "save it as plain text"}
	}
	return nil
}
