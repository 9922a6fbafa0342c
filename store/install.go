package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// installer moves files into a data folder and can take them out again.
type installer struct {
	stage, dir string
	placed     []string // files and folders that were not there before
}

// install moves a restored database and its assets into the data folder. The
// database comes last: without it nothing of the rest is looked at.
func install(stage, dir string, m Manifest) error {
	i := &installer{stage: stage, dir: dir}
	if err := i.all(m); err != nil {
		return errors.Join(err, i.undo())
	}
	return nil
}

func (i *installer) all(m Manifest) error {
	if err := i.folder(assetsDir); err != nil {
		return err
	}
	for _, f := range m.Files {
		if f.Name == fileName {
			continue
		}
		if err := i.asset(f); err != nil {
			return fmt.Errorf("place %s: %w", f.Name, err)
		}
	}
	if err := i.move(fileName); err != nil {
		return err
	}
	return syncDir(i.dir)
}

// asset places one asset, unless it is there already.
func (i *installer) asset(f ManifestFile) error {
	have, err := (&Store{dir: i.dir}).Asset(f.SHA256)
	switch {
	case err == nil && int64(len(have)) == f.Size:
		return nil
	case !errors.Is(err, ErrNotFound):
		return fmt.Errorf("%w; move it away and try again", err)
	}
	folder := filepath.Dir(f.Name)
	if err := i.folder(folder); err != nil {
		return err
	}
	if err := i.move(f.Name); err != nil {
		return err
	}
	return syncDir(filepath.Join(i.dir, folder))
}

func (i *installer) folder(name string) error {
	path := filepath.Join(i.dir, name)
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	i.placed = append(i.placed, path)
	return syncDir(filepath.Dir(path))
}

func (i *installer) move(name string) error {
	path := filepath.Join(i.dir, name)
	if err := os.Rename(filepath.Join(i.stage, name), path); err != nil {
		return err
	}
	i.placed = append(i.placed, path)
	return nil
}

func (i *installer) undo() error {
	var errs []error
	for _, path := range slices.Backward(i.placed) {
		errs = append(errs, os.Remove(path))
	}
	return errors.Join(errs...)
}
