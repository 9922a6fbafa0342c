package office_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"clarion/message"
	"clarion/office"
)

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a PNG of a few bytes whose header claims a size.
func bomb(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(nil, width)
	header = binary.BigEndian.AppendUint32(header, height)
	out := chunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", append(header, 8, 0, 0, 0, 0))
	return chunk(chunk(out, "IDAT", nil), "IEND", nil)
}

// chunk adds a chunk to a PNG.
func chunk(png []byte, kind string, body []byte) []byte {
	named := append([]byte(kind), body...)
	png = binary.BigEndian.AppendUint32(png, uint32(len(body)))
	return binary.BigEndian.AppendUint32(append(png, named...), crc32.ChecksumIEEE(named))
}

// pdf is a document with some content.
func pdf(content string) []byte { return []byte("%PDF-1.7 " + content + "\n%%EOF\n") }

// odt is the least that is an OpenDocument text.
func odt(t *testing.T) []byte {
	t.Helper()
	return archive(t, [2]string{"mimetype", "application/vnd.oasis.opendocument.text"}, [2]string{"content.xml", "<office/>"})
}

// archive holds files, each a name and a content, unpacked.
func archive(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
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
	return out.Bytes()
}

// gifBomb is a GIF's header and its empty end.
func gifBomb(width, height uint16) []byte {
	out := []byte("GIF89a")
	out = binary.LittleEndian.AppendUint16(out, width)
	out = binary.LittleEndian.AppendUint16(out, height)
	return append(out, 0, 0, 0, ';')
}

func text(n int) []byte { return bytes.Repeat([]byte("a"), n) }

// with is a draft with files beside it, each of which is listed; the first
// stands on line 5.
func with(uploads ...office.Upload) office.Draft {
	keys := []string{"assets:"}
	for _, u := range uploads {
		keys = append(keys, fmt.Sprintf("  - {file: %q, alt: What it shows}", u.Name))
	}
	d := draft(keys...)
	d.Assets = uploads
	return d
}

func TestAssetsThatAreRefused(t *testing.T) {
	b := setup(t)
	for name, tt := range map[string]struct {
		file    string
		content []byte
		says    []string
	}{
		"empty":                   {"a.pdf", []byte{}, []string{"empty"}},
		"above the limit":         {"a.txt", text(message.MaxAsset + 1), []string{"10485761 bytes", "10485760"}},
		"a program":               {"a.pdf", []byte("\x7fELF\x02\x01\x01\x00\x00"), []string{"application/octet-stream", "use PNG"}},
		"a script by name":        {"a.bat", text(3), []string{"type text/plain", "end in .txt or .md"}},
		"a picture as PDF":        {"a.pdf", pngOf(t, 3, 2), []string{"type image/png", "end in .png"}},
		"a bare SVG":              {"a.svg", []byte(`<svg onload="alert(1)"/>`), []string{"type text/plain", "end in .txt"}},
		"an archive as document":  {"a.odt", archive(t, [2]string{"x", "y"}), []string{"no .odt document inside"}},
		"a PDF with a tail":       {"a.pdf", append(pdf(""), "PK\x03\x04"...), []string{"does not end as one"}},
		"a page":                  {"a.txt", []byte("<!DOCTYPE html><script>alert(1)</script>"), []string{"text/html"}},
		"a picture with scripts":  {"a.svg", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), []string{"text/xml"}},
		"a page with a picture's": {"a.png", []byte("<html>"), []string{"text/html"}},
		"an archive":              {"a.zip", []byte("PK\x03\x04xxxxxxxxxxxxxx"), []string{"application/zip"}},
		"a new picture format":    {"a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), []string{"image/webp"}},
		"a picture cut short":     {"a.png", []byte("\x89PNG\r\n\x1a\n"), []string{"can't be read", "save it again"}},
		"a bomb":                  {"a.png", bomb(40_000, 40_000), []string{"40000 × 40000", "a side may have 12000"}},
		"a bomb beyond counting":  {"a.png", bomb(2_000_000_000, 2_000_000_000), []string{"can't be read"}},
		"a bomb by its area":      {"a.png", bomb(12_000, 12_000), []string{"12000 × 12000", "50000000"}},
		"a bomb in GIF":           {"a.gif", gifBomb(65_535, 65_535), []string{"65535"}},
		"a side above":            {"a.png", bomb(12_001, 1), []string{"12001 × 1"}},
		"an area above":           {"a.png", bomb(10_000, 5_001), []string{"5001"}},
		"no size at all":          {"a.gif", gifBomb(0, 0), []string{"0 × 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *b
			inner.T = t
			inner.problem(with(office.Upload{Name: tt.file, Content: tt.content}), "assets["+tt.file+"]", 5, tt.says...)
		})
	}
	if files := b.files(); len(files) > 0 {
		t.Errorf("files of refused drafts lie in the data folder: %v", files)
	}
}

