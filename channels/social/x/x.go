// Package x publishes on X: posts with images and their descriptions, threads,
// replies, and their removal, by X's API of version 2.
//
// Failure rules. X knows no idempotency key. A post whose answer did not come,
// or came with a 5xx, may be live: it is Unknown, and nothing is repeated
// before Find has looked at the account's own timeline. So is one that X calls
// a duplicate, which is evidence that it is live. What comes before the first
// post (a renewed token, uploads, descriptions) shows nowhere, so its failure
// is never Unknown; nor is that of a removal, which may be repeated. A refused
// account, app or payment is Unavailable; a refused text is Permanent. A
// renewed token is in the vault before it is used. No error, receipt or
// rendering holds a credential.
package x

import (
	"sync"
	"time"

	"clarion/channels"
	"clarion/channels/request"
	"clarion/channels/social/x/xtext"
)

// unit is what the length is counted in.
const unit = "characters, as X counts them"

// Kind is an account on X.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    "x",
		Summary: "Posts to an account on X, with images, threads and read-back.",
		New:     newChannel,
	}
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	own := settings{API: defaultAPI, SettleAfter: defaultSettle}
	if err := s.Decode(&own); err != nil {
		return nil, err
	}
	if err := own.check(); err != nil {
		return nil, err
	}
	c := &account{settings: own, text: xtext.New(), client: request.New("Clarion"), now: time.Now}
	if own.ClientID == "" {
		c.credentials = signer{&c.settings}
	} else {
		c.credentials = newTokens(c, "x-"+s.Name, s.Vault)
	}
	return c, nil
}

// account is a channel of the kind.
type account struct {
	settings
	text        *xtext.Counter
	client      *request.Client
	credentials credentials
	now         func() time.Time

	mu    sync.Mutex
	id    string // as X answered last
	quota quota
}

// Capabilities tells what the channel can do.
func (*account) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Media: true, Deletes: true, Replies: true, Threads: true,
		Limit: xtext.Limit, Unit: unit, Images: maxImages, AltLimit: maxAlt,
		Concurrency: 2, Ahead: 1,
	}
}

// Destination is the account. X does not tell handles apart by case.
func (c *account) Destination() channels.Destination {
	return channels.Destination{Kind: "x", Endpoint: c.API, Account: "@" + lower(c.Handle)}
}

// known gives the account's id, or "" if it was not asked yet.
func (c *account) known() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

func (c *account) remember(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id = id
}
