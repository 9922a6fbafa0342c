package upload

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Bounds of an office document, which is an archive inside.
const (
	MaxParts    = 5_000     // files in it
	MaxUnpacked = 500 << 20 // bytes of them together, as the archive says
)

// checkOffice wants an archive that is the document that its name says, with
// nothing before or behind it, and without macros. It unpacks nothing but the
// few bytes in which an OpenDocument names itself.
func checkOffice(ending, mediaType string, content []byte) error {
	const end = "PK\x05\x06"
	const endSize = 22 // bytes, without a comment
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || len(content) < endSize || !bytes.HasPrefix(content[len(content)-endSize:], []byte(end)) {
		return &Error{"the document can't be read", "save it again"}
	}
	if len(archive.File) > MaxParts {
		return &Error{fmt.Sprintf("the document has %d parts, the limit is %d", len(archive.File), MaxParts), "attach it as PDF"}
	}
	unpacked := uint64(0)
	for _, f := range archive.File {
		if f.UncompressedSize64 > MaxUnpacked || unpacked > MaxUnpacked {
			unpacked = MaxUnpacked + 1
			break
		}
		unpacked += f.UncompressedSize64
		if isMacro(f.Name) {
			return &Error{"the document holds macros", "save it without them, or attach it as PDF"}
		}
	}
	if unpacked > MaxUnpacked {
		return &Error{fmt.Sprintf("the document has more than %d bytes unpacked", MaxUnpacked), "make it smaller, or attach it as PDF"}
	}
	if !isDocument(archive, ending, mediaType) {
		return &Error{fmt.Sprintf("the file is no %s document inside", ending), "save it again, or give it the ending of what it is"}
	}
	return nil
}

// isMacro goes by where office programs keep macros and scripts.
func isMacro(name string) bool {
	name = strings.ToLower(name)
	return path.Base(name) == "vbaproject.bin" || strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/")
}

// isDocument asks an OpenDocument what it says it is (OpenDocument 1.3, part 2,
// 3.3), and an Office document for its main part (ECMA-376 part 2).
func isDocument(archive *zip.Reader, ending, mediaType string) bool {
	if folder := map[string]string{".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}[ending]; folder != "" {
		return has(archive, "[Content_Types].xml") && hasWithin(archive, folder)
	}
	if len(archive.File) == 0 || archive.File[0].Name != "mimetype" || archive.File[0].Method != zip.Store {
		return false
	}
	says, err := readSome(archive.File[0], int64(len(mediaType))+1)
	return err == nil && says == mediaType
}

func has(archive *zip.Reader, name string) bool {
	for _, f := range archive.File {
		if f.Name == name {
			return true
		}
	}
	return false
}

func hasWithin(archive *zip.Reader, folder string) bool {
	for _, f := range archive.File {
		if strings.HasPrefix(f.Name, folder) {
			return true
		}
	}
	return false
}

func readSome(f *zip.File, most int64) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(r, most))
	return string(text), errors.Join(err, r.Close())
}
