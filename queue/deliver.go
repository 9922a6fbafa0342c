package queue

import (
	"context"
	"sync"
	"time"

	"clarion/channels"
	"clarion/message"
)

// delivery makes what an adapter gets of an opened attempt.
func (l *lane) delivery(o opened) (channels.Delivery, error) {
	rendering, err := l.rendering(o.Item)
	if err != nil {
		return channels.Delivery{}, err
	}
	return channels.Delivery{
		Key: o.Item.Key, Attempt: o.Item.Attempt, Digest: o.Item.Digest,
		Rendering: rendering, Values: l.values(o.Item, o.At),
		Begin: func() error { return l.begin(o) },
	}, nil
}

// begin is asked right before the first byte.
func (l *lane) begin(o opened) error {
	l.mu.Lock()
	turned := l.turn != o.turn && o.mode == message.Live
	l.mu.Unlock()
	switch {
	case l.engine.freezer.Frozen():
		return &channels.Error{Class: channels.NotBegun, Reason: "everything is frozen"}
	case turned:
		return &channels.Error{Class: channels.NotBegun, Reason: "the channel was switched meanwhile"}
	case l.engine.claiming.Err() != nil:
		return &channels.Error{Class: channels.NotBegun, Reason: stopping}
	}
	return nil
}

func (l *lane) values(i message.Item, now time.Time) channels.Values {
	links := l.engine.settings.Links
	v := channels.Values{
		RecipientName: i.Name, RecipientAddress: i.Address, MessageID: i.Key, EntryID: i.EntryID,
		PageAddress: links.Page(i.Slug), PublishedAt: now, UpdatedAt: now,
		Zone: links.Zone, AssetBase: links.AssetBase, Asset: l.engine.store.Asset,
	}
	if i.Recipient != 0 {
		v.UnsubscribeLink = links.Unsubscribe(i.Recipient)
	}
	if !i.PublishedAt.IsZero() && l.live.Capabilities().Local {
		v.PublishedAt = i.PublishedAt
	}
	return v
}

// maxRenderings bounds the decoded renderings that a lane remembers.
const maxRenderings = 8

// renderingCache remembers decoded renderings of addressed sends by digest.
type renderingCache struct {
	mu       sync.Mutex
	byDigest map[string]channels.Rendering
}

// rendering decodes an item's stored rendering.
func (l *lane) rendering(i message.Item) (channels.Rendering, error) {
	if i.Rendering != nil {
		return channels.UnmarshalRendering(i.Rendering)
	}
	l.renderings.mu.Lock()
	defer l.renderings.mu.Unlock()
	if r, ok := l.renderings.byDigest[i.Digest]; ok {
		return r, nil
	}
	stored, err := l.engine.store.Rendering(context.Background(), i.Send)
	if err != nil {
		return channels.Rendering{}, err
	}
	r, err := channels.UnmarshalRendering(stored)
	if err != nil {
		return channels.Rendering{}, err
	}
	if l.renderings.byDigest == nil || len(l.renderings.byDigest) >= maxRenderings {
		l.renderings.byDigest = map[string]channels.Rendering{}
	}
	l.renderings.byDigest[i.Digest] = r
	return r, nil
}

// finish settles an attempt and does what its class asks of the whole lane.
func (l *lane) finish(o opened, receipt channels.Receipt, err error) {
	classed := channels.AsError(err)
	if classed != nil {
		switch classed.Class {
		case channels.Unavailable:
			l.pause(classed.Reason)
		case channels.RateLimited:
			l.mu.Lock()
			l.until = later(l.until, classed.Until)
			l.mu.Unlock()
		}
	}
	l.settle(l.outcome(o, receipt, err))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// outcome says where an attempt's answer takes its send or recipient.
func (l *lane) outcome(o opened, receipt channels.Receipt, err error) message.Settlement {
	now := time.Now().Round(0)
	s := message.Settlement{
		Item: o.Item, Attempt: o.Attempt, OpenedAt: o.At, ClosedAt: now, Receipt: receipt, Mode: o.mode, To: message.Sent,
	}
	if s.Rehearsed() {
		s.To = message.SendRehearsed
	}
	classed := channels.AsError(err)
	if classed == nil {
		return s
	}
	s.Failed, s.Class, s.Reason = true, classed.Class, classed.Reason
	switch classed.Class {
	case channels.NotBegun:
		s.To, s.NextAt = message.Planned, now
	case channels.Permanent:
		s.To = message.Failed
	case channels.Temporary, channels.RateLimited:
		l.retry(&s, classed.Until)
	case channels.Unavailable:
		s.To, s.NextAt = message.Waiting, now.Add(l.limits.Retry.First)
	default:
		s.To = message.SendUnknown
	}
	return s
}

func (l *lane) retry(s *message.Settlement, notBefore time.Time) {
	next, again := l.limits.Retry.Next(s.Item.Attempt, s.Item.Due, s.ClosedAt, notBefore)
	if !again {
		s.To = message.Failed
		return
	}
	s.To, s.NextAt = message.Waiting, next
}
