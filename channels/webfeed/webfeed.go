// Package webfeed is the channel whose publication is ours: a public page for
// each message, and its entry in Atom, RSS and JSON feeds. The web face serves
// what this package renders and assembles.
//
// Failure rules. Render reports what an author must mend and gives no
// rendering with it. A rendering's documents stay well-formed whatever the
// author wrote: text is escaped where it is placed, characters that XML
// forbids are left out, and the slots depend on the message's assets and where
// the text shows them, never on its words. Publish writes nothing anywhere: the transaction that settles a
// send is its publication. Nothing here reads a clock.
package webfeed

import (
	"context"
	"errors"
	"fmt"

	"clarion/channels"
)

// Limits of a feed's length, in entries.
const (
	DefaultEntries = 50
	MaxEntries     = 500
)

// Settings are the channel's own keys of the configuration.
type Settings struct {
	Title       string `toml:"title"`       // of the feeds; the office's name by default
	Description string `toml:"description"` // of the feeds
	Entries     int    `toml:"entries"`     // in one feed, newest first: 1 to 500, 50 by default
}

// Kind is the web feed's line in the registry.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    "webfeed",
		Summary: "Public pages, and Atom, RSS and JSON feeds, served by this installation.",
		New:     newChannel,
	}
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	own := Settings{Title: s.Office, Entries: DefaultEntries}
	err := s.Decode(&own)
	if own.Entries < 1 || own.Entries > MaxEntries {
		err = errors.Join(err, &channels.SettingError{
			Key:  "entries",
			Says: fmt.Sprintf("%d is outside of 1 to %d", own.Entries, MaxEntries),
			Try:  fmt.Sprintf("leave it out for %d", DefaultEntries),
		})
	}
	if err != nil {
		return nil, err
	}
	return &Channel{office: s.Office, base: s.BaseURL, settings: own}, nil
}

// Channel is a configured web feed.
type Channel struct {
	office   string
	base     string // public address, no slash at the end
	settings Settings
}

var _ channels.Channel = (*Channel)(nil)

// Settings gives the channel's configuration to whoever assembles its feeds.
func (c *Channel) Settings() Settings { return c.settings }

// Capabilities tells what the channel can do.
func (c *Channel) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Local: true, Page: true, Media: true, Replaces: true, Concurrency: 1, Ahead: 1,
	}
}

// Destination identifies this installation's newsroom.
func (c *Channel) Destination() channels.Destination {
	return channels.Destination{Kind: "webfeed", Endpoint: c.base}
}

// Publish proves that every document of the rendering fills, and names the
// publication. A rendering that does not fill is Permanent; a context that has
// ended before is NotBegun.
func (c *Channel) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{Class: channels.NotBegun, Reason: "stopped before it was published", Err: err}
	}
	for _, name := range documentNames() {
		doc, ok := d.Rendering.Document(name)
		if !ok {
			return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: fmt.Sprintf("the rendering has no document %q", name)}
		}
		if _, err := doc.Fill(d.Values); err != nil {
			return channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: "the rendering cannot be filled", Err: err}
		}
	}
	if err := d.Begin(); err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{RemoteID: d.Values.EntryID, RemoteURL: d.Values.PageAddress}, nil
}
