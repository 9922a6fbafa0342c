package rehearsal

import (
	"errors"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// configured makes a channel from a piece of a configuration file.
func configured(text string) (channels.Channel, error) {
	return Kind().New(channels.Settings{Name: "town", Decode: func(into any) error {
		return toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(into)
	}})
}

func TestKindConforms(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			c, err := configured("")
			if err != nil {
				tb.Fatal(err)
			}
			return c, nil
		},
	})
}

func TestKindDefaults(t *testing.T) {
	t.Parallel()
	c, err := configured("")
	if err != nil {
		t.Fatal(err)
	}
	want := channels.Capabilities{Media: true, Rehearses: true, Limit: 500, Unit: "characters", Concurrency: 16, Ahead: 64}
	if got := c.Capabilities(); got != want {
		t.Errorf("got %+v", got)
	}
	if got := c.Destination(); got != (channels.Destination{Kind: "rehearsal", Endpoint: "rehearsal:", Account: "town"}) {
		t.Errorf("got %+v", got)
	}
}

func TestKindSettings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		keys []string // at fault
	}{
		{`limit = 1` + "\nlink_weight = 0", nil},
		{`limit = 100000`, nil},
		{`limit = 0`, []string{"limit"}},
		{`limit = 100001`, []string{"limit"}},
		{`link_weight = 500`, nil},
		{`link_weight = 501`, []string{"link_weight"}},
		{`link_weight = -1`, []string{"link_weight"}},
		{"limit = 22", []string{"link_weight"}}, // the default weight no longer fits
		{`unit = "` + strings.Repeat("é", 40) + `"`, nil},
		{`unit = "` + strings.Repeat("é", 41) + `"`, []string{"unit"}},
		{`unit = ""`, []string{"unit"}},
		{`unit = "a\nb"`, []string{"unit"}},
		{"limit = -5\nlink_weight = -5\nunit = \"\"", []string{"limit", "link_weight", "unit"}},
	}
	for _, test := range tests {
		_, err := configured(test.text)
		if (err == nil) != (len(test.keys) == 0) {
			t.Errorf("%q: got %v", test.text, err)
			continue
		}
		if err == nil {
			continue
		}
		var keys []string
		for _, fault := range err.(interface{ Unwrap() []error }).Unwrap() {
			if e, ok := errors.AsType[*channels.SettingError](fault); ok && e.Says != "" && e.Try != "" {
				keys = append(keys, e.Key)
			}
		}
		if strings.Join(keys, " ") != strings.Join(test.keys, " ") {
			t.Errorf("%q: faults of %q, want %q", test.text, keys, test.keys)
		}
	}
}

func TestKindReportsWhatDecodeSays(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"limits = 5", `limit = "many"`} {
		if _, err := configured(text); err == nil {
			t.Errorf("%q: accepted", text)
		}
	}
}
