package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clarion/channels"
	"clarion/channels/rehearsal"
)

// Limits of a channel.
const (
	maxChannels      = 100
	maxChannelName   = 40 // characters
	maxConcurrency   = 100
	maxAhead         = 1000
	maxRatePerMinute = 1_000_000
	maxMinInterval   = 24 * time.Hour
)

// channels builds every channel, and gives the names that the file declares.
func (r *reader) channels() (declared []string) {
	value, given := r.values["channel"]
	if !given {
		return nil
	}
	t := &table{r: r, label: "channel", at: r.root.keys["channel"]}
	list, ok := value.([]any)
	if !ok {
		t.fault("", "is "+typeName(value), "write each channel as a table in double brackets, [[channel]]")
		return nil
	}
	if len(list) > maxChannels {
		t.fault("", fmt.Sprintf("stands more than %d times", maxChannels), "take some out")
		return nil
	}
	lines := map[string]int{}
	for i, item := range list {
		if name := r.channel(i, item, lines); name != "" {
			declared = append(declared, name)
		}
	}
	return declared
}

// channel builds one channel and gives its name, if it has one that is good.
// Names that stood before are in lines.
func (r *reader) channel(i int, item any, lines map[string]int) string {
	t := &table{r: r, label: fmt.Sprintf("channel[%d]", i), at: r.root.keys["channel"].items[i]}
	values, ok := item.(map[string]any)
	if !ok {
		t.fault("", "is "+typeName(item), "write each channel as a table in double brackets, [[channel]]")
		return ""
	}
	t.values = values
	c := Channel{}
	own := t.common(&c)
	goodName := t.channelName(c.Name)
	if goodName {
		t.onlyOnce(c.Name, lines)
	}
	t.channelLimits(c)
	if kind, ok := t.kind(c.Kind); ok && t.build(&c, kind, own) {
		r.config.Channels = append(r.config.Channels, c)
	}
	if !goodName {
		return ""
	}
	return c.Name
}

// common fills the keys that every channel has and gives the others.
func (t *table) common(c *Channel) (own map[string]any) {
	common, own := map[string]any{}, map[string]any{}
	keys := keysOf(c)
	for key, value := range t.values {
		if slices.Contains(keys, key) {
			common[key] = value
		} else {
			own[key] = value
		}
	}
	if name, ok := common["name"].(string); ok && isChannelName(name) {
		t.label = "channel[" + name + "]" // from here on faults say which
	}
	for _, f := range decode(common, c) {
		t.add(f)
	}
	return own
}

func isChannelName(name string) bool {
	return name != "" && len(name) <= maxChannelName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (t *table) channelName(name string) bool {
	const try = "write 1 to 40 lower-case letters, digits and hyphens"
	switch {
	case !t.sound("name"):
	case !t.has("name"):
		t.fault("name", "is missing", try)
	case !isChannelName(name):
		t.fault("name", "is not a channel name", try)
	}
	return t.sound("name")
}

func (t *table) onlyOnce(name string, lines map[string]int) {
	if first, taken := lines[name]; taken {
		t.fault("name", fmt.Sprintf("is taken by the channel at line %d", first), "give each channel a name of its own")
		return
	}
	lines[name] = t.at.find("name")
}

func (t *table) channelLimits(c Channel) {
	t.number("concurrency", c.Concurrency, 0, maxConcurrency)
	t.number("ahead", c.Ahead, 0, maxAhead)
	t.number("rate_per_minute", c.RatePerMinute, 0, maxRatePerMinute)
	t.duration("min_interval", c.MinInterval, 0, maxMinInterval)
	t.number("attempts", c.Attempts, 0, maxAttempts)
	if c.Timeout != 0 {
		t.duration("timeout", c.Timeout, minTimeout, maxTimeout)
	}
}

func (t *table) kind(name string) (channels.Kind, bool) {
	names := t.r.kinds.Names()
	kind, known := t.r.kinds.Lookup(name)
	switch {
	case known:
		return kind, true
	case !t.sound("kind"):
	case !t.has("kind"):
		t.fault("kind", "is missing", "write one of "+strings.Join(names, ", "))
	default:
		try := "write one of " + strings.Join(names, ", ")
		if near, ok := nearest(name, names); ok {
			try = "did you mean " + near + "? The kinds are " + strings.Join(names, ", ")
		}
		t.fault("kind", "is not a known kind", try)
	}
	return channels.Kind{}, false
}

// build makes the channel by its kind and reports what the kind refuses. The
// faults of decoding are reported even if the kind passes them over, and keys
// that a kind never asks for are unknown keys.
func (t *table) build(c *Channel, kind channels.Kind, own map[string]any) bool {
	var settings any
	var told []string // keys with a fault of decoding
	read := func(into any) error {
		settings = into
		var errs []error
		for _, f := range decode(own, into, keysOf(c)...) {
			t.add(f)
			told = append(told, f.Key)
			errs = append(errs, f)
		}
		return errors.Join(errs...)
	}
	built, err := kind.New(channels.Settings{
		Name: c.Name, Office: t.r.config.Office.Name, BaseURL: t.r.config.Server.BaseURL, Decode: read, Vault: t.r.vault,
	})
	if settings == nil {
		_ = read(&struct{}{}) // reported by read
	}
	t.refused(err, told)
	if c.Rehearse && built != nil {
		built = rehearsal.Wrap(built)
	}
	c.Built, c.own, c.settings = built, keyLines(settings), settings
	t.r.keepBuilt(c)
	return err == nil && len(told) == 0
}

// refused reports what a kind says is wrong. Of a key that could not be
// decoded nothing more is said: what follows from a fault is no fault.
func (t *table) refused(err error, told []string) {
	if err == nil {
		return
	}
	if joined, ok := errors.AsType[joinedError](err); ok {
		for _, e := range joined.Unwrap() {
			t.refused(e, told)
		}
		return
	}
	f, placed := errors.AsType[*channels.SettingError](err)
	switch {
	case placed && slices.Contains(told, f.Key):
	case placed:
		t.fault(f.Key, shorten(f.Says), shorten(f.Try))
	default:
		t.fault("", shorten(err.Error()), "correct the channel's keys")
	}
}
