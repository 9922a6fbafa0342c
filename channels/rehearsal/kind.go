package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"clarion/channels"
)

// Bounds and defaults of the settings.
const (
	minLimit, defaultLimit, maxLimit = 1, 500, 100_000
	defaultLinkWeight                = 23
	maxUnit                          = 40 // characters
)

// settings is a channel's own part of the configuration file.
type settings struct {
	Limit      int    `toml:"limit"`       // greatest length of a post, 1 to 100000
	Unit       string `toml:"unit"`        // what the length is counted in, as people read it
	LinkWeight int    `toml:"link_weight"` // what a link counts, 0 to the limit
}

// Kind is a channel with limits of its own that publishes nothing. It stands
// in for a social network.
func Kind() channels.Kind {
	return channels.Kind{
		Name:    "rehearsal",
		Summary: "Counts and renders like a social network, and publishes nothing.",
		New:     newChannel,
	}
}

func newChannel(s channels.Settings) (channels.Channel, error) {
	own := settings{Limit: defaultLimit, Unit: "characters", LinkWeight: defaultLinkWeight}
	if err := s.Decode(&own); err != nil {
		return nil, err
	}
	if err := own.check(); err != nil {
		return nil, err
	}
	return network{name: s.Name, settings: own}, nil
}

func (s settings) check() error {
	var faults []error
	fault := func(key, says, try string) {
		faults = append(faults, &channels.SettingError{Key: key, Says: says, Try: try})
	}
	limit := s.Limit
	if limit < minLimit || limit > maxLimit {
		fault("limit", fmt.Sprintf("%d is out of range", limit), fmt.Sprintf("choose %d to %d", minLimit, maxLimit))
		limit = maxLimit
	}
	if s.LinkWeight < 0 || s.LinkWeight > limit {
		fault("link_weight", fmt.Sprintf("%d is out of range", s.LinkWeight), fmt.Sprintf("choose 0 to %d", limit))
	}
	if n := utf8.RuneCountInString(s.Unit); n < 1 || n > maxUnit || strings.ContainsFunc(s.Unit, unprintable) {
		fault("unit", fmt.Sprintf("%q is no label", s.Unit), fmt.Sprintf("write 1 to %d printable characters", maxUnit))
	}
	return errors.Join(faults...)
}

func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// network is a channel of the kind.
type network struct {
	name string
	settings
}

func (n network) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Media: true, Rehearses: true, Limit: n.Limit, Unit: n.Unit, Concurrency: concurrency, Ahead: ahead,
	}
}

func (n network) Destination() channels.Destination {
	return channels.Destination{Kind: "rehearsal", Endpoint: "rehearsal:", Account: n.name}
}

func (network) Publish(ctx context.Context, d channels.Delivery) (channels.Receipt, error) {
	return rehearse(ctx, d)
}
