package config_test

import (
	"context"
	"errors"
	"flag"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"clarion/channels"
	"clarion/config"
)

var update = flag.Bool("update", false, "write golden files anew")

// secretValue must never be seen in anything that is printed.
const secretValue = "correct-horse-battery"

func TestMain(m *testing.M) {
	flag.Parse()
	_ = os.Unsetenv("CLARION_BASE_URL")
	_ = os.Unsetenv("CLARION_TEST_UNSET")
	for _, name := range []string{
		"CLARION_TEST_SECRET", "CLARION_OIDC_SECRET", "CLARION_SMTP_PASSWORD", "CLARION_BLUESKY_APP_PASSWORD",
		"CLARION_X_CONSUMER_KEY", "CLARION_X_CONSUMER_SECRET", "CLARION_X_ACCESS_TOKEN", "CLARION_X_ACCESS_SECRET",
	} {
		_ = os.Setenv(name, secretValue)
	}
	_ = os.Setenv("CLARION_MASTODON_TOKEN", secretValue)
	_ = os.Setenv("CLARION_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	os.Exit(m.Run())
}

// kinds are a feed without keys of its own to speak of, a mail kind that has
// every type of key, and one that never asks for its keys.
func kinds() channels.Registry {
	return channels.Registry{
		{Name: "webfeed", New: newFeed},
		{Name: "email", New: newMail},
		{Name: "mute", New: func(channels.Settings) (channels.Channel, error) { return fake{}, nil }},
	}
}

type fake struct{ settings any }

func (fake) Capabilities() channels.Capabilities {
	return channels.Capabilities{Concurrency: 3, Ahead: 2}
}
func (fake) Destination() channels.Destination { return channels.Destination{} }
func (fake) Render(channels.Post) (channels.Rendering, []channels.Problem) {
	return channels.Rendering{}, nil
}
func (fake) Publish(context.Context, channels.Delivery) (channels.Receipt, error) {
	return channels.Receipt{}, nil
}

// mailer is a value with an unexported secret: fmt would print it whole.
type mailer struct {
	fake
	password channels.Secret
}

func (mailer) Notify(context.Context, []string, string, string) error { return nil }

type feedSettings struct {
	Title   string `toml:"title"`
	Entries int    `toml:"entries"`
}

func newFeed(s channels.Settings) (channels.Channel, error) {
	settings := feedSettings{Title: s.Office, Entries: 50}
	if err := s.Decode(&settings); err != nil {
		return nil, err
	}
	return fake{settings}, nil
}

type mailSettings struct {
	Host     string            `toml:"host"`
	Port     uint16            `toml:"port"`
	Password channels.Secret   `toml:"password"`
	Verify   bool              `toml:"verify"`
	Ratio    float64           `toml:"ratio"`
	Grace    time.Duration     `toml:"grace"`
	Local    netip.Addr        `toml:"local"`
	Tags     []string          `toml:"tags"`
	Headers  map[string]string `toml:"headers"`
	Pool     *struct {
		Size int  `toml:"size"`
		Warm bool `toml:"warm"`
	} `toml:"pool"`
}

// newMail joins what decoding and its own checks find.
func newMail(s channels.Settings) (channels.Channel, error) {
	settings := mailSettings{Port: 587}
	err := s.Decode(&settings)
	if settings.Host == "" {
		err = errors.Join(err, &channels.SettingError{Key: "host", Says: "is missing", Try: "name the relay"})
	}
	if settings.Host == "unplaced" {
		err = errors.Join(err, errors.New("the relay has no place"))
	}
	if err != nil {
		return nil, err
	}
	return mailer{fake{settings}, settings.Password}, nil
}

// parse reads text that must be without a fault.
func parse(t *testing.T, text string, options ...config.Option) *config.Config {
	t.Helper()
	c, err := config.Parse("clarion.toml", []byte(text), kinds(), options...)
	if err != nil {
		t.Fatalf("faults:\n%v\nin:\n%s", err, text)
	}
	return c
}

// faults reads text and gives what is wrong with it.
func faults(t *testing.T, text string, options ...config.Option) config.Faults {
	t.Helper()
	c, err := config.Parse("clarion.toml", []byte(text), kinds(), options...)
	if err == nil {
		return nil
	}
	found, ok := errors.AsType[config.Faults](err)
	if !ok || c != nil || len(found) == 0 {
		t.Fatalf("want no configuration and faults, got %v and %T %v", c, err, err)
	}
	return found
}

// expect wants exactly one fault, at a key and saying a phrase; with an empty
// key it wants none.
func expect(t *testing.T, found config.Faults, key, phrase string) {
	t.Helper()
	if key == "" && len(found) == 0 {
		return
	}
	if key == "" || len(found) != 1 || found[0].Key != key || !strings.Contains(found[0].String(), phrase) {
		t.Errorf("want one fault of %q with %q, got:\n%v", key, phrase, found)
	}
}

const office = "[office]\nname = \"Press Office\"\n"
