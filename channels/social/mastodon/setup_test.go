package mastodon

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"clarion/channels"
	"clarion/channels/channeltest"
)

const (
	token    = "s3cr3t-t0k3n"
	homePage = "https://news.example.org/news/library-opens-x7"
)

func configured(text string) (channels.Channel, error) {
	return newChannel(channels.Settings{
		Name: "town", Office: "Town Hall", BaseURL: "https://news.example.org",
		Decode: func(into any) error {
			return toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(into)
		},
	})
}

// open gives a channel on a server that never waits.
func open(tb testing.TB, server, more string) *Channel {
	tb.Helper()
	tb.Setenv("CLARION_TEST_TOKEN", token)
	c, err := configured(`server = "` + server + `"` + "\ntoken = \"env:CLARION_TEST_TOKEN\"\n" + more)
	if err != nil {
		tb.Fatal(err)
	}
	ch := c.(*Channel)
	ch.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return ch
}

func rendered(tb testing.TB, c *Channel, post channels.Post) channels.Rendering {
	tb.Helper()
	r, problems := c.Render(post)
	if len(problems) > 0 {
		tb.Fatalf("problems: %+v", problems)
	}
	return r
}

// delivery is the first attempt at a rendering, opened now.
func delivery(r channels.Rendering) channels.Delivery {
	return channels.Delivery{
		Key: "key-1", Attempt: 1, Rendering: r, Values: channeltest.Values("key-1"), Opened: time.Now(),
		Begin: func() error { return nil }, Journal: channeltest.NewJournal(),
	}
}

// threaded is a post that makes three parts for a server with the default
// limits.
func threaded() channels.Post {
	p := channeltest.Post()
	p.Summary = strings.TrimSpace(strings.Repeat("A sentence of fifty characters is what stands here. ", 24))
	return p
}

func pictured() channels.Post {
	p := channeltest.Post()
	p.Assets = []channels.Asset{channeltest.Image(), channeltest.Attachment()}
	p.Assets[0].Focus = "0.5,-0.25"
	return p
}

func classOf(err error) channels.Class {
	if err == nil {
		return 255
	}
	return channels.AsError(err).Class
}

// deaf is a journal that can't be read.
type deaf struct{ channels.Journal }

var errDeaf = errors.New("the journal is closed")

func (deaf) Done(context.Context, string) (string, bool, error) { return "", false, errDeaf }

func (deaf) Original(context.Context, string) (string, bool, error) { return "", false, errDeaf }
