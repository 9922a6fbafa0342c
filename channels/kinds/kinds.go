// Package kinds is the registry: the one place that knows every kind of
// channel. Adding a kind takes its package and one line here.
//
// Failure rules. There are none of its own; a name that is not listed is
// unknown to the configuration, which says so.
package kinds

import (
	"clarion/channels"
	"clarion/channels/email"
	"clarion/channels/rehearsal"
	"clarion/channels/social/bluesky"
	"clarion/channels/social/mastodon"
	"clarion/channels/social/x"
	"clarion/channels/webfeed"
	"clarion/channels/webhook"
)

// All lists the kinds in the order in which people read them.
func All() channels.Registry {
	return channels.Registry{
		webfeed.Kind(),
		email.Kind(),
		mastodon.Kind(),
		bluesky.Kind(),
		x.Kind(),
		webhook.Kind(),
		rehearsal.Kind(),
	}
}
