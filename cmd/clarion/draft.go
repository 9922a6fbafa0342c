package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"clarion/api"
	"clarion/message"
	"clarion/message/announcement"
)

// readDraft reads an announcement and the files that it names, which lie
// beside it. What is wrong with the announcement is the office's to say.
func readDraft(file string) (api.Draft, error) {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return api.Draft{}, fmt.Errorf("open the folder of %s: %w", file, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	text, err := readBounded(root, filepath.Base(file), announcement.MaxFile)
	if size, ok := errors.AsType[*sizeError](err); ok {
		return api.Draft{}, refuseFile(file, api.Problem{File: file, Line: 1, Says: size.Error(), Try: "shorten it, or attach what is long as an asset"})
	}
	if err != nil {
		return api.Draft{}, fmt.Errorf("read %s: %w", file, err)
	}
	d := api.Draft{File: file, Text: text}
	parsed, err := announcement.Parse(file, text, announcement.Defaults{Language: "en", Zone: "UTC", Department: "unknown"})
	if err != nil {
		return d, nil // the office says why, with its own defaults
	}
	d.Assets, err = readAssets(root, file, parsed.Assets)
	return d, err
}

func refuseFile(file string, problems ...api.Problem) error {
	return &api.Error{
		Title: http.StatusText(http.StatusBadRequest), Status: http.StatusBadRequest, Detail: file + " was not taken", Problems: problems,
	}
}

// readAssets reads the files that an announcement names. One that is not there
// is left out, and the office says so.
func readAssets(root *os.Root, file string, assets []announcement.AssetFile) ([]api.Upload, error) {
	var uploads []api.Upload
	var problems []api.Problem
	for _, a := range assets {
		content, err := readBounded(root, a.Name, message.MaxAsset)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			problems = append(problems, api.Problem{
				File: file, Line: a.Line, Field: "assets[" + a.Name + "]", Says: plainError(err), Try: "put a file that can be read, of at most " + number(message.MaxAsset) + " bytes, beside the announcement",
			})
			continue
		}
		uploads = append(uploads, api.Upload{Name: a.Name, Content: content})
	}
	if total := sizeOf(uploads); total > message.MaxAssetsAll {
		problems = append(problems, api.Problem{
			File: file, Field: "assets", Says: fmt.Sprintf("the assets have %d bytes together, the limit is %d", total, message.MaxAssetsAll), Try: "leave some out or make them smaller",
		})
	}
	if len(problems) > 0 {
		return nil, refuseFile(file, problems...)
	}
	return uploads, nil
}

func sizeOf(uploads []api.Upload) int {
	n := 0
	for _, u := range uploads {
		n += len(u.Content)
	}
	return n
}

// plainError is what is wrong without the path, which is said already.
func plainError(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// sizeError says that a file is too large.
type sizeError struct{ size, limit int64 }

func (e *sizeError) Error() string {
	return fmt.Sprintf("the file has %d bytes; the limit is %d", e.size, e.limit)
}

// readBounded reads a regular file of at most limit bytes, which a link can't
// lead out of its folder.
func readBounded(root *os.Root, name string, limit int64) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > limit:
		return nil, &sizeError{size: info.Size(), limit: limit}
	}
	return io.ReadAll(io.LimitReader(f, limit+1)) // one more, in case it grows
}
