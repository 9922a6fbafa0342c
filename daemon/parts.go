package daemon

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"clarion/channels/rehearsal"
	"clarion/channels/webfeed"
	"clarion/config"
	"clarion/fetch"
	"clarion/message"
	"clarion/office"
	"clarion/queue"
	"clarion/store"
	"clarion/web"
)

// parts is what the configuration comes to.
type parts struct {
	office         office.Settings
	lanes          []queue.Lane
	links          office.Links
	feed           webfeed.Settings
	unsubscribeKey []byte
}

func newParts(ctx context.Context, c *config.Config, s *store.Store) (parts, error) {
	zone, err := time.LoadLocation(c.Office.Zone)
	if err != nil {
		return parts{}, fmt.Errorf("load the office's zone: %w", err)
	}
	var p parts
	if p.feed, err = feedOf(c); err != nil {
		return parts{}, err
	}
	if p.unsubscribeKey, err = s.Key(ctx, "unsubscribe"); err != nil {
		return parts{}, err
	}
	p.links = linksOf(c.Server.BaseURL, p.unsubscribeKey, zone)
	p.office = office.Settings{
		Language: c.Office.Language, Zone: c.Office.Zone, Department: c.Office.Name, Links: p.links,
	}
	addresses := []string{c.Server.BaseURL} // what the operator names may be reached, wherever it stands
	for _, channel := range c.Channels {
		p.office.Channels = append(p.office.Channels, office.Channel{Name: channel.Name, Kind: channel.Kind, Channel: channel.Built})
		if channel.Kind != "webhook" { // it has nothing to read, and often stands inside
			addresses = append(addresses, channel.Built.Destination().Endpoint)
		}
		p.lanes = append(p.lanes, queue.Lane{
			Name: channel.Name, Channel: channel.Built, Rehearsal: rehearsal.Wrap(channel.Built), Limits: limitsOf(c.Queue, channel),
		})
	}
	p.office.Fetcher = fetch.New(fetch.Settings{Agent: "Clarion (" + c.Server.BaseURL + ")", Allow: addresses})
	return p, nil
}

func linksOf(base string, key []byte, zone *time.Location) office.Links {
	return office.Links{
		Page:        func(slug string) string { return base + "/news/" + slug },
		Unsubscribe: func(recipient int64) string { return base + "/unsubscribe/" + web.UnsubscribeToken(key, recipient) },
		AssetBase:   base + "/media/",
		Zone:        zone,
	}
}

// limitsOf fills what a channel leaves out from its kind and the queue.
func limitsOf(q config.Queue, c config.Channel) queue.Limits {
	can := c.Built.Capabilities()
	interval := c.MinInterval
	if c.RatePerMinute > 0 {
		interval = max(interval, time.Minute/time.Duration(c.RatePerMinute))
	}
	return queue.Limits{
		Concurrency: cmp.Or(c.Concurrency, can.Concurrency, 1),
		Ahead:       cmp.Or(c.Ahead, can.Ahead, 1),
		Interval:    interval,
		Timeout:     cmp.Or(c.Timeout, q.PublishTimeout),
		Retry: message.Retry{
			Attempts: cmp.Or(c.Attempts, q.Attempts), First: q.BackoffFirst, Max: q.BackoffMax, GiveUpAfter: q.GiveUpAfter,
		},
		Patience: message.Patience{First: q.ReadBackFirst, For: q.ReadBackFor},
	}
}

// feedOf gives the settings of the one channel that makes public pages.
func feedOf(c *config.Config) (webfeed.Settings, error) {
	var feed webfeed.Settings
	found := ""
	for _, channel := range c.Channels {
		if built, ok := channel.Built.(*webfeed.Channel); ok {
			if found != "" {
				return feed, &office.Refusal{
					Code: office.Conflict, Try: "keep one of them",
					Says: fmt.Sprintf("the channels %s and %s are both of kind webfeed, and the addresses of feeds and pages are fixed", found, channel.Name),
				}
			}
			found, feed = channel.Name, built.Settings()
		}
	}
	return feed, nil
}
