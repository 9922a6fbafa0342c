package daemon

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/rehearsal"
)

// account is a channel with credentials, to a destination that its
// configuration names. What is posted there is in the postbox.
type account struct {
	channels.Channel
	set   accountSettings
	posts *postbox
}

type accountSettings struct {
	Host    string          `toml:"host"`
	Token   channels.Secret `toml:"token"`   // "good", "bad" or "busy"
	Expires string          `toml:"expires"` // RFC 3339
	Fits    int             `toml:"fits"`    // so that it can be changed
}

func accountKind(posts *postbox) channels.Kind {
	return channels.Kind{Name: "account", Summary: "Has credentials.", New: func(s channels.Settings) (channels.Channel, error) {
		a := &account{posts: posts}
		if err := s.Decode(&a.set); err != nil {
			return nil, err
		}
		inner := s
		inner.Decode = func(any) error { return nil }
		var err error
		a.Channel, err = rehearsal.Kind().New(inner)
		return a, err
	}}
}

func (a *account) Capabilities() channels.Capabilities {
	return channels.Capabilities{Media: true, Limit: 500, Unit: "characters", Concurrency: 4, Ahead: 4}
}

func (a *account) Destination() channels.Destination {
	return channels.Destination{Kind: "account", Endpoint: "https://" + a.set.Host, Account: "office"}
}

func (a *account) Check(context.Context) (channels.Standing, error) {
	a.posts.checked(a.set.Host)
	switch a.set.Token.Reveal() {
	case "bad":
		return channels.Standing{}, &channels.Error{Class: channels.Unavailable, Reason: "401 the token was revoked"}
	case "busy":
		return channels.Standing{}, &channels.Error{Class: channels.Temporary, Reason: "503 busy"}
	}
	expires, _ := time.Parse(time.RFC3339, a.set.Expires) // zero without one
	return channels.Standing{Account: "@office", Expires: expires, Quota: "9 of 10 posts are left today"}, nil
}

func (a *account) Publish(_ context.Context, d channels.Delivery) (channels.Receipt, error) {
	if a.set.Token.Reveal() == "bad" {
		return channels.Receipt{}, &channels.Error{Class: channels.Unavailable, Reason: "401 the token was revoked"}
	}
	if err := d.Begin(); err != nil {
		return channels.Receipt{}, err
	}
	a.posts.post(a.set.Host, d.Key)
	return channels.Receipt{RemoteID: d.Key}, nil
}

// postbox is what the outside world saw, by host.
type postbox struct {
	mu     sync.Mutex
	posts  map[string]map[string]int // how often each key came
	checks map[string]int
}

func newPostbox() *postbox {
	return &postbox{posts: map[string]map[string]int{}, checks: map[string]int{}}
}

func (p *postbox) post(host, key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.posts[host] == nil {
		p.posts[host] = map[string]int{}
	}
	p.posts[host][key]++
}

func (p *postbox) checked(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks[host]++
}

// came gives how many posts came to a host, and faults any that came twice.
func (p *postbox) came(t *testing.T, host string) int {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, n := range p.posts[host] {
		if n != 1 {
			t.Errorf("%s came %d times to %s", key, n, host)
		}
	}
	return len(p.posts[host])
}

// accountChannel configures a channel with a token, which lies in a file.
func accountChannel(name, host, tokenFile, more string) string {
	return fmt.Sprintf("\n[[channel]]\nname = %q\nkind = \"account\"\nhost = %q\ntoken = \"file:%s\"\n%s\n", name, host, tokenFile, more)
}
