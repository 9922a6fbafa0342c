package office_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"clarion/audience"
	"clarion/channels"
	"clarion/office"
)

// scribe is a channel that writes down what it was asked to render, and that
// nobody publishes by.
type scribe struct {
	name, account string
	can           channels.Capabilities
	refuses       channels.Action // what it finds a problem in, if anything
	inform        func(context.Context, channels.Post) (channels.Facts, error)
}

// asked is what a network's rendering holds.
type asked struct {
	Action              channels.Action
	Corrects, Withdraws string
	Posts               int
	Page                bool
	Audiences           []channels.Audience
	Facts               channels.Facts
	Picture             string
}

func (n scribe) Capabilities() channels.Capabilities {
	n.can.Concurrency, n.can.Ahead = 1, 1
	return n.can
}

func (n scribe) Destination() channels.Destination {
	return channels.Destination{Kind: "network", Endpoint: "https://" + n.name + ".example", Account: n.account}
}

func (n scribe) Render(p channels.Post) (channels.Rendering, []channels.Problem) {
	if n.refuses != "" && n.refuses == p.Action {
		return channels.Rendering{}, []channels.Problem{{Field: "body", Says: "it does not like to " + string(p.Action), Try: "write less"}}
	}
	a := asked{Action: p.Action, Corrects: p.Corrects, Withdraws: p.Withdraws, Posts: p.OriginalPosts, Page: p.HasPage, Audiences: p.Audiences, Facts: p.Facts}
	for _, asset := range p.Assets {
		content, err := p.Content(asset.SHA256)
		if err != nil {
			return channels.Rendering{}, []channels.Problem{{Field: "assets", Says: err.Error()}}
		}
		a.Picture = asset.Focus + " " + string(content[1:4])
	}
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return channels.Rendering{Documents: []channels.Document{{Name: "post/1", MediaType: "application/json", Parts: []channels.Part{{Literal: b}}}}}, nil
}

func (scribe) Publish(context.Context, channels.Delivery) (channels.Receipt, error) {
	return channels.Receipt{}, errors.New("nobody publishes in these tests")
}

func (n scribe) Preview(r channels.Rendering, v channels.Values) ([]channels.Preview, error) {
	return []channels.Preview{{Text: n.name + " shows " + v.PageAddress, Length: len(r.Documents), Limit: 9}}, nil
}

// curious is a network that asks outside before it renders.
type curious struct{ scribe }

func (c curious) Inform(ctx context.Context, p channels.Post) (channels.Facts, error) {
	return c.inform(ctx, p)
}

// connected is an office with networks beside its other channels, all of which
// reach everyone.
func connected(t *testing.T, all ...scribe) *bundle {
	t.Helper()
	b := setup(t)
	b.connect(all...)
	return b
}

func (b *bundle) connect(all ...scribe) {
	b.Helper()
	names := []string{"web"}
	for _, n := range all {
		c := office.Channel{Name: n.name, Kind: "network", Channel: n}
		if n.inform != nil {
			c.Channel = curious{n}
		}
		b.settings.Channels = append(b.settings.Channels, c)
		names = append(names, n.name)
	}
	b.renew()
	b.no(b.SetAudience(b.ctx, audience.Audience{Name: "public", Title: "Everyone", Public: true, Channels: names}, ann()))
}

// reconnect gives a network another face.
func (b *bundle) reconnect(n scribe) {
	b.Helper()
	for i := range b.settings.Channels {
		if b.settings.Channels[i].Name == n.name {
			b.settings.Channels[i].Channel = n
		}
	}
	b.renew()
}

// asked reads what a network would publish of a message.
func (b *bundle) asked(id, channel string) asked {
	b.Helper()
	r, err := b.Rendering(b.ctx, id, channel)
	b.no(err)
	var a asked
	b.no(json.Unmarshal(r.Documents[0].Text, &a))
	return a
}

// does tells what a message's plan does, channel by channel.
func (b *bundle) does(id string) map[string]string {
	b.Helper()
	does := map[string]string{}
	for _, p := range b.detail(id).Plan {
		does[p.Channel] = fmt.Sprintf("%s of %d", p.Action, p.Of)
	}
	return does
}
