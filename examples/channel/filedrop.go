// Package filedrop is a worked example for authors of channels: a kind that
// writes each post as a file into a folder. docs/channels.md walks through it.
//
// Failure rules. A file appears whole under its name or not at all, and its
// name is the idempotency key, so a second attempt finds the first one's file
// and adds none. Until the file has its name nothing was published: Temporary,
// or Unavailable where someone must mend the folder. After that only a failed
// flush of the folder is left, and whether the name outlives a crash then is
// Unknown.
package filedrop

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"clarion/channels"
)

// Settings is the channel's own part of the configuration file.
type Settings struct {
	Folder string `toml:"folder"` // absolute path of a folder that exists
}

// Kind is the line for the registry.
func Kind() channels.Kind {
	return channels.Kind{Name: "filedrop", Summary: "Writes each post as a file into a folder.", New: New}
}

// New reads the settings. It does no I/O: whether the folder exists is found
// out by Check, so that a configuration can be tried on another machine.
func New(s channels.Settings) (channels.Channel, error) {
	var own Settings
	if err := s.Decode(&own); err != nil {
		return nil, err
	}
	if !filepath.IsAbs(own.Folder) {
		return nil, &channels.SettingError{Key: "folder", Says: "is no absolute path", Try: "write one such as /srv/drop"}
	}
	return Channel{folder: filepath.Clean(own.Folder)}, nil
}

// Channel writes into one folder.
type Channel struct{ folder string }

// Capabilities says one file at a time, which is fast enough.
func (Channel) Capabilities() channels.Capabilities {
	return channels.Capabilities{Concurrency: 1, Ahead: 1}
}

// Destination goes into the fingerprint that an approval covers: another
// folder is another destination.
func (c Channel) Destination() channels.Destination {
	return channels.Destination{Kind: "filedrop", Endpoint: "file://" + filepath.ToSlash(c.folder)}
}

// Render lays out the text. What is not known yet is a slot; the author's text
// is always a literal, whatever stands in it.
func (Channel) Render(post channels.Post) (channels.Rendering, []channels.Problem) {
	if strings.TrimSpace(post.Title) == "" {
		return channels.Rendering{}, []channels.Problem{{Field: "title", Says: "is empty", Try: "write a title"}}
	}
	parts := []channels.Part{
		{Slot: channels.PublishedAt, Form: channels.TimeISOMinute},
		{Literal: []byte("\n" + post.Title + "\n\n" + post.Body + "\n")},
	}
	if post.HasPage {
		parts = append(parts, channels.Part{Slot: channels.PageAddress}, channels.Part{Literal: []byte("\n")})
	}
	document := channels.Document{Name: "post", MediaType: "text/plain; charset=utf-8", Parts: parts}
	return channels.Rendering{Documents: []channels.Document{document}}, nil
}

// Publish writes the file: once, without a retry, a pause or a decision.
func (c Channel) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, failed(channels.Temporary, "stopped before it began", err)
	}
	post, _ := d.Rendering.Document("post")
	content, err := post.Fill(d.Values)
	if err != nil {
		return channels.Receipt{}, failed(channels.Permanent, "the text could not be completed", err)
	}
	root, err := os.OpenRoot(c.folder) // no key, however odd, leads out of the folder
	if err != nil {
		return channels.Receipt{}, failed(channels.Unavailable, "the folder cannot be opened", err)
	}
	defer func() { _ = root.Close() }() // nothing was written through it
	// From here on bytes are written. An error of Begin is returned as it is.
	if err := d.Begin(); err != nil {
		return channels.Receipt{}, err
	}
	if err := drop(root, d.Key, content); err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{RemoteID: d.Key, Detail: "written as " + d.Key + ".txt"}, nil
}

// Check tells whether the folder can be used, without writing into it.
func (c Channel) Check(context.Context) (channels.Standing, error) {
	root, err := os.OpenRoot(c.folder)
	if err != nil {
		return channels.Standing{}, failed(channels.Unavailable, "the folder cannot be opened", err)
	}
	return channels.Standing{}, root.Close()
}

func failed(class channels.Class, reason string, err error) error {
	return &channels.Error{Class: class, Reason: reason, Err: err}
}

// drop gives the content its name in one step: readers of the folder see all
// of it or nothing.
func drop(root *os.Root, key string, content []byte) error {
	part := "." + key + ".part"
	if err := write(root, part, content); err != nil {
		return failed(classOf(err), "the file could not be written", err)
	}
	defer func() { _ = root.Remove(part) }() // a part that stays is written over by the next attempt
	// Link fails if the name is taken, as O_EXCL does. Then an earlier attempt
	// under this key got through, which is what we want.
	if err := root.Link(part, key+".txt"); err != nil && !errors.Is(err, fs.ErrExist) {
		return failed(classOf(err), "the file could not be given its name", err)
	}
	if err := flush(root); err != nil {
		return failed(channels.Unknown, "the folder could not be flushed", err)
	}
	return nil
}

// classOf: the file has no name yet, so nothing was published.
func classOf(err error) channels.Class {
	if errors.Is(err, fs.ErrPermission) {
		return channels.Unavailable // until someone mends the permissions
	}
	return channels.Temporary
}

// write does not return before the bytes are on the disk.
func write(root *os.Root, name string, content []byte) error {
	file, err := root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// flush makes a new name in the folder durable.
func flush(root *os.Root) error {
	folder, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
