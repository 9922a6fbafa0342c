package export

import (
	"archive/tar"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"clarion/ledger"
)

// Source hands out entries, oldest first, and then gives the heads of the
// chains as they are at the same instant.
type Source func(hand func(Entry) error) ([]ledger.Head, error)

// Bundle writes an export as a tar stream and signs it. What the manifest does
// not know before comes in m; the rest is filled in. After an error what was
// written is worthless.
func Bundle(w io.Writer, m Manifest, key ed25519.PrivateKey, line func(Entry) ([]byte, error), source Source) (Manifest, error) {
	public, _ := key.Public().(ed25519.PublicKey)
	m.Format, m.Key = Format, Fingerprint(public)
	b := bundle{tar: tar.NewWriter(w), manifest: m}
	if err := b.write(line, source, public, key); err != nil {
		return Manifest{}, fmt.Errorf("export the ledger: %w", err)
	}
	return b.manifest, nil
}

// bundle is one export being written.
type bundle struct {
	tar      *tar.Writer
	manifest Manifest
}

func (b *bundle) write(line func(Entry) ([]byte, error), source Source, public ed25519.PublicKey, key ed25519.PrivateKey) error {
	if err := b.entries(line, source); err != nil {
		return err
	}
	var heads strings.Builder
	encoder := json.NewEncoder(&heads)
	for _, h := range b.manifest.Heads {
		if err := encoder.Encode(h); err != nil {
			return err
		}
	}
	if err := b.add(HeadsFile, strings.NewReader(heads.String()), int64(heads.Len())); err != nil {
		return err
	}
	pub := PublicLine(public) + "\n"
	if err := b.add(KeyFile, strings.NewReader(pub), int64(len(pub))); err != nil {
		return err
	}
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	signature := Sign(key, text)
	if err := b.entry(ManifestFile, strings.NewReader(string(text)), int64(len(text))); err != nil {
		return err
	}
	if err := b.entry(SignatureFile, strings.NewReader(string(signature)), int64(len(signature))); err != nil {
		return err
	}
	return b.tar.Close()
}

// entries spools both forms of the entries, since a tar stream tells each size
// beforehand.
func (b *bundle) entries(line func(Entry) ([]byte, error), source Source) (err error) {
	lines, err := spool()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lines.Close()) }()
	cells, err := spool()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cells.Close()) }()
	table := NewTable(cells)
	b.manifest.Heads, err = source(func(e Entry) error {
		b.manifest.Entries++
		text, err := line(e)
		if err != nil {
			return err
		}
		if _, err := lines.Write(text); err != nil {
			return err
		}
		return table.Add(e)
	})
	if err = errors.Join(err, table.Close()); err != nil {
		return err
	}
	if err := b.addSpooled(LinesFile, lines); err != nil {
		return err
	}
	return b.addSpooled(TableFile, cells)
}

// spool makes a file that nobody else can open and that is gone once closed.
func spool() (*os.File, error) {
	f, err := os.CreateTemp("", "clarion-export-*") // 0600
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (b *bundle) addSpooled(name string, f *os.File) error {
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return b.add(name, f, size)
}

// add writes a file and notes it in the manifest.
func (b *bundle) add(name string, content io.Reader, size int64) error {
	sum := sha256.New()
	if err := b.entry(name, io.TeeReader(content, sum), size); err != nil {
		return err
	}
	b.manifest.Files = append(b.manifest.Files, File{Name: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (b *bundle) entry(name string, content io.Reader, size int64) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: b.manifest.MadeAt.Truncate(time.Second)}
	if err := b.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := io.Copy(b.tar, content); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// Unpack writes the files of a bundle into an empty folder: only those that
// belong there, each once.
func Unpack(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("unpack the export: %w", err)
	}
	defer func() { _ = root.Close() }() // the files were closed
	for files := tar.NewReader(r); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = unpack(root, header, files)
		}
		if err != nil {
			return fmt.Errorf("unpack the export: %w", err)
		}
	}
}

func unpack(root *os.Root, h *tar.Header, content io.Reader) error {
	switch h.Name {
	case LinesFile, TableFile, HeadsFile, KeyFile, ManifestFile, SignatureFile:
	default:
		return fmt.Errorf("%.100q does not belong into an export", h.Name)
	}
	if h.Typeflag != tar.TypeReg {
		return fmt.Errorf("%s is no plain file", h.Name)
	}
	f, err := root.OpenFile(h.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content) // as long as the sender, which is the office's own, says
	return errors.Join(err, f.Sync(), f.Close())
}
