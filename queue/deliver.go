package queue

import (
	"sync"
	"time"

	"clarion/channels"
	"clarion/crashpoint"
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
		Begin: func() error { return l.begin(o) }, Opened: o.At, Journal: l.journalOf(o.Item),
	}, nil
}

// begin is asked right before the first byte.
func (l *lane) begin(o opened) error {
	if why := l.barred(o); why != "" {
		return &channels.Error{Class: channels.NotBegun, Reason: why}
	}
	crashpoint.Here(crashpoint.Begun)
	return nil
}

// pace waits until the channel's rate allows a start. It is false if the
// engine stops meanwhile.
func (l *lane) pace() bool { return l.starts.Wait(l.claiming) == nil }

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
	if !i.PublishedAt.IsZero() && l.can.Local {
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

// rendering decodes an item's stored rendering. One that can't be read just now
// may be later; one that can't be decoded never will.
func (l *lane) rendering(i message.Item) (channels.Rendering, error) {
	if i.Rendering != nil {
		return decode(i.Rendering)
	}
	l.renderings.mu.Lock()
	defer l.renderings.mu.Unlock()
	if r, ok := l.renderings.byDigest[i.Digest]; ok {
		return r, nil
	}
	stored, err := l.engine.store.Rendering(l.sending, i.Send)
	if err != nil {
		return channels.Rendering{}, &channels.Error{Class: channels.Temporary, Reason: err.Error()}
	}
	r, err := decode(stored)
	if err != nil {
		return channels.Rendering{}, err
	}
	if l.renderings.byDigest == nil || len(l.renderings.byDigest) >= maxRenderings {
		l.renderings.byDigest = map[string]channels.Rendering{}
	}
	l.renderings.byDigest[i.Digest] = r
	return r, nil
}

func decode(stored []byte) (channels.Rendering, error) {
	r, err := channels.UnmarshalRendering(stored)
	if err != nil {
		return r, &channels.Error{Class: channels.Permanent, Reason: err.Error()}
	}
	return r, nil
}

// finish settles an attempt and does what its class asks of the whole lane.
func (l *lane) finish(o opened, receipt channels.Receipt, err error) {
	if classed := channels.AsError(err); classed != nil {
		switch classed.Class {
		case channels.Unavailable:
			l.pause(classed.Reason)
		case channels.RateLimited:
			l.rest(classed.Until)
		}
	}
	l.settle(l.outcome(o, receipt, err))
}

// rest lets nothing begin before the destination wants more.
func (l *lane) rest(until time.Time) {
	if heir := l.heir.Load(); heir != nil && heir.print == l.print {
		heir.rest(until)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = later(l.until, until)
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
