package kinds

import (
	"os"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"clarion/channels"
	"clarion/channels/channeltest"
	"clarion/channels/rehearsal"
)

func TestAll(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range All() {
		if k.Name == "" || k.Name != strings.ToLower(k.Name) || seen[k.Name] {
			t.Errorf("a kind is called %q", k.Name)
		}
		seen[k.Name] = true
		if !strings.HasSuffix(k.Summary, ".") || k.New == nil {
			t.Errorf("%s: summary %q, New %t", k.Name, k.Summary, k.New != nil)
		}
		if found, ok := All().Lookup(k.Name); !ok || found.Summary != k.Summary {
			t.Errorf("%s: not found by its name", k.Name)
		}
	}
}

// subjects gives each kind its settings and destination for the suite.
func subjects() map[string]channeltest.Subject {
	quiet := func(kind, text string) channeltest.Subject {
		return channeltest.Subject{New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			return configured(tb, kind, text), nil
		}}
	}
	return map[string]channeltest.Subject{
		"webfeed":   quiet("webfeed", ""),
		"rehearsal": quiet("rehearsal", ""),
		"email":     overSMTP(),
		"mastodon":  overMastodon(),
		"x":         overX(),
		"webhook":   overWebhook(),
		"bluesky":   overXRPC(),
	}
}

func configured(tb testing.TB, kind, text string) channels.Channel {
	tb.Helper()
	k, ok := All().Lookup(kind)
	if !ok {
		tb.Fatalf("no kind is called %q", kind)
	}
	c, err := k.New(channels.Settings{
		Name: "town", Office: "Town Hall", BaseURL: "https://news.example.org",
		Decode: func(into any) error {
			return toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(into)
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// TestEveryKindConforms runs the suite on each kind of the registry, and on
// its rehearsal.
func TestEveryKindConforms(t *testing.T) {
	t.Parallel()
	for _, k := range All() {
		s, ok := subjects()[k.Name]
		if !ok {
			t.Errorf("%s: no subject for the conformance suite; add one to subjects", k.Name)
			continue
		}
		t.Run(k.Name, func(t *testing.T) { channeltest.Run(t, s) })
		t.Run(k.Name+" in rehearsal", func(t *testing.T) { channeltest.Run(t, rehearsed(s)) })
	}
}

// rehearsed wraps a subject's channel; what still reached its destination
// would be counted.
func rehearsed(s channeltest.Subject) channeltest.Subject {
	live := s.New
	s.New = func(tb testing.TB) (channels.Channel, channeltest.Destination) {
		c, to := live(tb)
		if to != nil {
			tb.Cleanup(func() {
				if n := to.Requests(); n != 0 {
					tb.Errorf("%d requests left a rehearsal", n)
				}
			})
		}
		return rehearsal.Wrap(c), nil
	}
	return s
}

func writeFile(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}
