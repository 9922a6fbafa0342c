package queue

import (
	"context"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// publishLocal settles claimed sends of a local channel: recording them is
// their publication.
func (l *lane) publishLocal(v view, items []message.Item) error {
	for {
		err := l.publishOnce(v, items)
		if err == nil {
			return nil
		}
		// The lease is ours until it is settled, so it is settled here or by the
		// next start.
		l.engine.observer.Trouble("publish by "+l.name, err)
		timer := time.NewTimer(l.setBack())
		select {
		case <-timer.C:
		case <-l.engine.claiming.Done():
			timer.Stop()
			return err
		}
	}
}

func (l *lane) publishOnce(v view, items []message.Item) error {
	now := time.Now().Round(0)
	all := make([]message.Settlement, len(items))
	for i, item := range items {
		all[i] = l.localOutcome(v, item, now)
	}
	opened, err := l.engine.store.Publish(context.WithoutCancel(l.engine.claiming), v.lane, all, now)
	if err != nil {
		return err
	}
	for i, o := range opened {
		if o.Attempt == 0 {
			l.engine.observer.Stopped(*o.Stopped)
			continue
		}
		l.engine.observer.Attempt(all[i])
	}
	l.engine.observer.Published()
	return nil
}

// localOutcome fills everything that will be public.
func (l *lane) localOutcome(v view, item message.Item, now time.Time) message.Settlement {
	o := opened{Opened: message.Opened{Item: item, At: now}, channel: v.channel, mode: v.lane.Mode, turn: v.turn}
	delivery, err := l.delivery(o)
	if err != nil {
		return l.outcome(o, channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: err.Error()})
	}
	receipt, err := v.channel.Publish(context.WithoutCancel(l.engine.claiming), delivery)
	s := l.outcome(o, receipt, err)
	if s.To != message.Sent {
		return s
	}
	if s.Publish, err = publication(delivery); err != nil {
		return l.outcome(o, channels.Receipt{}, &channels.Error{Class: channels.Permanent, Reason: err.Error()})
	}
	return s
}

func publication(d channels.Delivery) (*message.Publication, error) {
	p := &message.Publication{Documents: map[string][]byte{}, Assets: d.Rendering.Assets()}
	for _, doc := range d.Rendering.Documents {
		filled, err := doc.Fill(d.Values)
		if err != nil {
			return nil, fmt.Errorf("make the publication: %w", err)
		}
		p.Documents[doc.Name] = filled
	}
	return p, nil
}
