package webhook

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// The secrets of the tests: the official library's, and another.
const (
	secretA = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secretB = "whsec_c2l4dHktZm91ciBieXRlcyBvZiBubyBzZWNyZXQgYXQgYWxs"
)

// instant is when the tests' events are sent.
var instant = time.Date(2027, time.May, 1, 8, 0, 0, 0, time.UTC)

// open makes a channel from its part of a configuration file.
func open(text string) (*channel, error) {
	ch, err := newChannel(channels.Settings{Name: "intranet", Decode: func(into any) error {
		return toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(into)
	}})
	if err != nil {
		return nil, err
	}
	c := ch.(*channel)
	c.now = func() time.Time { return instant }
	return c, nil
}

// to makes a channel to an address that signs with some secrets.
func to(t *testing.T, url string, secrets ...string) *channel {
	t.Helper()
	s := settings{URL: url}
	for _, text := range secrets {
		s.Secrets = append(s.Secrets, channels.NewSecret(text))
	}
	signers, err := s.complete()
	if err != nil {
		t.Fatal(err)
	}
	c, err := newChannel(channels.Settings{Decode: func(into any) error {
		*into.(*settings) = s
		return nil
	}})
	if err != nil || len(signers) != len(secrets) {
		t.Fatal(err)
	}
	c.(*channel).now = func() time.Time { return instant }
	return c.(*channel)
}

// delivery is an attempt at a post, as the queue makes it.
func delivery(t *testing.T, c *channel, post channels.Post) channels.Delivery {
	t.Helper()
	r, problems := c.Render(post)
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	const key = "0f6a2c4e8b1d3f5a7c9e0b2d4f6a8c1e"
	return channels.Delivery{
		Key: key, Attempt: 1, Rendering: r, Values: channeltest.Values(key), Begin: func() error { return nil },
	}
}

// listener counts events and answers as it is told.
type listener struct {
	*httptest.Server

	mu     sync.Mutex
	events []channeltest.Request
}

func receive(t *testing.T, answer http.HandlerFunc) *listener {
	t.Helper()
	r := &listener{}
	r.Server = httptest.NewServer(r.counting(t, answer))
	t.Cleanup(r.Close)
	return r
}

func (r *listener) counting(t *testing.T, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		body := readAll(t, req.Body)
		r.mu.Lock()
		r.events = append(r.events, channeltest.Request{Method: req.Method, Path: req.URL.RequestURI(), Header: req.Header.Clone(), Body: body})
		r.mu.Unlock()
		answer(w, req)
	}
}

func (r *listener) seen() []channeltest.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]channeltest.Request(nil), r.events...)
}

// quietLog swallows what a server says of handshakes that tests make fail.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
