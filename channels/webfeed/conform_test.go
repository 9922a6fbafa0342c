package webfeed_test

import (
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/webfeed"
)

func TestConforms(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
		tb.Helper()
		c, err := webfeed.Kind().New(channels.Settings{
			Name: "web", Office: "Example Press Office", BaseURL: "https://news.example",
			Decode: func(any) error { return nil },
		})
		if err != nil {
			tb.Fatal(err)
		}
		return c, nil
	}})
}