func TestAssetThatIsMissing(t *testing.T) {
	b := setup(t)
	d := with(office.Upload{Name: "a.pdf"}, office.Upload{Name: "b.pdf", Content: pdf("")})
	d.Assets = d.Assets[1:]
	b.problem(d, "assets[a.pdf]", 5, "not there", "beside the announcement")
}

func TestAssetsTogether(t *testing.T) {
	b := setup(t)
	part := (message.MaxAssetsAll + 2) / 3
	uploads := func(last int) []office.Upload {
		var all []office.Upload
		for i, n := range []int{part, part, last} {
			all = append(all, office.Upload{Name: fmt.Sprintf("%d.txt", i), Content: append(text(n-1), byte('a'+i))})
		}
		return all
	}
	rest := message.MaxAssetsAll - 2*part
	b.problem(with(uploads(rest+1)...), "assets", 5, "26214401 bytes together", "26214400")
	for _, n := range []int{rest, rest - 1} {
		if _, err := b.Check(b.ctx, with(uploads(n)...)); err != nil {
			t.Errorf("%d bytes together: %v", 2*part+n, err)
		}
	}
}

// TestAssetsThatAreTaken goes by what a file is; its name must agree.
func TestAssetsThatAreTaken(t *testing.T) {
	b := setup(t)
	var jpg, anim bytes.Buffer
	b.no(jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 3, 2)), nil))
	b.no(gif.Encode(&anim, image.NewGray(image.Rect(0, 0, 3, 2)), nil))
	docx := archive(t, [2]string{"[Content_Types].xml", ""}, [2]string{"word/document.xml", ""})
	for _, tt := range []struct {
		file, kind string
		content    []byte
		width      int
	}{
		{"a.png", "image/png", pngOf(t, 3, 2), 3},
		{"a.jpg", "image/jpeg", jpg.Bytes(), 3},
		{"a.gif", "image/gif", anim.Bytes(), 3},
		{"widest.png", "image/png", bomb(12_000, 1), 12_000},
		{"tallest.png", "image/png", bomb(1, 12_000), 1},
		{"largest.png", "image/png", bomb(10_000, 5_000), 10_000},
		{"a.pdf", "application/pdf", pdf(""), 0},
		{"a.csv", "text/csv", []byte("a,b\n1,2\n"), 0},
		{"A.CSV", "text/csv", []byte("a,b\n1,3\n"), 0},
		{"a.txt", "text/plain", []byte("text"), 0},
		{"a.odt", "application/vnd.oasis.opendocument.text", odt(t), 0},
		{"a.DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx, 0},
		{"below.txt", "text/plain", text(message.MaxAsset - 1), 0},
		{"at.txt", "text/plain", text(message.MaxAsset), 0},
	} {
		added, err := b.Add(b.ctx, with(office.Upload{Name: tt.file, Content: tt.content}), ann())
		if err != nil {
			t.Errorf("%s: %v", tt.file, err)
			continue
		}
		got := b.detail(added.ID).Content.Assets[0]
		if got.MediaType != tt.kind || got.Width != tt.width || got.Size != int64(len(tt.content)) || got.Alt != "What it shows" {
			t.Errorf("%s is taken as %+v", tt.file, got)
		}
		if stored, err := b.store.Asset(got.SHA256); err != nil || !bytes.Equal(stored, tt.content) {
			t.Errorf("%s: stored %d bytes of %d: %v", tt.file, len(stored), len(tt.content), err)
		}
	}
}

func TestImageWithoutDescription(t *testing.T) {
	b := setup(t)
	for file, line := range map[string]int{"photo.png": 5, "PHOTO.PNG": 5} {
		d := draft("assets:", "  - {file: "+file+"}")
		d.Assets = []office.Upload{{Name: file, Content: pngOf(t, 3, 2)}}
		_, err := b.Check(b.ctx, d)
		r := b.refused(err, office.Invalid, "alt")
		if len(r.Problems) != 1 || r.Problems[0].Line != line || r.Problems[0].Try == "" {
			t.Errorf("%s: %v", file, r)
		}
	}
}

