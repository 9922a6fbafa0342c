package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"clarion/message"
)

// unpacker reads a backup into a folder, believing nothing of it: only the
// expected names, only plain files, each once and within its bounds.
type unpacker struct {
	ctx      context.Context
	dir      string
	manifest *Manifest
	found    map[string]ManifestFile
}

// unpack reads a backup into an empty folder and checks it against its
// manifest.
func unpack(ctx context.Context, dir string, r io.Reader) (Manifest, error) {
	u := &unpacker{ctx: ctx, dir: dir, found: map[string]ManifestFile{}}
	for files := tar.NewReader(r); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = u.take(header, files)
		}
		if err != nil {
			return Manifest{}, fmt.Errorf("read the backup: %w", err)
		}
	}
	if u.manifest == nil {
		return Manifest{}, errors.New("read the backup: it was cut short: its manifest is missing")
	}
	return *u.manifest, u.check()
}

func (u *unpacker) take(h *tar.Header, content io.Reader) error {
	if err := u.ctx.Err(); err != nil {
		return err
	}
	limit, ok := sizeLimit(h.Name)
	_, again := u.found[h.Name]
	switch {
	case h.Typeflag != tar.TypeReg || !ok:
		return fmt.Errorf("%.100q does not belong into a backup", h.Name)
	case again || u.manifest != nil:
		return fmt.Errorf("%.100q comes twice or after the manifest", h.Name)
	case h.Size > limit:
		return fmt.Errorf("%s has %d bytes; the limit is %d", h.Name, h.Size, limit)
	case h.Name == manifestName:
		return u.takeManifest(content)
	}
	sum, err := u.extract(h.Name, content)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", h.Name, err)
	}
	u.found[h.Name] = ManifestFile{Name: h.Name, Size: h.Size, SHA256: sum}
	return nil
}

// sizeLimit gives the greatest size of a file of a backup; false for a name
// that none has.
func sizeLimit(name string) (int64, bool) {
	sum := name[strings.LastIndexByte(name, '/')+1:]
	switch {
	case name == fileName:
		return maxDatabase, true
	case name == manifestName:
		return maxManifest, true
	case sums.MatchString(sum) && name == assetName(sum):
		return message.MaxAsset, true
	}
	return 0, false
}

func (u *unpacker) takeManifest(content io.Reader) error {
	text, err := io.ReadAll(content)
	if err != nil {
		return fmt.Errorf("read its manifest: %w", err)
	}
	u.manifest = &Manifest{}
	if err := json.Unmarshal(text, u.manifest); err != nil {
		return fmt.Errorf("read its manifest: %w", err)
	}
	return nil
}

// extract writes one file durably and gives its SHA-256.
func (u *unpacker) extract(name string, content io.Reader) (string, error) {
	path := filepath.Join(u.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // sizeLimit knows the name
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), content)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, f.Sync(), f.Close())
}

// check holds what was found against the manifest.
func (u *unpacker) check() error {
	for _, f := range u.manifest.Files {
		found, ok := u.found[f.Name]
		switch {
		case !ok:
			return fmt.Errorf("the backup lacks %.100q, which its manifest names", f.Name)
		case found != f:
			return fmt.Errorf("%s is not what was backed up: its sum or size differs", f.Name)
		case f.Name != fileName && f.Name != assetName(f.SHA256):
			return fmt.Errorf("%s does not have the sum that is its name", f.Name)
		}
		delete(u.found, f.Name)
	}
	for name := range u.found {
		return fmt.Errorf("the backup holds %s, which its manifest does not name", name)
	}
	if len(u.manifest.Files) == 0 || u.manifest.Files[0].Name != fileName {
		return errors.New("the backup holds no database")
	}
	return nil
}
