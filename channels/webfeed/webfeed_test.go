package webfeed

import (
	"context"
	"errors"
	"strings"
	"testing"

	"clarion/channels"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		entries int
		good    bool
	}{{-1, false}, {0, false}, {1, true}, {2, true}, {499, true}, {500, true}, {501, false}} {
		c, err := open(func(s *Settings) { s.Entries = tc.entries })
		if (err == nil) != tc.good {
			t.Errorf("%d entries: %v", tc.entries, err)
		}
		if err == nil && c.Settings().Entries != tc.entries {
			t.Errorf("%d entries became %d", tc.entries, c.Settings().Entries)
		}
		if fault, ok := errors.AsType[*channels.SettingError](err); !tc.good && (!ok || fault.Key != "entries") {
			t.Errorf("%d entries: %v, want a fault of the key", tc.entries, err)
		}
	}
}

func TestSettingsByDefault(t *testing.T) {
	t.Parallel()
	want := Settings{Title: "Example Press Office", Entries: 50}
	if got := channel(t).Settings(); got != want {
		t.Errorf("settings %+v, want %+v", got, want)
	}
}

func TestEveryFaultIsReported(t *testing.T) {
	t.Parallel()
	other := errors.New("colour: unknown key")
	_, err := Kind().New(channels.Settings{Decode: func(into any) error {
		into.(*Settings).Entries = 0
		return other
	}})
	if _, ok := errors.AsType[*channels.SettingError](err); !ok || !errors.Is(err, other) {
		t.Errorf("got %v, want both faults", err)
	}
}

func TestDestinationAndCapabilities(t *testing.T) {
	t.Parallel()
	c := channel(t)
	if got, want := c.Destination(), (channels.Destination{Kind: Kind().Name, Endpoint: "https://news.example"}); got != want {
		t.Errorf("destination %+v, want %+v", got, want)
	}
	if can := c.Capabilities(); !can.Local || !can.Page || !can.Media || !can.Replaces || can.Addressed || can.Concurrency != 1 || can.Ahead != 1 {
		t.Errorf("capabilities %+v", can)
	}
}

// delivery is an attempt at a post; begun counts calls of Begin.
func delivery(t *testing.T, begun *int) channels.Delivery {
	t.Helper()
	r, problems := channel(t).Render(posts()["images"])
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return channels.Delivery{Rendering: r, Values: values(t), Begin: func() error { *begun++; return nil }}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	begun := 0
	d := delivery(t, &begun)
	got, err := channel(t).Publish(t.Context(), d)
	want := channels.Receipt{RemoteID: d.Values.EntryID, RemoteURL: d.Values.PageAddress}
	if err != nil || got != want || begun != 1 {
		t.Errorf("receipt %+v, %v, begun %d times; want %+v, once", got, err, begun, want)
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		name  string
		ctx   context.Context
		edit  func(*channels.Delivery)
		class channels.Class
		says  string
	}{
		{"an open slot", t.Context(), func(d *channels.Delivery) { d.Values.AssetBase = "" }, channels.Permanent, "asset-address"},
		{"no entry id", t.Context(), func(d *channels.Delivery) { d.Values.EntryID = "" }, channels.Permanent, "entry-id"},
		{"another kind's rendering", t.Context(), func(d *channels.Delivery) { d.Rendering = channels.Rendering{} }, channels.Permanent, `no document "page"`},
		{"an ended context", ended, func(*channels.Delivery) {}, channels.NotBegun, "stopped"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			begun := 0
			d := delivery(t, &begun)
			tc.edit(&d)
			receipt, err := channel(t).Publish(tc.ctx, d)
			if got := channels.AsError(err); got == nil || got.Class != tc.class || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want %s: … %s", err, tc.class, tc.says)
			}
			if begun != 0 || receipt != (channels.Receipt{}) {
				t.Errorf("begun %d times, receipt %+v", begun, receipt)
			}
		})
	}
}

func TestPublishGivesTheErrorOfBegin(t *testing.T) {
	t.Parallel()
	frozen := errors.New("frozen")
	d := delivery(t, new(int))
	d.Begin = func() error { return frozen }
	if _, err := channel(t).Publish(t.Context(), d); err != frozen { //nolint:errorlint // the very error, not one that wraps it
		t.Errorf("got %v, want the error of Begin as it is", err)
	}
}
