package email

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"clarion/channels"
)

// base are settings for a relay on loopback without encryption.
func base(addr string) settings {
	host, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return settings{
		Host: host, Port: n, Security: securityNone,
		From: "Press Office <press@example.org>", ReturnPath: "bounces@example.org", Helo: "clarion.test",
	}
}

// open makes a channel as the registry would.
func open(t testing.TB, set settings) *Channel {
	t.Helper()
	ch, err := Kind().New(channels.Settings{
		Name: "mailing", Office: "Office of Examples", BaseURL: "https://news.example.org",
		Decode: func(into any) error { *into.(*settings) = set; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch.(*Channel)
}

func connect(t testing.TB, ch *Channel) *session {
	t.Helper()
	s, err := ch.Connect(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.(*session)
}

// deadline ends a test that hangs.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// plain is a post without anything special.
func plain() channels.Post {
	return channels.Post{
		Title: "Bridge opens", Body: "The bridge is open.\n\n.A line with a dot.", Language: "en-GB",
		Zone: "Europe/London", Department: "Department of Bridges",
		Audiences: []channels.Audience{{Name: "public", Title: "The public", Public: true}},
	}
}

// rendered renders a post that has no problem.
func rendered(t testing.TB, ch *Channel, post channels.Post) channels.Rendering {
	t.Helper()
	r, problems := ch.Render(post)
	if len(problems) > 0 {
		t.Fatalf("problems: %+v", problems)
	}
	return r
}

// values of one recipient.
func values(to string) channels.Values {
	return channels.Values{
		RecipientName: "Ada Example", RecipientAddress: to,
		UnsubscribeLink: "https://news.example.org/u/" + strings.Repeat("k", 40),
		MessageID:       "0123456789abcdef0123456789abcdef",
		PublishedAt:     time.Date(2027, 5, 1, 8, 0, 0, 0, time.UTC),
		PageAddress:     "https://news.example.org/news/bridge-opens-x1",
	}
}

// delivery of a rendering to one recipient.
func delivery(r channels.Rendering, to string) channels.Delivery {
	return channels.Delivery{
		Key: "0123456789abcdef0123456789abcdef", Attempt: 1, Digest: channels.Digest(r.Marshal()),
		Rendering: r, Values: values(to), Begin: func() error { return nil },
	}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
