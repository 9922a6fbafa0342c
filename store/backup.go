package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clarion/ledger"
	"clarion/message"
)

// Names in a backup, which is a tar stream: the database, the assets and, last,
// the manifest, so that a stream that was cut has none.
const (
	manifestName  = "manifest.json"
	backupPrefix  = ".backup-"  // of a copy under way in the data folder
	restorePrefix = ".restore-" // of a restore under way
)

// Limits of a backup; a longer one is neither made nor read.
const (
	maxDatabase = 256 << 30 // bytes
	maxManifest = 256 << 20 // bytes
)

// Manifest tells what a backup holds.
type Manifest struct {
	Schema int64          `json:"schema"`
	At     time.Time      `json:"at"`
	Files  []ManifestFile `json:"files"`
	Heads  []ledger.Head  `json:"heads"` // of the ledger's chains, oldest first
}

// ManifestFile is one file of a backup.
type ManifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // lower-case hex
}

// Backup writes everything that a restore needs as a tar stream, while the
// daemon runs: a copy of the database at one instant and the assets that it
// knows. It holds neither lock nor socket, freeze file or credentials. After an
// error what was written is worthless.
func (s *Store) Backup(ctx context.Context, w io.Writer) (m Manifest, err error) {
	path := filepath.Join(s.dir, backupPrefix+message.NewID("")+".db")
	if err := s.copyTo(ctx, path); err != nil {
		return Manifest{}, fmt.Errorf("back up: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }()
	b := backup{ctx: ctx, store: s, tar: tar.NewWriter(w), manifest: Manifest{At: time.Now().UTC()}}
	if err := b.write(path); err != nil {
		return Manifest{}, fmt.Errorf("back up: %w", err)
	}
	return b.manifest, nil
}

// copyTo copies the database on a connection of its own, beside the writer.
func (s *Store) copyTo(ctx context.Context, path string) error {
	options := readOnly()
	delete(options, "_query_only") // it would forbid writing the copy, too
	db := connect(filepath.Join(s.dir, fileName), options)
	return errors.Join(copyDatabase(ctx, db, path), db.Close())
}

// backup is one stream being written.
type backup struct {
	ctx      context.Context
	store    *Store
	tar      *tar.Writer
	manifest Manifest
}

func (b *backup) write(path string) error {
	sums, err := b.describe(path)
	if err != nil {
		return err
	}
	if err := b.addDatabase(path); err != nil {
		return err
	}
	for _, sum := range sums {
		if err := b.addAsset(sum); err != nil {
			return err
		}
	}
	return b.finish()
}

// describe reads of the copy what the manifest tells and which assets belong
// to it.
func (b *backup) describe(path string) (sums []string, err error) {
	db := openReader(path)
	defer func() { err = errors.Join(err, db.Close()) }()
	if b.manifest.Heads, err = heads(b.ctx, db); err != nil {
		return nil, err
	}
	if err := row(b.ctx, db, "SELECT max(version_id) FROM goose_db_version WHERE is_applied", nil, &b.manifest.Schema); err != nil {
		return nil, fmt.Errorf("read the schema's version: %w", err)
	}
	err = scan(b.ctx, db, func(rows *sql.Rows) error {
		sums = append(sums, "")
		return rows.Scan(&sums[len(sums)-1])
	}, "SELECT sha256 FROM assets ORDER BY sha256")
	return sums, err
}

func (b *backup) addDatabase(path string) (err error) {
	f, err := os.Open(path) //nolint:gosec // our own copy
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > maxDatabase {
		return fmt.Errorf("the database has %d bytes; the limit of a backup is %d", info.Size(), int64(maxDatabase))
	}
	return b.add(fileName, info.Size(), f)
}

func (b *backup) addAsset(sum string) error {
	content, err := b.store.Asset(sum)
	if err != nil {
		return fmt.Errorf("%w; put the file back from an earlier backup", err)
	}
	return b.add(assetName(sum), int64(len(content)), strings.NewReader(string(content)))
}

// add writes one file and notes it in the manifest.
func (b *backup) add(name string, size int64, content io.Reader) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	sum := sha256.New()
	if err := b.entry(name, size, io.TeeReader(content, sum)); err != nil {
		return err
	}
	b.manifest.Files = append(b.manifest.Files, ManifestFile{Name: name, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (b *backup) entry(name string, size int64, content io.Reader) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: b.manifest.At.Truncate(time.Second)}
	if err := b.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := io.Copy(b.tar, content); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (b *backup) finish() error {
	text, err := json.MarshalIndent(b.manifest, "", "  ")
	if err != nil {
		return err
	}
	if len(text) > maxManifest {
		return fmt.Errorf("the manifest has %d bytes; the limit is %d", len(text), maxManifest)
	}
	if err := b.entry(manifestName, int64(len(text)), strings.NewReader(string(text))); err != nil {
		return err
	}
	return b.tar.Close()
}

// assetName is an asset's name in a backup and below the data folder.
func assetName(sum string) string { return assetsDir + "/" + sum[:2] + "/" + sum }

// removeLeftovers removes what a backup or restore left that was killed.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), backupPrefix) && !strings.HasPrefix(e.Name(), restorePrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
