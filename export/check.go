package export

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// maxManifest bounds a manifest, a signature and a key, in bytes.
const maxManifest = 16 << 20

// Report is what a check of an export found.
type Report struct {
	Manifest Manifest
	Key      string   // the fingerprint of the key that was checked against
	Known    bool     // the key was given, and not taken from the folder itself
	Faults   []string // empty when everything holds
}

// Check holds a folder against its manifest, and the manifest against its
// signature. Without a key the one in the folder counts, which tells that all
// belongs together but not whose it is. An error means that the folder could
// not be read as an export.
func Check(dir string, key ed25519.PublicKey) (Report, error) {
	c := checker{dir: dir, report: Report{Known: key != nil}}
	if err := c.check(key); err != nil {
		return Report{}, fmt.Errorf("check the export %s: %w", dir, err)
	}
	return c.report, nil
}

type checker struct {
	dir    string
	report Report
}

func (c *checker) fault(format string, args ...any) {
	c.report.Faults = append(c.report.Faults, fmt.Sprintf(format, args...))
}

func (c *checker) check(key ed25519.PublicKey) error {
	text, err := c.read(ManifestFile)
	if err != nil {
		return err
	}
	if key == nil {
		if key, err = c.enclosed(); err != nil {
			return err
		}
	}
	c.report.Key = Fingerprint(key)
	if signature, err := c.read(SignatureFile); err != nil {
		c.fault("%s can't be read: %v", SignatureFile, err)
	} else if !Verify(key, text, signature) {
		c.fault("%s is not the signature of %s by the key %s: the manifest was changed, or somebody else signed", SignatureFile, ManifestFile, c.report.Key)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c.report.Manifest); err != nil {
		c.fault("%s can't be read: %v", ManifestFile, err)
		return nil
	}
	if c.report.Manifest.Format != Format {
		c.fault("%s has the form %.100q, and this program knows %s", ManifestFile, c.report.Manifest.Format, Format)
	}
	return c.files()
}

// enclosed gives the key that lies in the folder.
func (c *checker) enclosed() (ed25519.PublicKey, error) {
	line, err := c.read(KeyFile)
	if err != nil {
		return nil, err
	}
	key, err := ParsePublic(string(line))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", KeyFile, err)
	}
	return key, nil
}

// files holds what is there against what the manifest tells.
func (c *checker) files() error {
	there, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	listed := []string{ManifestFile, SignatureFile}
	for _, f := range c.report.Manifest.Files {
		listed = append(listed, f.Name)
		c.file(f)
	}
	for _, f := range there {
		if !slices.Contains(listed, f.Name()) {
			c.fault("%s is not of this export: it was added", f.Name())
		}
	}
	for _, name := range []string{LinesFile, TableFile, HeadsFile, KeyFile} {
		if !slices.Contains(listed, name) {
			c.fault("the manifest lists no %s", name)
		}
	}
	return nil
}

func (c *checker) file(f File) {
	if f.Name != filepath.Base(f.Name) {
		c.fault("the manifest lists %.100q, which is no name of a file", f.Name)
		return
	}
	size, sum, err := digest(filepath.Join(c.dir, f.Name))
	switch {
	case errors.Is(err, os.ErrNotExist):
		c.fault("%s is missing", f.Name)
	case err != nil:
		c.fault("%s can't be read: %v", f.Name, err)
	case size != f.Size || sum != f.SHA256:
		c.fault("%s was changed", f.Name)
	}
}

// open opens a plain file, and follows no link.
func open(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no plain file")
	}
	return os.Open(path) //nolint:gosec // in the folder that was named
}

func digest(path string) (int64, string, error) {
	f, err := open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return n, hex.EncodeToString(sum.Sum(nil)), err
}

func (c *checker) read(name string) ([]byte, error) {
	f, err := open(filepath.Join(c.dir, name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err == nil && len(text) > maxManifest {
		err = fmt.Errorf("%s has more than %d bytes", name, maxManifest)
	}
	return text, err
}
