// Package bluesky posts to an account on Bluesky, or on any personal data
// server of the AT Protocol.
//
// Failure rules. A post's record key is made once and recorded in the journal
// before it is used, and the time of the post is the key's. The record is
// written with putRecord and swapRecord null: written again, the same record
// changes nothing, and another record under the key is refused. So a lost
// answer is Unknown, and reading the key back settles it. What the server
// refused because of a token did nothing, so the request is made once more
// with a renewed one. An upload shows to nobody until a post names it, so what
// goes wrong with one is Temporary. A session is kept in the vault before its
// tokens are used, since logins are few (30 in five minutes, 300 a day). No
// error tells a token or password.
package bluesky

import (
	"net/url"
	"time"

	"clarion/channels"
	"clarion/channels/request"
)

// Kind is the registry's line for Bluesky.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    "bluesky",
		Summary: "Posts to an account on Bluesky or another server of the AT Protocol.",
		New:     newChannel,
	}
}

// What the network takes (lexicons app.bsky.feed.post, app.bsky.embed.images).
const (
	maxLength  = 300       // grapheme clusters of a post
	maxBytes   = 3000      // of a post in UTF-8
	maxImages  = 4         // of a post
	maxImage   = 1_000_000 // bytes of an image
	maxAlt     = 2000      // characters of a description, as the app takes them
	imageSide  = 2000      // pixels; the app shows no more
	unit       = "characters"
	collection = "app.bsky.feed.post"
)

// concurrency is how many posts may be under way at once; the server commits
// to an account's repository one at a time.
const concurrency = 4

// Channel is one account.
type Channel struct {
	set     settings
	host    string // of this installation, as a link to a page shows it
	client  *request.Client
	account *account
	quota   quota
	now     func() time.Time
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	set, err := readSettings(s)
	if err != nil {
		return nil, err
	}
	client := request.New("Clarion (" + s.BaseURL + ")")
	base, err := url.Parse(s.BaseURL)
	if err != nil {
		base = &url.URL{}
	}
	return &Channel{
		set: set, host: base.Host, client: client, now: time.Now,
		account: newAccount(set, client, s.Vault, s.Name),
	}, nil
}

// Capabilities tells what the channel can do. A post can't be edited there.
func (c *Channel) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Media: true, Deletes: true, Replies: true, Threads: true,
		Limit: maxLength, Unit: unit, Images: maxImages, AltLimit: maxAlt,
		Concurrency: concurrency, Ahead: 1,
	}
}

// Destination identifies the server and the account.
func (c *Channel) Destination() channels.Destination {
	return channels.Destination{Kind: "bluesky", Endpoint: c.set.Service, Account: c.set.Identifier}
}