func TestAssetNamesThatArePaths(t *testing.T) {
	b := setup(t)
	for _, name := range []string{"../a.pdf", "a/b.pdf", "/etc/passwd", `a\b.pdf`, "C:a.pdf", "..", "."} {
		d := draft("assets:", "  - {file: '"+name+"', alt: A map}")
		d.Assets = []office.Upload{{Name: name, Content: pdf("")}}
		b.problem(d, "assets[1].file", 5, "path", "without a folder")
	}
}

// TestNothingOfARefusedDraftStays holds that no row speaks of a file whose
// draft was refused, and that none is stored for a stranger or for a message
// that can't be edited.
func TestNothingOfARefusedDraftStays(t *testing.T) {
	b := setup(t)
	good := office.Upload{Name: "a.pdf", Content: pdf("")}
	before := b.counts()
	_, err := b.Add(b.ctx, with(good, office.Upload{Name: "b.pdf", Content: nil}), ann())
	b.refused(err, office.Invalid, "b.pdf")
	_, err = b.Add(b.ctx, with(good), as("mallory"))
	b.refused(err, office.Forbidden, "mallory")
	_, err = b.Add(b.ctx, with(good), office.Actor{})
	b.refused(err, office.Forbidden, "clarion login")
	_, err = b.Edit(b.ctx, "m0", with(good), ann())
	b.refused(err, office.NotFound, "m0")
	if after := b.counts(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("rows went from %v to %v", before, after)
	}
	if files := b.files(); len(files) > 0 {
		t.Errorf("files are stored: %v", files)
	}
	id := b.add()
	b.no(b.Cancel(b.ctx, id, "", ann()))
	_, err = b.Edit(b.ctx, id, with(good), ann())
	b.refused(err, office.Conflict, id, "add it anew")
	if len(b.files()) > 0 || len(b.strings("SELECT sha256 FROM assets")) > 0 {
		t.Error("a file of a refused edit is stored")
	}
}

func TestOneContentUnderTwoNames(t *testing.T) {
	b := setup(t)
	same := pdf("same")
	_, err := b.Add(b.ctx, with(office.Upload{Name: "a.pdf", Content: same}, office.Upload{Name: "b.pdf", Content: same}), ann())
	b.no(err)
	if files := b.files(); len(files) != 1 || len(b.strings("SELECT sha256 FROM assets")) != 1 {
		t.Errorf("stored as %v", files)
	}
}

// TestAssetsAreApproved holds that another file under the same name is another
// digest.
func TestAssetsAreApproved(t *testing.T) {
	b := setup(t)
	var digests []string
	for _, content := range []string{"one", "two"} {
		added, err := b.Add(b.ctx, with(office.Upload{Name: "a.pdf", Content: pdf(content)}), ann())
		b.no(err)
		b.submit(added.ID)
		for _, p := range b.detail(added.ID).Plan {
			if p.Channel == "web" {
				digests = append(digests, p.Rendering)
			}
		}
	}
	if len(digests) != 2 || digests[0] == digests[1] {
		t.Errorf("renderings %v", digests)
	}
}

// TestWhatIsApprovedIsStripped holds that digest and size are those of what is
// published, and that nothing else is stored.
func TestWhatIsApprovedIsStripped(t *testing.T) {
	b := setup(t)
	plain := pngOf(t, 3, 2)
	const head = 8 + 25 // signature and IHDR
	told := append(chunk(bytes.Clone(plain[:head]), "tEXt", []byte("Author\x00taken at 51.48 N 3.18 W")), plain[head:]...)
	added, err := b.Add(b.ctx, with(office.Upload{Name: "a.png", Content: told}), ann())
	b.no(err)
	got := b.detail(added.ID).Content.Assets[0]
	if sum := sha256.Sum256(plain); got.SHA256 != hex.EncodeToString(sum[:]) || got.Size != int64(len(plain)) {
		t.Errorf("the asset is %+v", got)
	}
	if stored, err := b.store.Asset(got.SHA256); err != nil || !bytes.Equal(stored, plain) || len(b.files()) != 1 {
		t.Errorf("stored %q beside %v: %v", stored, b.files(), err)
	}
}
