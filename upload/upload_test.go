package upload

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestTypes(t *testing.T) {
	t.Parallel()
	odt := [2]string{"mimetype", "application/vnd.oasis.opendocument.text"}
	types := [2]string{"[Content_Types].xml", "<Types/>"}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"a.pdf":  {[]byte("%PDF-1.7\n%%EOF\r\n\x00"), "application/pdf"},
		"a.TXT":  {[]byte("Ynys Môn\f\r\n\tB"), "text/plain"},
		"a.md":   {[]byte("# <b>"), "text/plain"},
		"b.txt":  {[]byte("\xff\xfea\x00b\x00"), "text/plain"},
		"c.txt":  {[]byte("caf\xe9"), "text/plain"},
		"a.csv":  {[]byte("place,day\n"), "text/csv"},
		"a.odt":  {archive(t, odt, [2]string{"content.xml", "<x/>"}), odt[1]},
		"a.DOCX": {archive(t, types, [2]string{"word/document.xml", "<x/>"}), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"a.xlsx": {archive(t, types, [2]string{"xl/workbook.xml", "<x/>"}), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		"a.pptx": {archive(t, types, [2]string{"ppt/presentation.xml", "<x/>"}), "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	} {
		got, err := Take(name, c.content)
		if err != nil || got.MediaType != c.want || !bytes.Equal(got.Content, c.content) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	odt := [2]string{"mimetype", "application/vnd.oasis.opendocument.text"}
	types := [2]string{"[Content_Types].xml", "<Types/>"}
	docx := archive(t, types, [2]string{"word/document.xml", ""})
	page := []byte("<!DOCTYPE html><script>alert(1)</script>")
	for _, c := range []struct {
		name    string
		content []byte
		says    string
	}{
		{"a.svg", []byte(`<?xml version="1.0"?><svg onload="alert(1)"/>`), "type text/xml is not taken"},
		{"b.svg", []byte(`<svg onload="alert(1)"/>`), "type text/plain, and its name does not end in .txt or .md"},
		{"a.png", page, "type text/html is not taken"},
		{"a.txt", page, "type text/html is not taken"},
		{"a.html", []byte("x " + string(page)), "its name does not end in"},
		{"a.bat", []byte("format c:"), "its name does not end in"},
		{"a", []byte("text"), "its name does not end in"},
		{"a.exe", []byte("MZ\x90\x00\x03"), "type application/octet-stream is not taken"},
		{"a.jar", docx, "type application/zip is not taken"},
		{"a.png", jpegOf(t), "type image/jpeg"},
		{"a.png.exe", pngOf(t), "type image/png"},
		{"a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "type image/webp is not taken"},
		{"a.pdf", []byte("%PDF-1.7"), "does not end as one"},
		{"b.pdf", []byte("%PDF-1.7\n%%EOF\nPK\x03\x04"), "does not end as one"},
		{"c.pdf", []byte("<script>%PDF-1.7\n%%EOF"), "text/html"},
		{"a.csv", append(bytes.Repeat([]byte("a,b\n"), 200), 0x1b), "control character U+001B at byte 800"},
		{"b.csv", append(bytes.Repeat([]byte("a,b\n"), 200), 0), "control character U+0000"},
		{"a.docx", archive(t, odt), "no .docx document inside"},
		{"b.docx", archive(t, types), "no .docx document inside"},
		{"c.docx", archive(t, types, [2]string{"word/document.xml", ""}, [2]string{"word/VBAProject.bin", "x"}), "macros"},
		{"d.docx", append(bytes.Clone(docx), "tail"...), "can't be read"},
		{"e.docx", docx[:len(docx)-30], "can't be read"},
		{"f.docx", []byte("PK\x03\x04xxxxxxxxxxxxxx"), "can't be read"},
		{"a.odt", docx, "no .odt document inside"},
		{"b.odt", archive(t, [2]string{"a", ""}, odt), "no .odt document inside"},
		{"c.odt", archive(t, [2]string{odt[0], odt[1] + "-template"}), "no .odt document inside"},
		{"d.odt", archive(t, odt, [2]string{"Basic/Standard/script.xml", ""}), "macros"},
		{"e.odt", archive(t, odt, [2]string{"Scripts/python/a.py", ""}), "macros"},
		{"a.ods", archive(t, odt), "no .ods document inside"},
	} {
		refused(t, c.name, c.content, c.says)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for n := MaxParts - 1; n <= MaxParts+1; n++ {
		files := [][2]string{{"mimetype", "application/vnd.oasis.opendocument.text"}}
		for i := range n - 1 {
			files = append(files, [2]string{fmt.Sprint(i), ""})
		}
		if _, err := Take("a.odt", archive(t, files...)); (err == nil) != (n <= MaxParts) {
			t.Errorf("%d parts: %v", n, err)
		}
	}
}

// A bomb is refused by what it says of itself, and costs nothing.
func TestUnpackedSize(t *testing.T) {
	t.Parallel()
	for _, size := range []uint64{MaxUnpacked - 1, MaxUnpacked, MaxUnpacked + 1, 1 << 63} {
		for _, parts := range []uint64{1, 2} {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			for name, n := range map[string]uint64{"[Content_Types].xml": 0, "word/document.xml": size / parts, "word/other.xml": size - size/parts} {
				if _, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: n}); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(b.String(), "PK\x03\x04") {
				t.Fatal("no archive")
			}
			if _, err := Take("a.docx", b.Bytes()); (err == nil) != (size <= MaxUnpacked) {
				t.Errorf("%d bytes in %d parts: %v", size, parts, err)
			}
		}
	}
}
