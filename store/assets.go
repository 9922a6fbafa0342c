package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// assetsDir holds the assets' contents in the data folder, each under its
// SHA-256.
const assetsDir = "assets"

// sums matches a SHA-256 in lower-case hex, so that a name never leaves the
// folder.
var sums = regexp.MustCompile(`^[0-9a-f]{64}$`)

func assetPath(dir, sum string) string { return filepath.Join(dir, assetsDir, sum[:2], sum) }

// PutAsset stores a content durably and gives its SHA-256. It is safe to store
// one twice. No message shows it before InsertAsset.
func (s *Store) PutAsset(content []byte) (string, error) {
	hash := sha256.Sum256(content)
	sum := hex.EncodeToString(hash[:])
	path := assetPath(s.dir, sum)
	if _, err := s.Asset(sum); err == nil {
		return sum, nil
	}
	if err := writeDurably(path, content); err != nil {
		return "", fmt.Errorf("store asset %s: %w", sum, err)
	}
	return sum, nil
}

// writeDurably writes a file under its final name only once it is whole and on
// the disk.
func writeDurably(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a folder of the data folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Asset reads a content. Bytes that do not match the sum are not handed out.
func (s *Store) Asset(sum string) ([]byte, error) {
	if !sums.MatchString(sum) {
		return nil, fmt.Errorf("asset %.80q: %w", sum, ErrNotFound)
	}
	content, err := os.ReadFile(assetPath(s.dir, sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("asset %s: %w", sum, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read asset %s: %w", sum, err)
	}
	if hash := sha256.Sum256(content); hex.EncodeToString(hash[:]) != sum {
		return nil, fmt.Errorf("asset %s is not what was stored", sum)
	}
	return content, nil
}

// InsertAsset makes a stored content known.
func (t *Tx) InsertAsset(sum, mediaType string, size int64) error {
	_, err := t.exec("INSERT INTO assets (sha256, media_type, size) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING", sum, mediaType, size)
	if err != nil {
		return fmt.Errorf("store asset %s: %w", sum, err)
	}
	return nil
}
