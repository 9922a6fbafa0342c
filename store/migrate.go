package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings a database's schema up to date, after a backup beside it. A
// schema newer than this program is refused.
func migrate(ctx context.Context, path string) (err error) {
	if err := createPrivate(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make %s: %w", path, err)
	}
	db := openWriter(path)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	steps, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations of %s: %w", path, err)
	}
	have, want, err := steps.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("read the schema's version of %s: %w", path, err)
	case have > want:
		return fmt.Errorf("%s has schema %d and this program knows up to %d; run the newer program, or restore the backup made before its migration", path, have, want)
	case have == want:
		return nil
	case have > 0:
		if err := backupBefore(ctx, db, path, have); err != nil {
			return err
		}
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("migrate %s from schema %d: %w", path, have, err)
	}
	return nil
}

// backupBefore copies the database aside before its schema changes.
func backupBefore(ctx context.Context, db *sql.DB, path string, version int64) error {
	to := filepath.Join(filepath.Dir(path), fmt.Sprintf("before-migration-%d-%s.db", version, time.Now().UTC().Format("20060102T150405")))
	if err := copyDatabase(ctx, db, to); err != nil {
		return fmt.Errorf("back up before a migration: %w", err)
	}
	return nil
}

// copyDatabase writes a whole and durable copy of a database to a new file, or
// leaves none.
func copyDatabase(ctx context.Context, db *sql.DB, to string) (err error) {
	if err := createPrivate(to); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return fmt.Errorf("copy the database to %s: %w", to, err)
	}
	return syncFile(to)
}

// createPrivate makes an empty file that only its owner can read; SQLite takes
// an empty file for a new database and gives its permissions to those beside it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in the data folder
	if err != nil {
		return err
	}
	return f.Close()
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // in the data folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
