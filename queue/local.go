package queue

import (
	"context"
	"fmt"
	"time"

	"clarion/channels"
	"clarion/message"
)

// publish settles claimed sends of a local channel: recording them is their
// publication. What can't be recorded is kept, for the lease is ours until it
// is settled or the next start takes it back.
func (l *lane) publish(items []message.Item) {
	if len(items) == 0 {
		return
	}
	left := inPieces(items, l.record, func(err error) { l.engine.observer.Trouble("publish by "+l.name, err) })
	if len(left) > 0 && len(l.unpublished) == 0 {
		l.republish = time.Now().Add(l.trouble.next())
	}
	l.unpublished = append(l.unpublished, left...)
}

// publishAgain tries what could not be recorded once its time has come, and
// gives how long that is.
func (l *lane) publishAgain() time.Duration {
	if time.Until(l.republish) <= 0 {
		l.publishLeft()
	}
	if len(l.unpublished) == 0 {
		return wallCheck
	}
	return time.Until(l.republish)
}

func (l *lane) publishLeft() {
	if items := l.unpublished; len(items) > 0 {
		l.unpublished = nil
		l.publish(items)
	}
}

// putBackLeases gives back what was claimed and not published. It tries a last
// time when the engine stops; what can't be recorded then, the next start does.
func (l *lane) putBackLeases() {
	for {
		last := l.engine.claiming.Err() != nil
		l.publishLeft()
		if last || len(l.unpublished) == 0 {
			return
		}
		select {
		case <-time.After(time.Until(l.republish)):
		case <-l.engine.claiming.Done():
		}
	}
}

// record publishes as the channel stands now, which may have been switched
// since the claim.
func (l *lane) record(items []message.Item) error {
	v, now := l.view(), time.Now().Round(0)
	all := make([]message.Settlement, len(items))
	for i, item := range items {
		all[i] = l.localOutcome(v, item, now)
	}
	opened, err := l.engine.store.Publish(context.WithoutCancel(l.claiming), v.lane, all, now)
	if err != nil {
		return err
	}
	l.tell(opened, all)
	return nil
}

func (l *lane) tell(opened []message.Opened, all []message.Settlement) {
	public := false
	for i, o := range opened {
		if o.Attempt == 0 {
			l.engine.observer.Stopped(*o.Stopped)
			continue
		}
		public = public || all[i].Publish != nil
		l.engine.observer.Attempt(all[i])
	}
	if public {
		l.engine.observer.Published()
	}
}

// localOutcome fills everything that will be public.
func (l *lane) localOutcome(v view, item message.Item, now time.Time) message.Settlement {
	o := opened{Opened: message.Opened{Item: item, At: now}, mode: v.lane.Mode, turn: v.turn}
	channel := l.live
	if item.Rehearsal || o.mode != message.Live {
		channel = l.dry
	}
	delivery, err := l.delivery(o)
	if err != nil {
		return l.outcome(o, channels.Receipt{}, err)
	}
	ctx, cancel := context.WithTimeout(l.sending, l.limits.Timeout)
	defer cancel()
	receipt, err := call(ctx, func(ctx context.Context) (channels.Receipt, error) {
		return channel.Publish(ctx, delivery)
	}, func(channels.Receipt) {})
	s := l.outcome(o, receipt, err)
	if s.To != message.Sent {
		return s
	}
	if s.Publish, err = publication(delivery); err != nil {
		return l.outcome(o, channels.Receipt{}, err)
	}
	return s
}

func publication(d channels.Delivery) (*message.Publication, error) {
	p := &message.Publication{Documents: map[string][]byte{}, Assets: d.Rendering.Assets()}
	for _, doc := range d.Rendering.Documents {
		filled, err := doc.Fill(d.Values)
		if err != nil {
			return nil, &channels.Error{Class: channels.Permanent, Reason: fmt.Sprintf("make the publication: %s", err)}
		}
		p.Documents[doc.Name] = filled
	}
	return p, nil
}
